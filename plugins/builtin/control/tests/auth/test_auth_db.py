"""The file of proofs: what was said to be stored is there, whoever else was writing, and whoever was cancelled."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import trio

from mosaicfs.errors import MosaicError
from mosaicfs_control.auth.auth_db import open_auth_db
from mosaicfs_control.auth.boot import Boot
from mosaicfs_control.auth.nonces import AHEAD_S, KEPT_S, Nonces
from plugins.builtin.control.tests.auth.world import Clock

INSERT = "INSERT INTO nonces VALUES (?, ?, ?)"
COUNT = "SELECT count(*) FROM nonces"
RUNNING = Boot("this", lambda: 100_000.0)


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


async def taken_and_killed(path: Path, boot: Boot, clock: Clock, *, signed_at: float) -> None:
    async with open_auth_db(path) as db:
        nonces = Nonces(db, clock, boot)
        await nonces.load()
        assert await nonces.take("node-a", "n", signed_at)


@pytest.mark.parametrize("ago_s", [299.0, 60.0, 0.0, -299.0])
async def test_a_nonce_is_known_to_the_next_process_whatever_became_of_the_last(tmp_path: Path, ago_s: float) -> None:
    clock = Clock()
    await taken_and_killed(tmp_path / "auth.db", RUNNING, clock, signed_at=clock.now - ago_s)
    async with open_auth_db(tmp_path / "auth.db") as db:
        again = Nonces(db, clock, RUNNING)
        await again.load()
        assert not await again.take("node-a", "n", clock.now - ago_s)
        assert await again.take("node-a", "new", clock.now - ago_s)


async def test_after_a_power_cut_what_was_signed_before_the_machine_started_counts_as_used(tmp_path: Path) -> None:
    """Also where the nonce itself was lost with the last moments."""
    clock = Clock()
    await taken_and_killed(tmp_path / "auth.db", RUNNING, clock, signed_at=clock.now)
    clock.now += 30
    async with open_auth_db(tmp_path / "auth.db") as db:
        again = Nonces(db, clock, Boot("another", lambda: 20.0))
        await again.load()
        await db.write("DELETE FROM nonces WHERE signer = 'node-a'")
        again._kept.clear()
        assert not await again.take("node-a", "n", clock.now - 30)
        assert not await again.take("node-a", "m", clock.now - 20 + AHEAD_S)
        assert await again.take("node-a", "o", clock.now - 17)
        assert await again.take("node-a", "p", clock.now + 60)


async def test_after_an_orderly_stop_a_new_start_of_the_machine_refuses_nobody(tmp_path: Path) -> None:
    clock = Clock()
    async with open_auth_db(tmp_path / "auth.db") as db:
        nonces = Nonces(db, clock, RUNNING)
        await nonces.load()
        await nonces.take("node-a", "n", clock.now)
        await nonces.close()
    async with open_auth_db(tmp_path / "auth.db") as db:
        again = Nonces(db, clock, Boot("another", lambda: 20.0))
        await again.load()
        assert not await again.take("node-a", "n", clock.now)
        assert await again.take("node-a", "slow clock", clock.now - 290)


async def test_where_the_machine_does_not_tell_a_stop_without_order_counts_as_a_power_cut(tmp_path: Path) -> None:
    clock = Clock()
    unknown = Boot("", lambda: 5.0)
    await taken_and_killed(tmp_path / "auth.db", unknown, clock, signed_at=clock.now)
    async with open_auth_db(tmp_path / "auth.db") as db:
        again = Nonces(db, clock, unknown)
        await again.load()
        assert not await again.take("node-a", "m", clock.now - 5)
        assert await again.take("node-a", "o", clock.now)


async def test_a_power_cut_is_not_forgotten_by_the_next_stops(tmp_path: Path) -> None:
    clock, after = Clock(), Boot("another", lambda: 20.0)
    await taken_and_killed(tmp_path / "auth.db", RUNNING, clock, signed_at=clock.now)
    for is_orderly in (True, False, False):
        async with open_auth_db(tmp_path / "auth.db") as db:
            again = Nonces(db, clock, after)
            await again.load()
            assert not await again.take("node-a", "m", clock.now - 30)
            if is_orderly:
                await again.close()


async def test_only_what_is_dated_ahead_waits_for_the_disk(tmp_path: Path) -> None:
    clock = Clock()
    modes: list[int] = []
    async with open_auth_db(tmp_path / "auth.db") as db:
        nonces = Nonces(db, clock, RUNNING)
        await nonces.load()
        for ahead_s in (-200.0, 0.0, AHEAD_S, AHEAD_S + 1, 299.0, 0.0):
            await nonces.take("node-a", f"{ahead_s} {len(modes)}", clock.now + ahead_s)
            modes.append(db._database._connection.pragma("synchronous"))
    normal, full = 1, 2
    assert modes == [normal, normal, normal, full, full, normal]
