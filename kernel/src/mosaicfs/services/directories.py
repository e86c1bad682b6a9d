"""Writing directories, as the control plane does: made, changed, moved with all that is below, removed.

A move writes the new documents first, parents before children, and then deletes the old ones, children before parents,
so contents are never nowhere. One that was cut short is known by its twins, and done again it comes to the same end.
"""

from __future__ import annotations

import secrets
from time import time

import trio
from msgspec import UNSET, structs

from mosaicfs.errors import (
    ConflictError,
    DirectoryExistsError,
    DirectoryNotEmptyError,
    MovedBelowItselfError,
    NotShownError,
    SystemDirectoryError,
)
from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.ids import Randomness, directory_id
from mosaicfs.model.inodes import new_inode
from mosaicfs.model.names import covers
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock, now_text
from mosaicfs.model.tree import DirectoryChange, Draft, SavedDirectory
from mosaicfs.services.directory_documents import (
    DirectoryDocuments,
    Found,
    delete_all,
    put_all,
    read_directories,
)
from mosaicfs.services.directory_edits import edited, refuse
from mosaicfs.services.new_directories import (
    NODES,
    empty_directory,
    free_name,
    placed,
    root_directory,
    shows_node,
    whole_node,
)
from mosaicfs.tree.directories import parent_and_name
from mosaicfs.tree.directory_rules import composed, name_faults, path_faults
from mosaicfs.tree.places import joined

MOST_TRIES = 20
"""Only a defect loses so many races in a row."""


class LocalDirectories:
    """`model.tree.Directories` over a store that this process may write as the control plane."""

    def __init__(self, store: Store, clock: Clock = time, randomness: Randomness = secrets.randbits) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self._one_at_a_time = trio.Lock()

    # --- making --------------------------------------------------------------------------------------------------

    async def create(self, path: str, draft: Draft | None = None, *, parents: bool = False) -> SavedDirectory:
        async with self._one_at_a_time:
            return await self._created(composed(path), draft or Draft(), parents=parents)

    async def _created(self, path: str, draft: Draft, *, parents: bool) -> SavedDirectory:
        for _ in range(MOST_TRIES):
            there = await read_directories(self._store)
            refuse(path_faults(path))
            if there.exists(path):
                raise DirectoryExistsError(path)
            made = self._missing_above(path, there)
            if made and not parents:
                raise NotShownError(parent_and_name(path)[0])
            made.append(edited(self._empty(path, there), draft, self._randomness))
            saved = await put_all(self._store, [_unsaved(each) for each in made])
            if len(saved) == len(made):
                return SavedDirectory(saved[-1].document, saved[-1].rev)
        raise ConflictError(directory_id(path))

    def _missing_above(self, path: str, there: DirectoryDocuments) -> list[VirtualDirectory]:
        """From the top."""
        missing: list[VirtualDirectory] = []
        while not there.exists(path := parent_and_name(path)[0]):
            missing.append(self._empty(path, there))
        return missing[::-1]

    def _empty(self, path: str, there: DirectoryDocuments) -> VirtualDirectory:
        taken = there.inodes()
        while (inode := new_inode(self._randomness)) in taken:
            pass
        return empty_directory(path, inode, now_text(self._clock))

    # --- changing ------------------------------------------------------------------------------------------------

    async def change(self, path: str, change: DirectoryChange, *, rev: str | None = None) -> SavedDirectory:
        async with self._one_at_a_time:
            for _ in range(MOST_TRIES):
                there = await read_directories(self._store)
                found = self._seen(there, path, rev)
                target = _target(found, change)
                after = edited(found.document, change, self._randomness)
                if target != found.path:
                    return await self._move(there, found, after, target, change)
                if (saved := await self._edit(found, after)) is not None:
                    return saved
            raise ConflictError(directory_id(path))

    def _seen(self, there: DirectoryDocuments, path: str, rev: str | None) -> Found:
        found = there.at(path) or there.at(composed(path))
        if found is None and path == "/":
            found = _unsaved(root_directory(now_text(self._clock)))
        if found is None:
            raise NotShownError(path)
        if rev is not None and rev != found.rev:
            raise ConflictError(found.doc_id)
        return found

    async def _edit(self, found: Found, after: VirtualDirectory) -> SavedDirectory | None:
        """None where somebody was quicker."""
        if after == found.document and found.rev:
            return SavedDirectory(found.document, found.rev)
        saved = await put_all(self._store, [found._replace(document=self._stamped(after))])
        return SavedDirectory(saved[0].document, saved[0].rev) if saved else None

    async def _move(
        self, there: DirectoryDocuments, found: Found, after: VirtualDirectory, target: str, change: DirectoryChange
    ) -> SavedDirectory:
        """Again until nothing is left at the old place: what somebody changes meanwhile is met as a twin."""
        top: SavedDirectory | None = None
        for _ in range(MOST_TRIES):
            _refuse_move(there, found, target, change)
            moved = [self._copied(there, each, found.path, target) for each in there.subtree(found.path)]
            if top is None and (after != found.document or not moved[0].rev):
                moved[0] = moved[0]._replace(document=self._stamped(placed(after, target)))
            saved = await put_all(self._store, moved)
            if len(saved) == len(moved):
                top = top or SavedDirectory(saved[0].document, saved[0].rev)
                await delete_all(self._store, there.to_remove(found.path))
            there = await read_directories(self._store)
            if top is not None and not there.subtree(found.path):
                return top
        raise ConflictError(found.doc_id)

    def _copied(self, there: DirectoryDocuments, found: Found, path: str, target: str) -> Found:
        """At its new place, where a twin of it may be already: then that which was written last counts."""
        new_path = joined(target, tuple(filter(None, found.path[len(path) :].split("/"))))
        copy = placed(found.document, new_path)
        twin = there.at(new_path)
        if twin is None:
            return _unsaved(copy)
        is_later = (found.document.updated_at or "") > (twin.document.updated_at or "")
        return twin._replace(document=copy if is_later else twin.document)

    def _stamped(self, document: VirtualDirectory) -> VirtualDirectory:
        return structs.replace(document, updated_at=now_text(self._clock))

    # --- removing ------------------------------------------------------------------------------------------------

    async def remove(self, path: str, *, force: bool = False, rev: str | None = None) -> list[str]:
        async with self._one_at_a_time:
            there = await read_directories(self._store)
            found = self._seen(there, path, rev)
            removed = set[str]()
            for _ in range(MOST_TRIES):
                self._refuse_removal(there, found, force=force)
                removed |= {each.path for each in there.subtree(found.path)}
                await delete_all(self._store, there.to_remove(found.path))
                there = await read_directories(self._store)
                if not there.subtree(found.path):
                    return sorted(removed)
            raise ConflictError(found.doc_id)

    @staticmethod
    def _refuse_removal(there: DirectoryDocuments, found: Found, *, force: bool) -> None:
        _refuse_system(there, found)
        children = there.children(found.path)
        if children and not force:
            raise DirectoryNotEmptyError(found.path, len(children))

    # --- nodes ---------------------------------------------------------------------------------------------------

    async def show_node(self, node_id: str, name: str) -> SavedDirectory | None:
        async with self._one_at_a_time:
            there = await read_directories(self._store)
            if there.at(NODES) is None:
                return None
            for found in there.subtree(NODES):
                if shows_node(found.document, node_id):
                    return SavedDirectory(found.document, found.rev)
            path = joined(NODES, (free_name(name or node_id, there.children(NODES)),))
            return await self._created(path, Draft(mounts=(whole_node(node_id),)), parents=False)


