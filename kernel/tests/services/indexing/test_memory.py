"""The agent's own table: what is read back is what was learned, and what cannot be trusted is said so."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from mosaicfs.services.indexing.identity import Known
from mosaicfs.services.indexing.memory import Learned, open_memory, spoiled

A = Known("/docs/a", "1.txt", "file::1", 5, 7, "8:1", "text/plain")
B = Known("/docs/a-b", "2.txt", "file::2", 5, 7, None, "", gone=True)
C = Known("/docs/a/c", "3.txt", "file::3", 5, 7, "8:3", "", coarse=True)


async def test_rows_come_back_as_they_were_learned(tmp_path: Path) -> None:
    async with open_memory(tmp_path / "agent.db", "s") as memory:
        await memory.learn(Learned(rows=[A, B, C], marks={"/docs/a": b"m", "/docs/a/c": None}))
    async with open_memory(tmp_path / "agent.db", "s") as memory:
        assert await memory.known(["/docs/a"], [B.path]) == {A.path: A, B.path: B}
        assert await memory.below("/docs/a") == [A, C]
        assert await memory.below("/docs", most=1, after=A) == [C]
        assert await memory.count("/") == 2
        assert await memory.with_native_ids(["8:3", "8:9"]) == [C]
        assert await memory.marks("/docs") == {"/docs/a": b"m", "/docs/a/c": b""}
        await memory.learn(Learned(dropped=[A._replace(file_id="file::another"), C]))
        assert await memory.below("/docs") == [A]
        await memory.forget_folders(["/docs"])
        assert await memory.marks("/docs") == {"/docs/a": b"m"}


async def test_a_mark_that_is_not_trusted_is_equal_to_none_and_keeps_its_tail(tmp_path: Path) -> None:
    async with open_memory(tmp_path / "agent.db", "s") as memory:
        await memory.learn(Learned(rows=[A], marks={"/docs/a": b"mark"}))
        for _ in range(2):
            await memory.learn(Learned(marks={"/docs/a": None}))
            assert await memory.marks("/docs") == {"/docs/a": spoiled(b"mark")}
        await memory.learn(Learned(marks={"/docs/a": b"mark"}))
        assert await memory.marks("/docs") == {"/docs/a": b"mark"}
    assert spoiled(b"mark")[1:] == b"ark"


async def test_what_was_announced_and_not_learned_is_remembered(tmp_path: Path) -> None:
    async with open_memory(tmp_path / "agent.db", "s") as memory:
        first = await memory.intend(["file::1", "file::2"])
        second = await memory.intend(["file::3"])
        await memory.learn(Learned(rows=[C], intention=second))
    async with open_memory(tmp_path / "agent.db", "s") as memory:
        assert await memory.intended() == [(first, ["file::1", "file::2"])]


@pytest.mark.allow_log("begun anew.*another store")
async def test_the_memory_of_another_store_is_put_aside(tmp_path: Path) -> None:
    async with open_memory(tmp_path / "agent.db", "one") as memory:
        await memory.learn(Learned(rows=[A]))
    async with open_memory(tmp_path / "agent.db", "two") as memory:
        assert await memory.count("/") == 0
    assert (tmp_path / "agent.db.aside").exists()


@pytest.mark.allow_log("begun anew")
@pytest.mark.parametrize("statement", ["PRAGMA application_id = 5", "PRAGMA user_version = 99", "DROP TABLE held"])
async def test_what_is_not_ours_or_not_whole_is_put_aside(tmp_path: Path, statement: str) -> None:
    async with open_memory(tmp_path / "agent.db", "s") as memory:
        await memory.learn(Learned(rows=[A]))
    connection = apsw.Connection(str(tmp_path / "agent.db"))
    connection.execute(statement).fetchall()
    connection.close()
    async with open_memory(tmp_path / "agent.db", "s") as memory:
        assert await memory.count("/") == 0
