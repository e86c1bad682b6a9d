"""The virtual tree as its page says it: every file is asked of every mount entry, each time anew.

Written from the page alone and from nothing that it is compared with. It keeps nothing, knows no index and is slow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kernel.tests.tree.reference_names import (
    Brought,
    Place,
    computed_inode,
    encoded,
    given_out,
    order,
    showable,
    shown_folder,
)
from kernel.tests.tree.reference_steps import Subject, decision, found_by, match
from mosaicfs.model.access import Access
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.directory import Mount, VirtualDirectory
from mosaicfs.model.federated_import import FederatedImport
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.node import Node
from mosaicfs.model.noun import Noun
from mosaicfs.model.replica import Replica
from mosaicfs.model.step import Step
from mosaicfs.model.times import instant, ordered
from mosaicfs.model.tree import Shown

RESERVED = ("federation", ".mosaic")


class Answered(NamedTuple):
    """What of a listing the page fixes."""

    inode: int
    entries: tuple[Shown, ...]
    hidden: Mapping[str, str]
    shadowed: tuple[str, ...]
    invalid: frozenset[str]
    invalid_below: frozenset[str]
    barred: frozenset[str]
    truncated: bool
    skipped: frozenset[tuple[str | None, int]]


class Reference:
    """`now` is in seconds."""

    def __init__(self, nouns: Mapping[str, Noun], now: float) -> None:
        self.now = int(now * 1_000_000)
        self.nouns = nouns
        self.files = {each: noun for each, noun in nouns.items() if isinstance(noun, File)}
        self.active = {each: file for each, file in self.files.items() if file.status == "active"}
        directories = (noun for noun in nouns.values() if isinstance(noun, VirtualDirectory))
        self.directories = {each.virtual_path: each for each in directories if not is_reserved(each.virtual_path)}
        self.imports = {each: noun for each, noun in nouns.items() if isinstance(noun, FederatedImport)}
        self.inodes = self._inodes()
        self.nobody = Subject(NOBODY, self.now, frozenset(), None, {}, {})

    def _inodes(self) -> dict[str, int]:
        """Of two live documents with one inode the smaller id keeps it."""
        found: dict[str, int] = {}
        for doc_id, noun in sorted(self.nouns.items()):
            if isinstance(noun, File | VirtualDirectory):
                taken = noun.inode in found.values()
                found[doc_id] = computed_inode(f"doc:{doc_id}") if taken else noun.inode
        return found

    # --- answers -----------------------------------------------------------------------------------------------------

    def paths(self) -> list[str]:
        """All directories that are shown, from the root down."""
        found, waiting = [], ["/"]
        while waiting:
            path = waiting.pop()
            found.append(path)
            waiting += [joined(path, each.name) for each in self.entries(path) if each.kind == "directory"]
        return sorted(found)

    def entries(self, path: str) -> tuple[Shown, ...]:
        answered = self.listing(path)
        return answered.entries if answered is not None else ()

    def look_up(self, path: str) -> Shown | None:
        parent, _, name = path.rpartition("/")
        return next((each for each in self.entries(parent or "/") if each.name == name), None)

    def places(self) -> dict[str, list[str]]:
        """Where each file is shown that is shown anywhere."""
        found: dict[str, list[str]] = {}
        for path in self.paths():
            for each in self.entries(path):
                if each.file_id is not None:
                    found.setdefault(each.file_id, []).append(joined(path, each.name))
        return found

    def fates(self, path: str, file_id: str) -> set[str]:
        """What may be said of a file in the directory document at `path`; the page does not order all reasons."""
        if file_id not in self.active:
            return {"deleted"}
        home, told = self.directories[path], set[str]()
        gates = list(self.gates(home))
        for number, mount in enumerate(home.mounts):
            place = mapped(mount, self.active[file_id].source.export_path)
            found, more = self.found(mount)
            if place is None or file_id not in [*found, *more]:
                continue
            if file_id in more:
                told |= {"excluded", "no_source"}
            else:
                told |= self.fate(home, Brought(file_id, self.active[file_id], number, place[:-1]), gates)
        settled = {"visible", "hidden_by_conflict"} & told
        return {"visible"} if "visible" in told else settled or told or {"no_source", "disabled_import"}

    def fate(self, home: VirtualDirectory, each: Brought, gates: Sequence[Sequence[Step]]) -> set[str]:
        at, reasons = home.virtual_path, set[str]()
        if not self.passes(gates, home.mounts[each.mount], each.file_id):
            reasons.add("excluded")
        if not all(map(showable, (*each.below, each.file.name))):
            reasons.add("invalid_name")
        if at == "/" and each.first_name in RESERVED:
            reasons.add("shadowed")
        for folder in map(shown_folder, each.below):
            at = joined(at, folder)
            if at in self.directories:
                reasons.add("shadowed")
        if reasons:
            return reasons
        said = self.listing(at)
        return {"hidden_by_conflict"} if said is not None and each.file_id in said.hidden else {"visible"}

    def listing(self, path: str) -> Answered | None:
        """None where nothing is shown; `/federation` is left to others."""
        if is_reserved(path):
            return None
        home, rest = self.nearest(path)
        there = self.let_through(home) if home is not None and all(map(showable, rest)) else ()
        here = [each for each in there if tuple(map(shown_folder, each.below[: len(rest)])) == rest]
        answered = self.settled(path, home, rest, [each._replace(below=each.below[len(rest) :]) for each in here])
        return answered if answered.entries or self.exists(path) else None

    def exists(self, path: str) -> bool:
        """As a document, or above one, or because it is the root."""
        return path == "/" or any(path == each or is_below(path, each) for each in self.directories)

    def nearest(self, path: str) -> tuple[VirtualDirectory | None, Place]:
        rest: Place = ()
        while path not in self.directories:
            if path == "/":
                return None, rest
            parent, _, name = path.rpartition("/")
            path, rest = parent or "/", (name, *rest)
        return self.directories[path], rest

    # --- one directory -----------------------------------------------------------------------------------------------

    def settled(self, path: str, home: VirtualDirectory | None, rest: Place, here: Sequence[Brought]) -> Answered:
        reserved = RESERVED if path == "/" else ()
        barred = [each for each in here if each.first_name in reserved]
        free = [each for each in here if each.first_name not in reserved]
        invalid_below = [each for each in free if not all(map(showable, each.below))]
        invalid = [each for each in free if not each.below and not showable(each.file.name)]
        children = self.below(path)
        leading = [each for each in free if each.below and self.shown_below(path, each)]
        directories = {name: self.child(joined(path, name)) for name in children | {e.first_name for e in leading}}
        if path == "/" and any(each.enabled for each in self.imports.values()):
            directories["federation"] = Shown(name="federation", kind="directory", inode=6, origin="synthetic")
        mounts = home.mounts if home is not None else ()
        files = [each for each in free if not each.below and showable(each.file.name)]
        shown, hidden = given_out(mounts, files, {*directories, *reserved})
        return Answered(
            inode=self.child(path).inode,
            entries=(*sorted(directories.values(), key=order), *sorted(self.file_entries(mounts, shown), key=order)),
            hidden=hidden,
            shadowed=tuple(self.shadowed(path, home, rest)),
            invalid=frozenset(each.file_id for each in invalid),
            invalid_below=frozenset(each.file_id for each in invalid_below),
            barred=frozenset(each.first_name for each in barred),
            truncated=any(self.found(each)[1] for each in mounts if home is not None and home.virtual_path == path),
            skipped=frozenset(self.skipped(self.directories.get(path))),
        )

    def below(self, path: str) -> set[str]:
        """Names of documents here, and of the folders that lead to documents."""
        stem = path.rstrip("/") + "/"
        return {each[len(stem) :].split("/")[0] for each in self.directories if is_below(path, each)}

    def shown_below(self, path: str, each: Brought) -> bool:
        """It can be shown where it is mapped to: all its names are good, and no document decides about it."""
        if not all(map(showable, (*each.below, each.file.name))):
            return False
        for folder in each.below:
            path = joined(path, shown_folder(folder))
            if path in self.directories:
                return False
        return True

    def shadowed(self, path: str, home: VirtualDirectory | None, rest: Place) -> Iterator[str]:
        """Files of each mount entry at whose place a document stands; no step is asked about them."""
        for mount in home.mounts if home is not None else ():
            if self.is_shut(home, mount):
                continue
            for file_id in self.found(mount)[0]:
                place = mapped(mount, self.active[file_id].source.export_path)
                folders = tuple(map(shown_folder, place[:-1])) if place is not None else ()
                inside = len(folders) > len(rest) and folders[: len(rest)] == rest
                if inside and joined(path, folders[len(rest)]) in self.directories:
                    yield file_id

    def is_shut(self, home: VirtualDirectory | None, mount: Mount) -> bool:
        """A mount entry that excludes everything without asking anything has no files."""
        asked = [step for steps in (*(self.gates(home) if home else ()), mount.steps) for step in steps]
        return mount.default_result == "exclude" and all(match(step, self.nobody) is None for step in asked)

    def child(self, path: str) -> Shown:
        document, name = self.directories.get(path), path.rpartition("/")[2]
        if document is None:
            inode = 1 if path == "/" else computed_inode(f"dir:{path}")
            return Shown(name=name, kind="directory", inode=inode, origin="synthetic")
        doc_id = next(each for each, noun in self.nouns.items() if noun is document)
        return Shown(
            name=name,
            kind="directory",
            inode=self.inodes[doc_id],
            origin="document",
            mount_count=len(document.mounts),
        )

    def file_entries(self, mounts: Sequence[Mount], shown: Mapping[str, Brought]) -> Iterator[Shown]:
        for name, each in shown.items():
            file = each.file
            own = name == each.own_name
            yield Shown(
                name=name,
                kind="file",
                inode=self.inodes[each.file_id],
                origin="mount",
                size=file.size,
                mtime=ordered(file.mtime),
                mime_type=file.mime_type,
                file_id=each.file_id,
                node_id=file.source.node_id,
                export_path=file.source.export_path,
                mount_id=mounts[each.mount].mount_id,
                shown_as="suffixed" if not own else "own_name" if name == file.name else "shortened",
            )

    def skipped(self, home: VirtualDirectory | None) -> Iterator[tuple[str | None, int]]:
        """Steps of the directory itself that cannot be asked."""
        for mount_id, steps in [(None, home.steps), *((m.mount_id, m.steps) for m in home.mounts)] if home else []:
            yield from ((mount_id, at) for at, step in enumerate(steps) if match(step, self.nobody) is None)

    # --- mount entries -----------------------------------------------------------------------------------------------

    def let_through(self, home: VirtualDirectory) -> Iterator[Brought]:
        gates = list(self.gates(home))
        for number, mount in enumerate(home.mounts):
            covered, _ = self.found(mount)
            for file_id in covered:
                file = self.active[file_id]
                place = mapped(mount, file.source.export_path)
                if place is not None and self.passes(gates, mount, file_id):
                    yield Brought(file_id, file, number, place[:-1])

    def gates(self, home: VirtualDirectory) -> Iterator[Sequence[Step]]:
        above = [each for path, each in self.directories.items() if is_below(path, home.virtual_path)]
        for each in sorted(above, key=lambda each: len(each.virtual_path)):
            if each.enforce_steps_on_children:
                yield each.steps
                yield from (mount.steps for mount in each.mounts)
        yield home.steps

    def passes(self, gates: Iterable[Sequence[Step]], mount: Mount, file_id: str) -> bool:
        subject = self.subject(file_id)
        if any(decision(gate, subject) == "exclude" for gate in gates):
            return False
        decided = decision(mount.steps, subject)
        return (mount.default_result if decided == "through" else decided) == "include"

    def found(self, mount: Mount) -> tuple[list[str], list[str]]:
        """Files that a mount entry looks at, and those beyond its limit."""
        source = mount.source
        if source.label is not None or source.search is not None:
            if mount.strategy != "flatten":
                return [], []
            if source.label is not None:
                return [each for each in self.active if source.label in self.subject(each).labels], []
            found = [each for each in self.active if found_by(source.search or "", self.subject(each))]
            found.sort(key=lambda each: (encoded(self.active[each].name), each))
            limit = source.limit or 10_000
            return found[:limit], found[limit:]
        return [each for each, file in self.active.items() if self.is_source(mount, file)], []

    def is_source(self, mount: Mount, file: File) -> bool:
        source, node_id = mount.source, file.source.node_id
        if source.federated_import_id is not None:
            known = self.imports.get(f"federated_import::{source.federated_import_id}")
            if known is None or not known.enabled:
                return False
            return node_id == known.peer_instance_id and covers(f"/{known.export}", file.source.export_path)
        if source.export_path is None or not covers(source.export_path, file.source.export_path):
            return False
        return not self.is_peer(node_id) if source.node_id == "*" else node_id == source.node_id

    def is_peer(self, node_id: str) -> bool:
        node = self.nouns.get(f"node::{node_id}")
        imported = any(each.peer_instance_id == node_id for each in self.imports.values())
        return node.role == "peer" if isinstance(node, Node) else imported

    def subject(self, file_id: str) -> Subject:
        tail = file_id.removeprefix("file::")
        file = self.files[file_id]
        access = self.nouns.get(f"access::{tail}")
        about = [each for each in self.nouns.values() if getattr(each, "file_id", None) == file_id]
        node = self.nouns.get(f"node::{file.source.node_id}")
        return Subject(
            file=file,
            now=self.now,
            labels=self.labels(file_id),
            accessed=instant(access.last_access) if isinstance(access, Access) else None,
            replicas={each.target_name: each.status for each in about if isinstance(each, Replica)},
            annotations={each.plugin_name: each for each in about if isinstance(each, Annotation)},
            node_names=(node.friendly_name,) if isinstance(node, Node) else (),
        )

    def labels(self, file_id: str) -> frozenset[str]:
        """Its assignment and every enabled rule that covers it."""
        file, found = self.files[file_id], set[str]()
        for each in self.nouns.values():
            if isinstance(each, LabelAssignment) and each.file_id == file_id:
                found.update(each.labels)
            if isinstance(each, LabelRule) and each.enabled and file.source.export_path.startswith(each.path_prefix):
                ours = each.node_id == "*" and not self.is_peer(file.source.node_id)
                found.update(each.labels if ours or each.node_id == file.source.node_id else ())
        return frozenset(found)


NOBODY = File(
    inode=1_000,
    name="",
    source=FileSource(node_id="nobody", export_path="/", export_parent="/"),
    size=0,
    mtime="2026-01-01T00:00:00Z",
    status="active",
)


# --- places ----------------------------------------------------------------------------------------------------------


def joined(path: str, name: str) -> str:
    return f"{path.rstrip('/')}/{name}"


def is_below(path: str, other: str) -> bool:
    return path != other and other.startswith(path.rstrip("/") + "/")


def covers(prefix: str, path: str) -> bool:
    stem = prefix.rstrip("/")
    return path == stem or path.startswith(stem + "/")


def is_reserved(path: str) -> bool:
    return any(covers(f"/{each}", path) for each in RESERVED)


def mapped(mount: Mount, path: str) -> Place | None:
    """Its place below the directory of the mount entry."""
    whole = tuple(path[1:].split("/"))
    if mount.strategy == "flatten":
        return whole[-1:]
    if mount.strategy == "mirror_source":
        return whole
    export_path = mount.source.export_path or "/"
    prefix = export_path if mount.source_prefix is None else mount.source_prefix
    if not covers(prefix, export_path.rstrip("/") or "/"):
        return None
    rest = whole[len([each for each in prefix.split("/") if each]) :]
    return rest or whole[-1:]