def _unsaved(document: VirtualDirectory) -> Found:
    return Found(directory_id(document.virtual_path), "", document)


def _target(found: Found, change: DirectoryChange) -> str:
    """The path that it is to have."""
    parent, name = parent_and_name(found.path)
    if change.parent_path is not UNSET:
        parent = composed(change.parent_path)
        refuse(path_faults(parent, "parent_path"))
    if change.name is not UNSET and change.name != name:
        name = composed(change.name)
        refuse(name_faults(name))
    return joined(parent, (name,)) if name else parent


def _refuse_move(there: DirectoryDocuments, found: Found, target: str, change: DirectoryChange) -> None:
    _refuse_system(there, found)
    place = "name" if change.parent_path is UNSET else "parent_path"
    refuse(path_faults(target, place))
    if covers(found.path, target):
        raise MovedBelowItselfError(found.path, target)
    parent = parent_and_name(target)[0]
    if not there.exists(parent):
        raise NotShownError(parent)
    for each in there.subtree(found.path):
        new_path = target + each.path[len(found.path) :]
        refuse((place, f"cannot be: {each.path} below it {trouble}") for _, trouble in path_faults(new_path))
        twin = there.at(new_path)
        if twin is not None and not twin.is_twin_of(each):
            raise DirectoryExistsError(new_path)


def _refuse_system(there: DirectoryDocuments, found: Found) -> None:
    for each in (found, *there.subtree(found.path)):
        if each.document.system or each.path == "/":
            raise SystemDirectoryError(each.path)
