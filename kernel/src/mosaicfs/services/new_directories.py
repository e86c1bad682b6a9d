"""Directories as they begin: empty ones, the root, those of a new instance, and those that show one node."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from msgspec import structs

from mosaicfs.model.directory import Mount, MountSource, VirtualDirectory
from mosaicfs.model.ids import EVERY_NODE
from mosaicfs.model.inodes import ROOT_INODE
from mosaicfs.model.json import Json
from mosaicfs.model.step import OnMatch, Step
from mosaicfs.tree.directories import parent_and_name

NODES: Final = "/nodes"
LONGEST_NAME: Final = 255

_never_in_a_name = re.compile(r"[\x00-\x1f\x7f/\ud800-\udfff]")


def empty_directory(path: str, inode: int, created_at: str) -> VirtualDirectory:
    parent, name = parent_and_name(path)
    return VirtualDirectory(
        inode=inode, virtual_path=path, name=name, parent_path=parent, created_at=created_at, mounts=()
    )


def root_directory(created_at: str) -> VirtualDirectory:
    root = empty_directory("/", ROOT_INODE, created_at)
    return structs.replace(root, parent_path=None, system=True)


def placed(document: VirtualDirectory, path: str) -> VirtualDirectory:
    """The same directory at another path."""
    parent, name = parent_and_name(path)
    return structs.replace(document, virtual_path=path, name=name, parent_path=parent)


# --- of a new instance -------------------------------------------------------------------------------------------

_DOCUMENTS: Final = (
    "application/pdf",
    "application/msword",
    "application/vnd.*",
    "application/rtf",
    "application/epub+zip",
    "text/*",
)


def _step(op: str, on_match: OnMatch = "continue", **parameters: Json) -> Step:
    return Step(op=op, on_match=on_match, unknown=parameters)


def _everything(*steps: Step, flat: bool = False) -> tuple[Mount, ...]:
    """Of all nodes, but for what is hidden or belongs to programs."""
    hidden = _step("glob", "exclude", pattern="**/.*/**")
    of_programs = _step("glob", "exclude", pattern="**/{node_modules,__pycache__}/**")
    mount = Mount(
        mount_id="",
        source=MountSource(node_id=EVERY_NODE, export_path="/"),
        strategy="flatten" if flat else "prefix_replace",
        steps=(*steps, hidden, of_programs),
        conflict_policy="suffix_node_id",
    )
    return (mount,)


def default_mounts() -> dict[str, tuple[Mount, ...]]:
    """Paths of the directories that a new instance begins with, and what they show; mount entries without ids yet."""
    kinds = {"/documents": _DOCUMENTS, "/pictures": ("image/*",), "/music": ("audio/*",), "/videos": ("video/*",)}
    by_type = {path: _everything(_step("mime", types=list(types))) for path, types in kinds.items()}
    return {NODES: (), **by_type, "/recent": _everything(_step("age", max_days=30), flat=True)}


def is_untouched(document: VirtualDirectory) -> bool:
    """Made by MosaicFS itself, and as it was made."""
    if document.system:
        return True
    plain = empty_directory(document.virtual_path, document.inode, document.created_at)
    if structs.replace(document, mounts=()) != plain:
        return False
    path, mounts = document.virtual_path, tuple(structs.replace(each, mount_id="") for each in document.mounts)
    if path.startswith(f"{NODES}/"):
        return len(mounts) == 1 and mounts[0] == whole_node(mounts[0].source.node_id or "")
    return default_mounts().get(path) == mounts


# --- of a node ---------------------------------------------------------------------------------------------------


def whole_node(node_id: str) -> Mount:
    """Without an id yet."""
    return Mount(
        mount_id="",
        source=MountSource(node_id=node_id, export_path="/"),
        strategy="prefix_replace",
        conflict_policy="suffix_node_id",
    )


def shows_node(document: VirtualDirectory, node_id: str) -> bool:
    """All of it."""
    return any((each.source.node_id, each.source.export_path) == (node_id, "/") for each in document.mounts)


def free_name(name: str, taken: Collection[str]) -> str:
    """What stands for a machine of this name, with a number behind it if there is one already."""
    stem = _never_in_a_name.sub("_", unicodedata.normalize("NFC", name))
    stem = "_" if stem in ("", ".", "..") else stem
    number, end = 1, ""
    while (free := _cut(stem, LONGEST_NAME - len(end)) + end) in taken:
        number += 1
        end = f" {number}"
    return free


def _cut(text: str, most: int) -> str:
    """At most so many bytes."""
    return text.encode()[:most].decode(errors="ignore")
