"""How the bytes of one opened version are held: on disk already, or nowhere.

`Held` only reads. What grows while it is fetched is in `whole` (full mode) and `in_blocks` (block mode).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final, NamedTuple

from mosaicfs.errors import MosaicError
from mosaicfs_tiers.cache.block_map import BlockMap, Blocks

NO_FILE: Final = -1


class Told(NamedTuple):
    """What the file that is kept wants to hear, and can say."""

    is_busy: Callable[[], bool]
    settled: Callable[[], None]
    failed: Callable[[MosaicError], None]
    fill: Callable[[], None]


class Held:
    """`here` are the blocks that can be read from `file` now. Nothing is added: what is fetched passes through."""

    def __init__(self, here: BlockMap, file: int = NO_FILE) -> None:
        self.here = here
        self.file = file

    async def claim(self, wanted: Blocks, *, ahead: bool) -> Blocks | None:
        """The first part of `wanted` that is ours to fetch; waits while others fetch all of it.

        None: look again what is missing. Ahead of a reader nothing is waited for, and None may also say "not now".
        """
        return wanted

    async def put(self, blocks: Blocks, content: bytes | memoryview, *, is_unread: bool = False) -> bool:
        """Whether it is here now. `OSError` is False. `is_unread`: nobody will soon look for it in the file."""
        return False

    async def give_back(self, blocks: Blocks) -> None:
        """What was claimed was not fetched, or could not be put."""

    def rest(self) -> None:
        """Nobody fetches any more for now."""

    @property
    def is_settled(self) -> bool:
        """Nothing is left to be done with what was put."""
        return True

    def read(self, offset: int, length: int) -> bytes:
        """Of blocks that are here. Shorter, or `OSError`, where somebody has meddled with the file."""
        return os.pread(self.file, length, offset)

    def close(self) -> None:
        file, self.file = self.file, NO_FILE
        if file != NO_FILE:
            os.close(file)
