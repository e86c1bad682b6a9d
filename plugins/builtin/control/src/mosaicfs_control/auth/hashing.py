"""Argon2id in threads: two at once, sixteen that wait, and no more.

A hash takes 64 MiB and a third of a second; without an end to the queue a flood of logins would be the end of memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import trio

from mosaicfs.identity import access_keys
from mosaicfs_control.auth.limits import rate_limited

T = TypeVar("T")

AT_ONCE = 2
WAITING = 16


class Argon:
    def __init__(self) -> None:
        self._turns = trio.CapacityLimiter(AT_ONCE)
        self._asked = 0

    async def of(self, secret: str) -> str:
        return await self._in_turn(partial(access_keys.hash_of, secret))

    async def fits(self, hashed: str | None, secret: str) -> bool:
        fits = await self._in_turn(partial(_fits, hashed, secret))
        return fits and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        return access_keys.is_outdated(hashed)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._asked >= AT_ONCE + WAITING:
            raise rate_limited(1)
        self._asked += 1
        try:
            return await trio.to_thread.run_sync(work, limiter=self._turns)
        finally:
            self._asked -= 1


def _fits(hashed: str | None, secret: str) -> bool:
    return access_keys.is_secret(access_keys.dummy_hash() if hashed is None else hashed, secret)
