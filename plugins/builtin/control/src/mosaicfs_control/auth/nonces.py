"""Nonces of signed requests, so that none is taken twice: eleven minutes in memory, and on disk for a restart.

The times of requests are taken five minutes around now, so a nonce is remembered longer than its request is young.
"""

from __future__ import annotations

from collections import OrderedDict

from mosaicfs.model.times import Clock
from mosaicfs_control.auth.auth_db import AuthDb
from mosaicfs_control.auth.limits import rate_limited

KEPT_S = 660.0
MOST = 100_000
"""Live ones of one signer."""


class Nonces:
    def __init__(self, db: AuthDb, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._kept: dict[str, OrderedDict[str, float]] = {}
        self._swept_at = clock()

    async def load(self) -> None:
        await self._db.write("DELETE FROM nonces WHERE until <= ?", self._clock())
        for signer, nonce, until in await self._db.read("SELECT signer, nonce, until FROM nonces ORDER BY until"):
            self._kept.setdefault(signer, OrderedDict())[nonce] = until

    async def take(self, signer: str, nonce: str) -> bool:
        """False when this signer has used it. Only once the signature fits, or strangers could fill the memory.

        `ApiError` `rate_limited` for a signer with too many of them.
        """
        now = self._clock()
        kept = self._kept.setdefault(signer, OrderedDict())
        while kept and next(iter(kept.values())) <= now:
            kept.popitem(last=False)
        if nonce in kept:
            return False
        if len(kept) >= MOST:
            raise rate_limited(next(iter(kept.values())) - now)
        kept[nonce] = now + KEPT_S  # before anything is awaited, or the same request would pass beside this one
        await self._sweep(now)
        await self._db.write("INSERT OR REPLACE INTO nonces VALUES (?, ?, ?)", signer, nonce, now + KEPT_S)
        return True

    async def _sweep(self, now: float) -> None:
        if now - self._swept_at < KEPT_S:
            return
        self._swept_at = now
        self._kept = {
            signer: kept for signer, kept in self._kept.items() if kept and next(reversed(kept.values())) > now
        }
        await self._db.write("DELETE FROM nonces WHERE until <= ?", now)
