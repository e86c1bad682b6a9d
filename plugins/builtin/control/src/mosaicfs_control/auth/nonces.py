"""Nonces of signed requests, so that none is taken twice: eleven minutes in memory, and on disk for a restart.

The times of requests are taken five minutes around now, so a nonce is remembered longer than its request is young. To
flush each to the disk would be a good part of what a signed request costs, and only a power cut tells the difference:
after one, a signature from before the machine started counts as used. What is dated so far ahead that this would not
meet it is flushed at once.
"""

from __future__ import annotations

from collections import OrderedDict
from math import inf

from mosaicfs.model.times import Clock
from mosaicfs_control.auth.auth_db import AuthDb
from mosaicfs_control.auth.boot import Boot, this_boot
from mosaicfs_control.auth.limits import rate_limited

KEPT_S = 660.0
MOST = 100_000
"""Live ones of one signer."""
AHEAD_S = 2.0
"""So much faster than ours the clocks of signers may be without any difference."""
_NOBODY = ""
"""The signer of rows that name a run of the machine: something of that run may never have been flushed."""


class Nonces:
    def __init__(self, db: AuthDb, clock: Clock, boot: Boot | None = None) -> None:
        self._db = db
        self._clock = clock
        self._boot = boot or this_boot()
        self._may_lack_some = False
        self._kept: dict[str, OrderedDict[str, float]] = {}
        self._swept_at = clock()

    async def load(self) -> None:
        await self._db.write("DELETE FROM nonces WHERE until <= ?", self._clock())
        runs: set[str] = set()
        for signer, nonce, until in await self._db.read("SELECT signer, nonce, until FROM nonces ORDER BY until"):
            if signer == _NOBODY:
                runs.add(nonce)
            else:
                self._kept.setdefault(signer, OrderedDict())[nonce] = until
        self._may_lack_some = bool(runs - {self._boot.id} if self._boot.id else runs)
        if not self._lacks_still():
            await self._db.write("DELETE FROM nonces WHERE signer = ?", _NOBODY)
        await self._db.write("INSERT OR REPLACE INTO nonces VALUES (?, ?, ?)", _NOBODY, self._boot.id, inf)

    async def close(self) -> None:
        """All of them are on disk then."""
        if self._boot.id or not self._lacks_still():
            await self._db.write("DELETE FROM nonces WHERE signer = ? AND nonce = ?", _NOBODY, self._boot.id)

    def _lacks_still(self) -> bool:
        return self._may_lack_some and self._boot.uptime_s() < KEPT_S

    async def take(self, signer: str, nonce: str, signed_at: float | None = None) -> bool:
        """False when this signer has used it. Only once the signature fits, or strangers could fill the memory.

        `ApiError` `rate_limited` for a signer with too many of them.
        """
        now = self._clock()
        ahead_s = 0.0 if signed_at is None else signed_at - now
        if self._may_lack_some and -ahead_s >= self._boot.uptime_s() - AHEAD_S:
            return False
        kept = self._kept.setdefault(signer, OrderedDict())
        while kept and next(iter(kept.values())) <= now:
            kept.popitem(last=False)
        if nonce in kept:
            return False
        if len(kept) >= MOST:
            raise rate_limited(next(iter(kept.values())) - now)
        kept[nonce] = now + KEPT_S  # before anything is awaited, or the same request would pass beside this one
        await self._sweep(now)
        values = (signer, nonce, now + KEPT_S)
        await self._db.write("INSERT OR REPLACE INTO nonces VALUES (?, ?, ?)", *values, flushed=ahead_s > AHEAD_S)
        return True

    async def _sweep(self, now: float) -> None:
        if now - self._swept_at < KEPT_S:
            return
        self._swept_at = now
        self._kept = {
            signer: kept for signer, kept in self._kept.items() if kept and next(reversed(kept.values())) > now
        }
        await self._db.write("DELETE FROM nonces WHERE until <= ?", now)
