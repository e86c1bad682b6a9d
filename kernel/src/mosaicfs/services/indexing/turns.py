"""Who may write to the index: one at a time, and after what the one before still has under way."""

from __future__ import annotations

from types import TracebackType

import trio


class Flight:
    """A batch between its start and its landing. What went wrong belongs to who started it."""

    def __init__(self) -> None:
        self._ended = trio.Event()
        self._trouble: Exception | None = None

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, _: TracebackType | None) -> bool:
        self._trouble = raised if isinstance(raised, Exception) else None
        self._ended.set()
        return self._trouble is not None

    @property
    def is_over(self) -> bool:
        return self._ended.is_set()

    async def over(self) -> None:
        await self._ended.wait()

    async def landed(self) -> None:
        await self._ended.wait()
        if self._trouble is not None:
            raise self._trouble


class Turns:
    """`lock` alone is for a crawl, which leaves its last batch under way; all others wait for those too."""

    def __init__(self) -> None:
        self.lock = trio.Lock()
        self._under_way: list[Flight] = []

    def took_off(self, flight: Flight) -> None:
        """Of a crawl that has the lock; of each there is one at most."""
        self._under_way = [*(each for each in self._under_way if not each.is_over), flight]

    async def __aenter__(self) -> None:
        await self.lock.acquire()
        try:
            for flight in self._under_way:
                await flight.over()
        except BaseException:
            self.lock.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        self.lock.release()
