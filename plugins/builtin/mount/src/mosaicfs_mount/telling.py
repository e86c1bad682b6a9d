"""What the system keeps and must not keep any longer, told to it one by one from a thread of its own.

The system may let such a word wait for a request that is under way, and that request is answered by the loop; so the
loop itself never says it. Words that are said too late do no harm.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias

import structlog
import trio

_AT_ONCE = 5_000
_log = structlog.get_logger(component="mount")


class StaleName(NamedTuple):
    """The system is to ask for this name again."""

    parent: int
    name: bytes


class StaleInode(NamedTuple):
    """The system is to ask for the attributes again, and where `data` for the pages of a file or the names
    of a directory.

    It is meant by its number, which is not what programs see.
    """

    number: int
    data: bool


Stale: TypeAlias = StaleName | StaleInode


class SystemCache(Protocol):
    """What the system keeps. Both may wait; an `OSError` with `ENOENT` says that it keeps nothing of the kind."""

    def drop_name(self, parent: int, name: bytes) -> None: ...

    def drop_inode(self, number: int, /, *, data: bool) -> None: ...


@dataclass(slots=True)
class Telling:
    cache: SystemCache
    told: int = 0
    _waiting: list[Stale] = field(default_factory=list)
    _wake: trio.Event = field(default_factory=trio.Event)

    def tell(self, stale: Sequence[Stale]) -> None:
        """At once back; it is said as soon as what was said before has been heard."""
        if stale:
            self._waiting += stale
            self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            await trio.to_thread.run_sync(self._say, self._next(), abandon_on_cancel=True)

    def say_now(self) -> None:
        """For who is not the loop that answers."""
        while self._waiting:
            self._say(self._next())

    def _next(self) -> Sequence[Stale]:
        now, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        if not self._waiting:
            self._wake = trio.Event()
        self.told += len(now)
        return now

    def _say(self, stale: Sequence[Stale]) -> None:
        for each in stale:
            try:
                if isinstance(each, StaleName):
                    self.cache.drop_name(each.parent, each.name)
                else:
                    self.cache.drop_inode(each.number, data=each.data)
            except OSError as cause:
                if cause.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ENOTCONN, errno.ENODEV):
                    _log.warning("the system does not take the word", about=repr(each), cause=str(cause))
