"""Which files a scope is about, asked of the tree over a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kernel.tests.services.test_tree import EVERYTHING, file, file_id, put
from mosaicfs.documents.sqlite import open_store
from mosaicfs.errors import InvalidDirectoryError
from mosaicfs.model.directory import MountSource
from mosaicfs.model.pin import PinRule, PinScope
from mosaicfs.model.step import Step
from mosaicfs.model.store import Store
from mosaicfs.services.directories import LocalDirectories
from mosaicfs.services.tree import LocalTree

MANY = 300


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "mosaicfs.db", tmp_path) as opened:
        yield opened


async def test_a_path_is_about_everything_below_it_and_nothing_beside(store: Store) -> None:
    await put(store, *(file(n, f"/x/{n % 150}/{n}.txt") for n in range(MANY)), file(MANY, "/y/a.txt"))
    await LocalDirectories(store).create("/all", EVERYTHING)
    tree = LocalTree(store)
    below = sorted(file_id(n) for n in range(MANY))
    assert await tree.within(PinScope(path="/all/x")) == below
    assert await tree.within(PinScope(path="/all/x/")) == below
    assert await tree.within(PinScope(path="/")) == [*below, file_id(MANY)]
    assert await tree.within(PinScope(path="/all/y/a.txt")) == [file_id(MANY)]
    assert await tree.within(PinScope(path="/none")) == []


async def test_a_rule_lets_through_what_the_same_mount_entry_would(store: Store) -> None:
    names = ["/x/a.txt", "/x/b.pdf", "/x/odd\x7fname.pdf", "/x/d/b.pdf", "/y/c.pdf"]
    await put(store, *(file(n, path) for n, path in enumerate(names)))
    source = MountSource(node_id="node-a", export_path="/x")
    pdf = Step(op="glob", on_match="include", unknown={"pattern": "*.pdf"})
    tree = LocalTree(store)
    rule = PinRule(source=source, steps=(pdf,), default_result="exclude")
    # Files of equal names are both wanted, and one whose name cannot be shown too.
    assert await tree.within(PinScope(rule=rule)) == [file_id(n) for n in (1, 2, 3)]
    everywhere = PinRule(source=MountSource(node_id="*", export_path="/"))
    assert await tree.within(PinScope(rule=everywhere)) == [file_id(n) for n in range(5)]
    assert await tree.within(PinScope(search=".pdf")) == [file_id(n) for n in (1, 2, 3, 4)]
    assert await tree.within(PinScope(rule=PinRule(source=MountSource(federated_import_id="none")))) == []


async def test_a_scope_of_a_newer_version_is_about_nothing_and_says_so(store: Store) -> None:
    with pytest.raises(InvalidDirectoryError) as refused:
        await LocalTree(store).within(PinScope(unknown={"colour": "red"}))
    assert [field for field, _ in refused.value.faults] == ["scope"]
