"""One fetch that is under way, whoever waits for it; and the reader whose source it comes from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import trio

from mosaicfs.errors import EntryUnreadableError
from mosaicfs.model.tier import Handle, Lends
from mosaicfs_tiers.cache.block_map import BLOCK, Blocks
from mosaicfs_tiers.cache.pace import Pace, ReadAhead

WINDOW_BLOCKS: Final = 64
MOST_UNREAD: Final = 32

Content: TypeAlias = bytes | memoryview


@dataclass(eq=False)
class Reader:
    """A handle, as far as it fetches. Its source stays open until the last fetch from it has ended."""

    source: Handle
    file_id: str
    pace: Pace = field(default_factory=Pace)
    ahead: ReadAhead = field(default_factory=ReadAhead)
    ahead_of: Blocks = (0, 0)
    is_ahead_running: bool = False
    is_closed: bool = False
    _uses: int = 1

    async def span(self, blocks: Blocks) -> Content:
        """All bytes of these blocks, or an error."""
        offset = blocks[0] * BLOCK
        length = min(blocks[1] * BLOCK, self.source.size) - offset
        began = trio.current_time()
        source: object = self.source
        read = source.lend if isinstance(source, Lends) else self.source.read
        content: Content = await read(offset, length)
        if len(content) != length:
            raise EntryUnreadableError(self.file_id, f"its source gave {len(content)} of {length} bytes")
        self.pace.took(trio.current_time() - began)
        return content

    def use(self) -> None:
        self._uses += 1

    async def leave(self) -> None:
        """The last one closes the source."""
        self._uses -= 1
        if self._uses == 0:
            await self.source.close()


@dataclass(eq=False)
class Fetch:
    """`arrived` are its blocks, for those who wait, as soon as they are there and whole; `done` is when they have been
    written, or could not be. `error` belongs to the reader's source.
    """

    blocks: Blocks
    reader: Reader
    is_ahead: bool = False
    is_filling: bool = False
    waiting: int = 0
    error: Exception | None = None
    arrived: dict[int, memoryview] = field(default_factory=dict)
    is_passing: bool = False
    checked: trio.Event = field(default_factory=trio.Event)
    done: trio.Event = field(default_factory=trio.Event)
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)

    @property
    def is_idle(self) -> bool:
        """It is for nobody but a reader that may come."""
        return self.is_ahead and self.waiting == 0


class Window:
    """The last blocks that passed through memory, so that a reader in small steps fetches each once."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def __len__(self) -> int:
        return len(self._blocks)

    def add(self, arrived: dict[int, memoryview]) -> None:
        """Each as a copy: a block must not hold the span that it came with."""
        self._blocks.update((number, bytes(block)) for number, block in arrived.items())
        while len(self._blocks) > WINDOW_BLOCKS:
            self._blocks.popitem(last=False)

    def get(self, block: int) -> bytes | None:
        return self._blocks.get(block)


class Unread:
    """Blocks that came for somebody who reads in order, until he has read them: so the file is not asked for them."""

    def __init__(self) -> None:
        self._blocks: dict[int, memoryview] = {}
        self._left: dict[int, int] = {}

    def add(self, arrived: dict[int, memoryview]) -> bool:
        """False where too much waits to be read already."""
        if len(self._blocks) + len(arrived) > MOST_UNREAD:
            return False
        self._blocks.update(arrived)
        self._left.update((number, len(block)) for number, block in arrived.items())
        return True

    def read(self, offset: int, length: int) -> Content | None:
        """All of it, or None. The parts of a block may be asked for in any order."""
        numbers = range(offset // BLOCK, (offset + length - 1) // BLOCK + 1)
        if not self._blocks or not all(number in self._blocks for number in numbers):
            return None
        end = offset + length
        parts: list[Content] = []
        for number in numbers:
            start = number * BLOCK
            parts.append(self._blocks[number][max(0, offset - start) : end - start])
            self._left[number] -= len(parts[-1])
            if self._left[number] <= 0:
                del self._blocks[number], self._left[number]
        return joined(parts)

    def clear(self) -> None:
        self._blocks.clear()
        self._left.clear()


def by_block(blocks: Blocks, content: Content) -> dict[int, memoryview]:
    start, view = blocks[0], memoryview(content)
    return {number: view[(number - start) * BLOCK : (number - start + 1) * BLOCK] for number in range(*blocks)}


def joined(parts: Sequence[Content]) -> Content:
    """One part is not copied."""
    return parts[0] if len(parts) == 1 else b"".join(parts)
