"""Who fetches what: between the processes of this machine, so that a missing block is fetched once.

A lease that is not renewed ends after 30 s; one of a process that is gone ends at once.
"""

from __future__ import annotations

import os
from functools import cache
from itertools import count
from pathlib import Path
from time import time
from typing import Final

import apsw

from mosaicfs_tiers.cache.block_map import Blocks
from mosaicfs_tiers.cache.statements import run, select

LEASE_S: Final = 30.0
POLL_S: Final = 0.03
RENEWED_AFTER_S: Final = 10.0
_made = count()


class Leases:
    """Those of one cache of this process. All is called inside of a change of the index."""

    def __init__(self) -> None:
        self.owner = f"{os.getpid()}:{_began(os.getpid())}:{next(_made)}"

    def others(self, connection: apsw.Connection, key: str, wanted: Blocks) -> list[Blocks]:
        """What others fetch of it now, in order. Dead leases are cleared away."""
        statement = """SELECT rowid, first_block, last_block, owner, expires_at FROM cache_leases
                       WHERE cache_key = ? AND owner <> ? AND first_block < ? AND last_block >= ? ORDER BY 2"""
        found = []
        now = time()
        start, end = wanted
        for number, first, last, owner, expires_at in select(connection, statement, (key, self.owner, end, start)):
            if now < expires_at <= now + 2 * LEASE_S and _lives(owner):
                found.append((first, last + 1))
            else:
                run(connection, "DELETE FROM cache_leases WHERE rowid = ?", (number,))
        return found

    def take(self, connection: apsw.Connection, key: str, blocks: Blocks, *, ahead: bool = False) -> None:
        run(
            connection,
            "INSERT INTO cache_leases VALUES (?, ?, ?, ?, ?, ?)",
            (key, blocks[0], blocks[1] - 1, self.owner, time() + LEASE_S, ahead),
        )

    def give_back(self, connection: apsw.Connection, key: str, blocks: Blocks) -> None:
        run(
            connection,
            "DELETE FROM cache_leases WHERE cache_key = ? AND first_block = ? AND last_block = ? AND owner = ?",
            (key, blocks[0], blocks[1] - 1, self.owner),
        )

    def ahead(self, connection: apsw.Connection) -> int:
        """How many blocks are fetched on this machine that nobody has asked for yet."""
        statement = """SELECT coalesce(sum(last_block - first_block + 1), 0) FROM cache_leases
                       WHERE is_ahead AND expires_at > ?"""
        found: int = select(connection, statement, (time(),))[0][0]
        return found

    def renew(self, connection: apsw.Connection) -> None:
        run(connection, "UPDATE cache_leases SET expires_at = ? WHERE owner = ?", (time() + LEASE_S, self.owner))


def _lives(owner: str) -> bool:
    """Where processes cannot be looked at, a lease ends by its time only."""
    pid, began, _ = owner.split(":")
    return not _can_look() or _began(int(pid)) == began


@cache
def _can_look() -> bool:
    return _began(os.getpid()) != ""


def _began(pid: int) -> str:
    """When a process began, in ticks since the machine did; a number is used again, but not with the same time."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
