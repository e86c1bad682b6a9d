"""All directory documents by their paths, with their steps compiled: who is below whom, and who has a say in what.

There are hundreds, so the whole is put together anew whenever one changes. Paths alone say what is below what: a
document that came before its parents makes them appear, and what another writer made wrong shows nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Final, NamedTuple

from mosaicfs.model.directory import Mount, MountSource, VirtualDirectory
from mosaicfs.model.federated_import import FederatedImport
from mosaicfs.model.filing import Changed, Filing
from mosaicfs.model.ids import directory_id
from mosaicfs.model.names import covers, is_path
from mosaicfs.model.step import Step
from mosaicfs.tree.inodes import second_inode, synthetic_inode
from mosaicfs.tree.parties import read
from mosaicfs.tree.places import joined
from mosaicfs.tree.rules import Gate, Rule
from mosaicfs.tree.steps import Steps, compile_steps

FEDERATION: Final = "/federation"
MOSAIC: Final = "/.mosaic"


class Known(NamedTuple):
    """A directory document. `steps` are its own, `mount_steps` those of its mount entries."""

    doc_id: str
    rev: str
    document: VirtualDirectory
    steps: Steps
    mount_steps: tuple[Steps, ...]

    @property
    def path(self) -> str:
        return self.document.virtual_path

    def own_gate(self) -> Gate:
        return Gate(self.path, None, self.steps)

    def handed_down(self) -> list[Gate]:
        mounts = zip(self.document.mounts, self.mount_steps, strict=True)
        return [self.own_gate(), *(Gate(self.path, mount.mount_id, steps) for mount, steps in mounts)]


class Directories:
    def __init__(self) -> None:
        self._documents: dict[str, Known] = {}
        self._imported: list[Known] = []
        self._by_path: dict[str, Known] = {}
        self._below: dict[str, set[str]] = {"/": set()}
        self.second_inodes: Mapping[str, int] = {}
        """Of documents whose own number another has."""
        self.inodes: Set[int] = frozenset()
        """That no file can have."""

    def __len__(self) -> int:
        return len(self._documents)

    # --- keeping in step ---------------------------------------------------------------------------------------

    def load(self, filing: Filing) -> None:
        """Into one that knows nothing yet."""
        for _, document in filing.documents("dir"):
            noun = read(document)
            if isinstance(noun, VirtualDirectory):
                self._documents[document.id] = compiled(document.id, document.rev, noun)
        self._arrange()

    def apply(self, changed: Iterable[Changed]) -> set[str]:
        """Paths whose documents are others now."""
        touched = set[str]()
        for each in changed:
            if each.kind != "dir":
                continue
            before = self._documents.pop(each.document.id, None)
            noun = read(each.document)
            if isinstance(noun, VirtualDirectory):
                now = compiled(each.document.id, each.document.rev, noun, before)
                self._documents[each.document.id] = now
                touched.add(now.path)
            if before is not None:
                touched.add(before.path)
        if touched:
            self._arrange()
        return touched

    def import_from(self, imports: Mapping[str, FederatedImport]) -> None:
        """Directories of imports have no documents; they are where the imports say."""
        self._imported = [
            compiled(f"federated_import::{uuid}", "", _of_import(uuid, imported))
            for uuid, imported in sorted(imports.items())
            if imported.enabled and is_path(imported.local_path) and imported.local_path.startswith(f"{FEDERATION}/")
        ]
        self._arrange()

    def drafted(self, document: VirtualDirectory) -> Directories:
        """As they would be with this document in place of the one at its path."""
        drafted = Directories()
        before = self.at(document.virtual_path)
        doc_id = directory_id(document.virtual_path)
        drafted._imported = self._imported
        drafted._documents = {**self._documents, doc_id: compiled(doc_id, "draft", document, before)}
        drafted._arrange()
        return drafted

    def _arrange(self) -> None:
        self._by_path = {each.path: each for each in reversed(self._imported)}
        for known in sorted(self._documents.values(), key=_worth, reverse=True):
            if is_path(known.path) and not is_reserved(known.path):
                self._by_path[known.path] = known
        below = defaultdict[str, set[str]](set, {"/": set()})
        for path in self._by_path:
            below[path] |= set()
            for parent, name in _ways_up(path):
                below[parent].add(name)
        self._below = dict(below)
        self.second_inodes = dict(self._with_second_inodes())
        self.inodes = {*_RESERVED_INODES, *(known.document.inode for known in self._by_path.values())}

    def _with_second_inodes(self) -> Iterator[tuple[str, int]]:
        met = set(_RESERVED_INODES)
        for known in sorted(self._by_path.values(), key=lambda each: each.doc_id):
            if known.document.inode in met and known.path != "/":
                yield directory_id(known.path), second_inode(known.doc_id)
            met.add(known.document.inode)

    # --- asking ------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Known]:
        """In no order."""
        return iter(self._by_path.values())

    def at(self, path: str) -> Known | None:
        return self._by_path.get(path)

    def nearest(self, path: str) -> Known | None:
        """At the path or above it. What is reserved has nothing of the root."""
        while True:
            if (known := self._by_path.get(path)) is not None or path in _ALONE:
                return known
            path = parent_and_name(path)[0]

    def exists(self, path: str) -> bool:
        """A document, or one that lies below."""
        return path in self._below

    def children(self, path: str) -> list[VirtualDirectory]:
        """Documents directly in it."""
        found = (self._by_path.get(joined(path, (name,))) for name in self._below.get(path, ()))
        return [known.document for known in found if known is not None]

    def parents_missing(self, path: str) -> list[str]:
        """Names directly in it that have no document and lead to one."""
        return [name for name in self._below.get(path, ()) if joined(path, (name,)) not in self._by_path]

    def enforcing(self, path: str) -> list[Known]:
        """Documents above it that hand their gates down, from the root."""
        found: list[Known] = []
        if is_reserved(path):
            return found
        while path != "/":
            path = parent_and_name(path)[0]
            known = self._by_path.get(path)
            if known is not None and known.document.enforce_steps_on_children:
                found.append(known)
        return found[::-1]

    def gates(self, known: Known) -> tuple[Gate, ...]:
        """What is asked before the steps of any of its mount entries."""
        above = (gate for each in self.enforcing(known.path) for gate in each.handed_down())
        return (*above, known.own_gate())

    def rules(self, known: Known) -> list[Rule]:
        """One for each mount entry."""
        gates = self.gates(known)
        mounts = zip(known.document.mounts, known.mount_steps, strict=True)
        return [Rule(gates, steps, mount.default_result) for mount, steps in mounts]

    def inode(self, path: str) -> int:
        known = self._by_path.get(path)
        if path in _WELL_KNOWN:
            return _WELL_KNOWN[path]
        if known is None:
            return synthetic_inode(path)
        return self.second_inodes.get(directory_id(path), known.document.inode)


_ALONE: Final = ("/", FEDERATION, MOSAIC)
_RESERVED_INODES: Final = range(7)
_WELL_KNOWN: Final = {"/": 1, MOSAIC: 2, FEDERATION: 6}


def compiled(doc_id: str, rev: str, document: VirtualDirectory, before: Known | None = None) -> Known:
    """Equal steps are compiled once, and those that stayed as they were not again: what rests on them stays known."""
    ready: list[tuple[tuple[Step, ...], Steps]] = []
    if before is not None:
        ready += [(mount.steps, steps) for mount, steps in zip(before.document.mounts, before.mount_steps, strict=True)]
        ready.append((before.document.steps, before.steps))

    def steps_of(steps: tuple[Step, ...]) -> Steps:
        found = next((each for old, each in ready if old == steps), None)
        if found is None:
            found = compile_steps(steps)
            ready.append((steps, found))
        return found

    mount_steps = tuple(steps_of(mount.steps) for mount in document.mounts)
    return Known(doc_id, rev, document, steps_of(document.steps), mount_steps)


def is_reserved(path: str) -> bool:
    return covers(FEDERATION, path) or covers(MOSAIC, path)


def parent_and_name(path: str) -> tuple[str, str]:
    parent, _, name = path.rpartition("/")
    return parent or "/", name


def _ways_up(path: str) -> Iterator[tuple[str, str]]:
    while path != "/":
        path, name = parent_and_name(path)
        yield path, name


def _worth(known: Known) -> tuple[bool, str]:
    """Of two documents for one path the one whose id fits it, else the smaller id."""
    return (known.doc_id != directory_id(known.path), known.doc_id)


def _of_import(uuid: str, imported: FederatedImport) -> VirtualDirectory:
    parent, name = parent_and_name(imported.local_path)
    mount = Mount(
        mount_id=uuid,
        source=MountSource(federated_import_id=uuid),
        strategy="prefix_replace",
        conflict_policy="suffix_node_id",
    )
    return VirtualDirectory(
        inode=synthetic_inode(imported.local_path),
        virtual_path=imported.local_path,
        name=name,
        parent_path=parent,
        created_at=imported.created_at,
        mounts=(mount,),
    )
