"""Small files beside those that somebody opens one after the other, brought here together before they are asked for.

Only once a few of a directory were opened in the order of its listing, and only a little ahead of whoever opens them:
when the pattern stops, nothing more is asked for. To the guard a file that came so is not here until it is opened.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

import structlog
import trio

from mosaicfs.errors import MosaicError
from mosaicfs.model.content import Brings, Content
from mosaicfs.model.tree import Shown, Tree

AFTER: Final = 3
STEP: Final = 32
"""Several may be opened at once, and in any order."""
FILES: Final = 128
BYTES: Final = 4 << 20
MOST_TIMES: Final = 4
"""So many times as much is asked for at once of who goes on: he must not have to wait for the next part."""
MOST_OF_ONE: Final = 1 << 20
MOST_UNOPENED: Final = 10_000

_log = structlog.get_logger(component="mount")


@dataclass(slots=True)
class _Row:
    """Of opens in one directory. `files` are those of its listing; up to `until` they were asked for."""

    path: str
    files: Sequence[Shown] | None = None
    places: dict[str, int] = field(default_factory=dict)
    last: int = -1
    count: int = 0
    until: int = 0
    times: int = 0

    def know(self, files: Sequence[Shown]) -> None:
        self.files = files
        self.places = {each.file_id: number for number, each in enumerate(files) if each.file_id is not None}

    def note(self, file_id: str) -> None:
        """That it was opened. One that is elsewhere begins anew."""
        place = self.places.get(file_id, -1)
        follows = place >= 0 and abs(place - self.last) <= STEP
        self.count = self.count + 1 if follows else 1
        self.until = self.until if follows else place + 1
        self.times = self.times if follows else 0
        self.last = max(self.last, place) if follows else place

    @property
    def is_due(self) -> bool:
        """Half of what was asked for is left at most, or of what would be now."""
        return self.count >= AFTER and self.until - self.last <= FILES * max(self.times, 1) // 2

    def next(self) -> list[Shown]:
        """Twice as many each time, until it is enough."""
        self.times = min(2 * self.times, MOST_TIMES) or 1
        start = max(self.until, self.last + 1)
        some, size = [], 0
        for each in (self.files or ())[start : start + FILES * self.times]:
            size += each.size if each.size <= MOST_OF_ONE else 0
            if size > BYTES * self.times:
                break
            some.append(each)
        self.until = start + max(1, len(some))
        return some


@dataclass(slots=True, eq=False)
class Siblings:
    """`unopened` are files that came and that nobody has opened yet."""

    tree: Tree
    content: Content
    unopened: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _row: _Row | None = None
    _opens: int = 0
    _wake: trio.Event = field(default_factory=trio.Event)

    def opened(self, directory: str, file_id: str) -> None:
        """Somebody opened a file of another node. At once."""
        self.unopened.pop(file_id, None)
        row = self._row
        if row is None or row.path != directory:
            row = self._row = _Row(directory)
            self._opens = 0
        self._opens += 1
        if row.files is not None:
            row.note(file_id)
        if row.is_due or (row.files is None and self._opens >= AFTER):
            self._wake.set()

    async def run(self) -> NoReturn:
        while True:
            await self._wake.wait()
            self._wake = trio.Event()
            if isinstance(self.content, Brings) and (row := self._row) is not None:
                try:
                    await self._go_ahead(row, self.content)
                except MosaicError as trouble:  # who opens one of them is told
                    _log.info("nothing is fetched ahead", path=row.path, cause=str(trouble))

    async def _go_ahead(self, row: _Row, content: Brings) -> None:
        if row.files is None:
            listing = await self.tree.listing(row.path)
            row.know([each for each in listing.entries if each.kind == "file"])
        while row is self._row and row.is_due and (some := row.next()):
            came = await content.bring_ahead([file_id for each in some if (file_id := _small(each)) is not None])
            self.unopened.update(dict.fromkeys(came))
            while len(self.unopened) > MOST_UNOPENED:
                self.unopened.popitem(last=False)


def _small(shown: Shown) -> str | None:
    return shown.file_id if shown.size <= MOST_OF_ONE else None
