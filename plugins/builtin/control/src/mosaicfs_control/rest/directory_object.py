"""How a directory of the tree is shown: the document, and the gates that it inherits."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import structs

from mosaicfs import wire
from mosaicfs.model.directory import Mount, VirtualDirectory
from mosaicfs.model.noun import Noun, written
from mosaicfs.model.step import Step
from mosaicfs.model.times import Time
from mosaicfs.model.tree import Directory, Listing


class GatesOfMount(Noun, frozen=True, kw_only=True):
    """Steps of a mount entry that hold for every directory below too."""

    mount_id: str
    steps: tuple[Step, ...]


class InheritedGates(Noun, frozen=True, kw_only=True):
    """What a directory above asks first; `mounts` are those of its entries that have steps."""

    virtual_path: str
    steps: tuple[Step, ...]
    mounts: tuple[GatesOfMount, ...] = written(())


class ShownDirectory(VirtualDirectory, frozen=True, kw_only=True, tag_field="type", tag="virtual_directory"):
    """The document, and what is asked before its own steps, from the root downwards."""

    inherited: tuple[InheritedGates, ...]


class ListedDirectory(Noun, frozen=True, kw_only=True):
    """The directory that a listing is of. One without a document has neither mount entries nor times."""

    virtual_path: str
    name: str
    parent_path: str | None = None
    inode: int
    origin: Literal["document", "synthetic"]
    system: bool | None = None
    created_at: Time | None = None
    updated_at: Time | None = None
    steps: tuple[Step, ...] = written(())
    enforce_steps_on_children: bool = written(False)
    mounts: tuple[Mount, ...] = written(())


def directory_object(found: Directory) -> bytes:
    inherited = tuple(
        InheritedGates(
            virtual_path=each.virtual_path,
            steps=each.steps,
            mounts=tuple(GatesOfMount(mount_id=name, steps=steps) for name, steps in each.mount_steps if steps),
        )
        for each in found.inherited
    )
    return wire.encode(ShownDirectory(**structs.asdict(_public(found.document)), inherited=inherited))


def listed_directory(listing: Listing) -> dict[str, Any]:
    """A computed inode is no number that a document could hold, so it never passes through one."""
    if listing.directory is None:
        parent, _, name = listing.path.rpartition("/")
        plain = ListedDirectory(
            virtual_path=listing.path,
            name=name,
            parent_path=None if listing.path == "/" else parent or "/",
            inode=0,
            origin="synthetic",
        )
        members = _members(plain)
    else:
        members = {**_members(_public(listing.directory)), "origin": "document"}
        del members["type"]
    return {**members, "inode": listing.inode}


def _members(noun: Noun) -> dict[str, Any]:
    return msgspec.json.decode(wire.encode(noun), type=dict[str, Any])


def _public(document: VirtualDirectory) -> VirtualDirectory:
    """No name of a store's is among the members, whatever a peer wrote."""
    if not any(name[:1] == "_" for name in document.unknown):
        return document
    return structs.replace(document, unknown={name: v for name, v in document.unknown.items() if name[:1] != "_"})
