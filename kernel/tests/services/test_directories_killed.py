"""Directories under chance: any sequence of edits, each of which may be killed after any document that it writes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from mosaicfs.documents.sqlite import open_store
from mosaicfs.errors import (
    DirectoryExistsError,
    DirectoryNotEmptyError,
    GiveUpError,
    MovedBelowItselfError,
    NotShownError,
)
from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.document import Document, Written
from mosaicfs.model.ids import directory_id
from mosaicfs.model.names import covers
from mosaicfs.model.role import Role
from mosaicfs.model.store import Store
from mosaicfs.model.tree import DirectoryChange
from mosaicfs.services.directories import LocalDirectories
from mosaicfs.services.directory_documents import Found, read_directories

pytestmark = pytest.mark.patient

NEVER = 1_000
Tree: TypeAlias = dict[str, tuple[int, str]]
"""Inode and time of making, by path."""


class KilledError(Exception):
    """Between two documents."""


class Mortal:
    """A store whose process dies after so many more documents."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.left = NEVER

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def write(self, docs: Sequence[Document], *, writer: Role, new_edits: bool = True) -> list[Written]:
        alive = docs[: self.left]
        self.left -= len(alive)
        rows = await self._store.write(alive, writer=writer, new_edits=new_edits)
        if len(alive) < len(docs):
            raise KilledError
        return rows


@dataclass(frozen=True)
class Create:
    path: str

    async def on(self, directories: LocalDirectories) -> object:
        return await directories.create(self.path, parents=True)

    def after(self, tree: Tree) -> set[str]:
        """The paths that are there then."""
        if self.path in tree:
            raise DirectoryExistsError(self.path)
        return {*tree, *_above(self.path), self.path}


@dataclass(frozen=True)
class Move:
    path: str
    to: str

    async def on(self, directories: LocalDirectories) -> object:
        parent, _, name = self.to.rpartition("/")
        return await directories.change(self.path, DirectoryChange(name=name, parent_path=parent or "/"))

    def after(self, tree: Tree) -> set[str]:
        if self.path not in tree:
            raise NotShownError(self.path)
        if self.path == self.to:
            return set(tree)
        if covers(self.path, self.to):
            raise MovedBelowItselfError(self.path, self.to)
        if not {*_above(self.to)} <= {*tree}:
            raise NotShownError(self.to)
        if self.to in tree:
            raise DirectoryExistsError(self.to)
        return {self.renamed(each) for each in tree}

    def renamed(self, path: str) -> str:
        return self.to + path[len(self.path) :] if covers(self.path, path) else path


@dataclass(frozen=True)
class Remove:
    path: str
    force: bool

    async def on(self, directories: LocalDirectories) -> object:
        return await directories.remove(self.path, force=self.force)

    def after(self, tree: Tree) -> set[str]:
        if self.path not in tree:
            raise NotShownError(self.path)
        gone = {each for each in tree if covers(self.path, each)}
        if len(gone) > 1 and not self.force:
            raise DirectoryNotEmptyError(self.path, 1)
        return {*tree} - gone


Edit: TypeAlias = Create | Move | Remove


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(2, len(parts))]


_paths = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(lambda names: "/" + "/".join(names))
_edits = st.one_of(st.builds(Create, _paths), st.builds(Move, _paths, _paths), st.builds(Remove, _paths, st.booleans()))
_histories = st.lists(st.tuples(_edits, st.integers(0, 9) | st.just(NEVER)), max_size=12)


class House:
    def __init__(self, store: Mortal) -> None:
        self.store = store
        self.clock = count(2_000_000_000)

    async def edit(self, edit: Edit, budget: int = NEVER) -> None:
        """By a process of its own."""
        self.store.left = budget
        await edit.on(LocalDirectories(self.store, clock=self.clock.__next__))

    async def documents(self) -> list[Found]:
        """In good order: ids that fit, names that fit, and no directory without the one it is in."""
        found = (await read_directories(self.store)).to_remove("/")
        there = {each.path for each in found}
        for each in found:
            assert each.doc_id == directory_id(each.path)
            assert _placing(each.document) == (*each.path.rpartition("/")[::-2],)
            assert {*_above(each.path)} <= there
        return found

    async def tree(self) -> Tree:
        return {each.path: (each.document.inode, each.document.created_at) for each in await self.documents()}


def _placing(document: VirtualDirectory) -> tuple[str, str]:
    return document.name, "" if document.parent_path == "/" else document.parent_path or "?"


def lived(trial: Callable[[House], Awaitable[None]]) -> None:
    """A trial over a database of its own."""

    async def run() -> None:
        with TemporaryDirectory() as folder:
            async with open_store(Path(folder, "mosaicfs.db"), Path(folder)) as store:
                await trial(House(Mortal(store)))

    trio.run(run)


@settings(max_examples=60, deadline=None)
@given(_histories)
def test_an_edit_that_was_killed_and_is_done_again_comes_to_the_same_end(history: list[tuple[Edit, int]]) -> None:
    async def trial(house: House) -> None:
        for edit, budget in history:
            before = await house.tree()
            try:
                expected = edit.after(before)
            except GiveUpError as refusal:
                with pytest.raises(type(refusal)):
                    await house.edit(edit)
                assert await house.tree() == before
                continue
            try:
                await house.edit(edit, budget)
            except KilledError:
                _nothing_is_lost(edit, before, await house.tree())
                await house.edit(edit)
            after = await house.tree()
            assert {*after} == expected
            kept = {edit.renamed(path) if isinstance(edit, Move) else path: known for path, known in before.items()}
            assert {path: after[path] for path in kept.keys() & after.keys()} == {
                path: kept[path] for path in kept.keys() & after.keys()
            }

    lived(trial)


@settings(max_examples=60, deadline=None)
@given(_histories)
def test_whatever_is_left_half_done_nothing_is_lost_and_all_can_still_be_removed(
    history: list[tuple[Edit, int]],
) -> None:
    async def trial(house: House) -> None:
        for edit, budget in history:
            before = await house.tree()
            with suppress(GiveUpError, KilledError):
                await house.edit(edit, budget)
            _nothing_is_lost(edit, before, await house.tree())
        for path in [each for each in await house.tree() if each.count("/") == 1]:
            await house.edit(Remove(path, force=True))
        assert await house.tree() == {}

    lived(trial)


def _nothing_is_lost(edit: Edit, before: Tree, after: Tree) -> None:
    """Of what was not to be removed."""
    removed = edit.path if isinstance(edit, Remove) else None
    staying = {known for path, known in before.items() if removed is None or not covers(removed, path)}
    assert staying <= set(after.values())


@pytest.mark.parametrize("budget", range(8))
def test_a_move_goes_on_from_every_point_at_which_it_can_be_killed(budget: int) -> None:
    async def trial(house: House) -> None:
        for path in ("/a", "/a/b", "/a/b/c", "/a/d"):
            await house.edit(Create(path))
        before = await house.tree()
        with pytest.raises(KilledError):
            await house.edit(Move("/a", "/z"), budget)
        _nothing_is_lost(Move("/a", "/z"), before, await house.tree())
        await house.edit(Move("/a", "/z"))
        assert await house.tree() == {f"/z{path[2:]}": known for path, known in before.items()}

    lived(trial)
