"""One directory from what its mount entries and child documents bring: who has which name, in which order.

What passes and what lies where has been found out before; nothing is looked up here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mosaicfs.model.directory import Mount, VirtualDirectory
from mosaicfs.model.ids import directory_id
from mosaicfs.model.names import showable
from mosaicfs.model.times import ordered
from mosaicfs.model.tree import Problem, Shown, ShownAs
from mosaicfs.tree.collisions import Candidate, Hidden, Settled, settle
from mosaicfs.tree.inodes import synthetic_inode
from mosaicfs.tree.names import RESERVED, is_too_long, shown_folder
from mosaicfs.tree.places import joined

__all__ = ["Candidate", "Composed", "Hidden", "compose", "named"]

_NOTHING: Mapping[str, int] = {}
_NO_TIMES: Mapping[str, str] = {}


class Composed(NamedTuple):
    """`shadowed` and `invalid_folders` are source components of which nothing is shown here; all are in order."""

    entries: tuple[Shown, ...]
    hidden: tuple[Hidden, ...]
    invalid: tuple[Candidate, ...]
    barred: tuple[Candidate, ...]
    """Files that would take a reserved name."""
    shadowed: tuple[str, ...]
    """Components at which a child document decides alone."""
    invalid_folders: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def by_name(self) -> dict[str, Shown]:
        """Made anew at each call; `named` finds one name without it."""
        return {entry.name: entry for entry in self.entries}


def compose(
    path: str,
    mounts: Sequence[Mount],
    files: Iterable[Candidate],
    folders: Iterable[str],
    children: Sequence[VirtualDirectory],
    *,
    reserved: Sequence[Shown] = (),
    inodes: Mapping[str, int] = _NOTHING,
    times: Mapping[str, str] = _NO_TIMES,
) -> Composed:
    """`folders`: source components below which something is shown. What is handed in has no order.

    `reserved` entries are listed and keep their names; `inodes` has those of documents, by id, that cannot show their
    own; `times` the newest of what is below a folder, where that is known.
    """
    barred = {each.name for each in reserved} | (RESERVED if path == "/" else set())
    documents = _Documents(path, children, barred, inodes)
    synthetic = _Synthetic(path, folders, documents.entries, barred, times)
    settled = settle(files, mounts, directories=documents.entries.keys() | synthetic.entries.keys(), barred=barred)
    directories = sorted([*reserved, *documents.entries.values(), *synthetic.entries.values()], key=_by_name)
    return Composed(
        entries=(*directories, *_shown_files(settled, mounts, inodes)),
        hidden=tuple(settled.hidden),
        invalid=tuple(settled.invalid),
        barred=tuple(settled.barred),
        shadowed=tuple(sorted(synthetic.shadowed)),
        invalid_folders=tuple(sorted(synthetic.invalid)),
        problems=(*documents.problems, *synthetic.problems, *_barred_files(settled.barred, mounts)),
    )


def named(entries: Sequence[Shown], name: str) -> Shown | None:
    """The entry of a listing that has this name."""
    directories = bisect_left(entries, True, key=_is_file)
    for low, high in ((0, directories), (directories, len(entries))):
        at = bisect_left(entries, name, low, high, key=_by_name)
        if at < high and entries[at].name == name:
            return entries[at]
    return None


def _by_name(entry: Shown) -> str:
    return entry.name


def _is_file(entry: Shown) -> bool:
    return entry.kind == "file"


class _Documents:
    """Child documents by their names. What a writer of another version let through is told and not shown."""

    def __init__(
        self, path: str, children: Iterable[VirtualDirectory], barred: Iterable[str], inodes: Mapping[str, int]
    ) -> None:
        self.entries: dict[str, Shown] = {}
        self.problems: list[Problem] = []
        for child in sorted(children, key=lambda each: (each.virtual_path, each.inode)):
            name = child.virtual_path.rpartition("/")[2]
            if name in barred:
                self.problems.append(_reserved(name))
            elif not showable(name) or is_too_long(name):
                self.problems.append(_nameless(child.virtual_path))
            else:
                self.entries.setdefault(name, _of_document(child, name, inodes))


class _Synthetic:
    """Directories of components that lead to files, by the names they are shown under."""

    def __init__(
        self,
        path: str,
        folders: Iterable[str],
        documents: Mapping[str, Shown],
        barred: Iterable[str],
        times: Mapping[str, str],
    ) -> None:
        self.entries: dict[str, Shown] = {}
        self.shadowed: list[str] = []
        self.invalid: list[str] = []
        self.problems: list[Problem] = []
        for component in sorted(set(folders)):
            name = shown_folder(component)
            if name in documents:
                self.shadowed.append(component)
            elif name in barred:
                self.problems.append(_reserved(name))
            elif not showable(component):
                self.invalid.append(component)
            else:
                newest = _newest(self.entries.get(name), times.get(component))
                self.entries[name] = _of_component(path, name, newest)


def _newest(before: Shown | None, mtime: str | None) -> str | None:
    """Of two components that are shown under one name because both are too long."""
    if before is None or before.mtime is None:
        return mtime
    return before.mtime if mtime is None else max(before.mtime, mtime)


def _of_document(child: VirtualDirectory, name: str, inodes: Mapping[str, int]) -> Shown:
    return Shown(
        name=name,
        kind="directory",
        inode=inodes.get(directory_id(child.virtual_path), child.inode) if inodes else child.inode,
        origin="document",
        mtime=ordered(child.updated_at or child.created_at),
        mount_count=len(child.mounts),
    )


def _of_component(path: str, name: str, mtime: str | None) -> Shown:
    inode = synthetic_inode(joined(path, (name,)))
    return Shown(name=name, kind="directory", inode=inode, origin="synthetic", mtime=mtime)


def _shown_files(settled: Settled, mounts: Sequence[Mount], inodes: Mapping[str, int]) -> Iterator[Shown]:
    mount_ids = [mount.mount_id for mount in mounts]
    shown, suffixed = settled.shown, settled.suffixed
    for name in sorted(shown):
        row, mount = shown[name]
        shown_as: ShownAs = "own_name" if name == row.name else "suffixed" if name in suffixed else "shortened"
        yield Shown(
            name=name,
            kind="file",
            inode=inodes.get(row.file_id, row.inode) if inodes else row.inode,
            origin="mount",
            size=row.size,
            mtime=row.mtime,
            mime_type=row.mime_type,
            file_id=row.file_id,
            node_id=row.node_id,
            export_path=row.path,
            mount_id=mount_ids[mount],
            shown_as=shown_as,
        )


def _barred_files(barred: Iterable[Candidate], mounts: Sequence[Mount]) -> list[Problem]:
    """One for each name and mount entry, however many files."""
    once = sorted({(each.row.name, each.mount) for each in barred})
    return [_reserved(name, mounts[mount].mount_id) for name, mount in once]


def _reserved(name: str, mount_id: str | None = None) -> Problem:
    message = f"The name “{name}” is reserved here. What a source or another document brings under it is not shown."
    return Problem(code="reserved_name", message=message, mount_id=mount_id)


def _nameless(virtual_path: str) -> Problem:
    return Problem(
        code="invalid_name", message=f"The document at {virtual_path!r} has a name that no directory can show."
    )
