"""The file of proofs: what was said to be stored is there, whoever else was writing, and whoever was cancelled."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import trio

from mosaicfs.errors import MosaicError
from mosaicfs_control.auth.auth_db import open_auth_db
from mosaicfs_control.auth.nonces import KEPT_S, Nonces
from plugins.builtin.control.tests.auth.world import Clock

INSERT = "INSERT INTO nonces VALUES (?, ?, ?)"
COUNT = "SELECT count(*) FROM nonces"


async def test_a_burst_is_stored_whole_and_the_file_has_one_reader(tmp_path: Path) -> None:
    path = tmp_path / "auth.db"
    async with open_auth_db(path) as db, trio.open_nursery() as nursery:
        for number in range(500):
            nursery.start_soon(db.write, INSERT, "node-a", f"{number}", 1.5)
    async with open_auth_db(path) as db:
        assert await db.read(COUNT) == [(500,)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_caller_that_is_cancelled_takes_nobody_elses_change_with_it(tmp_path: Path) -> None:
    async with open_auth_db(tmp_path / "auth.db") as db:
        stored: list[int] = []

        async def write(number: int) -> None:
            await db.write(INSERT, "node-a", f"{number}", 1.5)
            stored.append(number)

        async with trio.open_nursery() as nursery:
            for number in range(50):
                if number % 2:
                    nursery.start_soon(write, number)
                else:
                    with trio.CancelScope() as scope:
                        scope.cancel()
                        await write(number)
        kept = {int(row[0]) for row in await db.read("SELECT nonce FROM nonces")}
        assert set(stored) <= kept
        assert len(stored) >= 25


async def test_whoever_commits_for_others_may_be_cancelled_at_any_moment(tmp_path: Path) -> None:
    """Which task goes first is chance, so it is tried often."""
    async with open_auth_db(tmp_path / "auth.db") as db:

        async def commit(scope: trio.CancelScope, nonce: str) -> None:
            with scope:
                await db.write(INSERT, "cancelled", nonce, 1.5)

        for number in range(60):
            scope = trio.CancelScope()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(commit, scope, f"{number}")
                nursery.start_soon(db.write, INSERT, "node-a", f"{number}", 1.5)
                for _ in range(number % 4):
                    await trio.lowlevel.checkpoint()
                scope.cancel()
        assert await db.read("SELECT count(*) FROM nonces WHERE signer = 'node-a'") == [(60,)]


async def test_a_change_that_cannot_be_made_is_told_to_who_made_it(tmp_path: Path) -> None:
    async with open_auth_db(tmp_path / "auth.db") as db:
        await db.write(INSERT, "node-a", "x", 1.5)
        with pytest.raises(MosaicError):
            await db.write(INSERT, "node-a", "x", 1.5)
        await db.write(INSERT, "node-a", "y", 1.5)


async def test_one_nonce_is_taken_once_by_many_at_once(tmp_path: Path) -> None:
    async with open_auth_db(tmp_path / "auth.db") as db:
        nonces, taken = Nonces(db, Clock()), []

        async def take() -> None:
            taken.append(await nonces.take("node-a", "n"))

        async with trio.open_nursery() as nursery:
            for _ in range(20):
                nursery.start_soon(take)
        assert taken.count(True) == 1


async def test_old_nonces_leave_memory_and_disk(tmp_path: Path) -> None:
    clock = Clock()
    async with open_auth_db(tmp_path / "auth.db") as db:
        nonces = Nonces(db, clock)
        for number in range(10):
            await nonces.take(f"node-{number}", "n")
        clock.now += KEPT_S
        await nonces.take("node-new", "n")
        assert await db.read("SELECT signer FROM nonces") == [("node-new",)]
        assert list(nonces._kept) == ["node-new"]
