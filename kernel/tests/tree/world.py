"""A small world to evaluate: documents in memory, written one after the other, with a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

import mosaicfs
from mosaicfs import wire
from mosaicfs.model.access import Access
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.directory import Mount, MountSource, VirtualDirectory
from mosaicfs.model.document import Document
from mosaicfs.model.federated_import import FederatedImport
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.ids import directory_id, tail_of
from mosaicfs.model.json import JsonObject
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.noun import Noun
from mosaicfs.model.owner import Owner
from mosaicfs.model.replica import Replica, ReplicaStatus
from mosaicfs.model.step import Step
from mosaicfs.model.times import mtime_text, time_text
from mosaicfs.model.tree import Listing
from mosaicfs.tree.evaluator import Evaluator

BEGIN = 1_800_000_000.0
DAY = 86_400.0
LAPTOP, NAS = "node-laptop", "node-nas"


class World:
    def __init__(self, **options: Any) -> None:
        self.now = BEGIN
        self.filing = mosaicfs.FollowedFiling(lambda search: self._names.ids(self._names.found(search)))
        self._names = mosaicfs.FollowedNames(self.filing.winner)
        self._revisions: dict[str, int] = {}
        self._inodes = 1_000
        self.files: dict[tuple[str, str], tuple[str, File]] = {}
        self.options = options
        self.evaluator = self.fresh()

    def fresh(self, **options: Any) -> Evaluator:
        return Evaluator(clock=lambda: self.now, **(self.options | options))

    # --- writing -----------------------------------------------------------------------------------------------

    def write(self, doc_id: str, noun: Noun | None) -> None:
        generation = self._revisions[doc_id] = self._revisions.get(doc_id, 0) + 1
        body = wire.encode(noun) if noun is not None else b"{}"
        document = Document(doc_id, f"{generation}-{generation:032x}", body, deleted=noun is None)
        self.filing.follow([document])
        self._names.follow([document])

    def file(self, path: str, node: str = LAPTOP, *, age: float = 0.0, size: int = 7, mime: str | None = None) -> str:
        """A new file, or the one of this path as it is now. Its id."""
        known = self.files.get((node, path))
        if known is None:
            self._inodes += 1
            known = (f"file::018f6a7e-3c2b-7d11-9a54-{self._inodes:012x}", self._new(node, path, self._inodes))
        mtime = mtime_text(int((self.now - age * DAY) * 1_000_000_000))
        now = msgspec.structs.replace(known[1], size=size, mtime=mtime, mime_type=mime)
        self._keep(known[0], now)
        return known[0]

    def move(self, path: str, to: str, node: str = LAPTOP) -> None:
        file_id, file = self.files.pop((node, path))
        moved = self._new(node, to, file.inode)
        self._keep(file_id, msgspec.structs.replace(moved, size=file.size, mtime=file.mtime, mime_type=file.mime_type))

    def remove(self, path: str, node: str = LAPTOP, *, tombstone: bool = False) -> None:
        file_id, file = self.files.pop((node, path))
        self.write(file_id, None if tombstone else msgspec.structs.replace(file, status="deleted"))

    def _keep(self, file_id: str, file: File) -> None:
        self.files[file.source.node_id, file.source.export_path] = file_id, file
        self.write(file_id, file)

    def _new(self, node: str, path: str, inode: int) -> File:
        folder, _, name = path.rpartition("/")
        source = FileSource(node_id=node, export_path=path, export_parent=folder or "/")
        return File(inode=inode, name=name, source=source, size=7, mtime="2026-01-15T14:30:00.000000Z", status="active")

    def directory(
        self, path: str, *mounts: Mount, steps: Sequence[Step] = (), enforce: bool = False, inode: int = 0
    ) -> VirtualDirectory:
        parent, _, name = path.rpartition("/")
        self._inodes += 1
        noun = VirtualDirectory(
            inode=1 if path == "/" else inode or self._inodes,
            virtual_path=path,
            name=name,
            parent_path=None if path == "/" else parent or "/",
            created_at="2026-03-14T09:00:00Z",
            steps=tuple(steps),
            enforce_steps_on_children=enforce,
            mounts=mounts,
        )
        self.write(directory_id(path), noun)
        return noun

    def no_directory(self, path: str) -> None:
        self.write(directory_id(path), None)

    def label(self, file_id: str, *labels: str) -> None:
        noun = LabelAssignment(
            file_id=file_id, labels=labels, updated_at="2026-03-14T09:00:00Z", updated_by="MOSAICFS_TEST"
        )
        self.write(f"label_file::{tail_of(file_id)}", noun if labels else None)

    def rule(self, number: int, prefix: str, *labels: str, node: str = "*", enabled: bool = True) -> None:
        noun = LabelRule(
            node_id=node,
            path_prefix=prefix,
            labels=labels,
            name="rule",
            enabled=enabled,
            created_at="2026-03-14T09:00:00Z",
        )
        self.write(f"label_rule::{number}", noun if labels else None)

    def access(self, file_id: str, *, age: float = 0.0) -> None:
        at = time_text(int((self.now - age * DAY) * 1_000_000))
        owner = Owner(node_id=LAPTOP)
        self.write(f"access::{tail_of(file_id)}", Access(file_id=file_id, source=owner, last_access=at, access_count=1))

    def annotate(self, file_id: str, plugin: str, data: JsonObject) -> None:
        noun = Annotation(
            file_id=file_id,
            plugin_name=plugin,
            source=Owner(node_id=LAPTOP),
            data=data,
            status="ok",
            annotated_at="2026-03-14T09:00:00Z",
            updated_at="2026-03-14T09:00:00Z",
        )
        self.write(f"annotation::{tail_of(file_id)}::{plugin}", noun)

    def replica(self, file_id: str, target: str, status: ReplicaStatus) -> None:
        noun = Replica(
            file_id=file_id,
            target_name=target,
            source=Owner(node_id=LAPTOP),
            backend="disk",
            remote_key="key",
            replicated_at="2026-03-14T09:00:00Z",
            source_mtime="2026-03-14T09:00:00Z",
            source_size=7,
            status=status,
        )
        self.write(f"replica::{tail_of(file_id)}::{target}", noun)

    def imported(self, number: int, peer: str, export: str, *, enabled: bool = True) -> None:
        noun = FederatedImport(
            peer_instance_id=peer,
            export=export,
            local_path=f"/federation/alice/{export}",
            enabled=enabled,
            created_at="2026-03-14T09:00:00Z",
        )
        self.write(f"federated_import::{number}", noun)

    # --- asking ------------------------------------------------------------------------------------------------

    def listing(self, path: str) -> Listing:
        return self.evaluator.listing(self.filing, path)

    def names(self, path: str) -> list[str]:
        return [entry.name for entry in self.listing(path).entries]


def mount(folder: str = "/", node: str = "*", *steps: Step, **others: Any) -> Mount:
    """`prefix_replace` without a prefix, unless told otherwise."""
    ready = {"mount_id": "m1", "strategy": "prefix_replace", "conflict_policy": "suffix_node_id"}
    return Mount(source=MountSource(node_id=node, export_path=folder), steps=steps, **{**ready, **others})


def flat(source: MountSource, *steps: Step, **others: Any) -> Mount:
    ready = {"mount_id": "m1", "strategy": "flatten", "conflict_policy": "suffix_node_id"}
    return Mount(source=source, steps=steps, **{**ready, **others})


def step(op: str, on_match: str = "continue", *, invert: bool = False, **parameters: Any) -> Step:
    body = wire.canonical({"op": op, "on_match": on_match, "invert": invert, **parameters})
    return wire.decode_as(Step, "step", body)
