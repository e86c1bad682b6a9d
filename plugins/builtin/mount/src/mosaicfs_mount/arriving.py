"""Whether the system knows that bytes of a file have come here: it is told within a second, and not at each read.

What is read from afar is kept a moment after the reader has it, often after the file was closed. So files that were
read lately are looked at from time to time, until the system knows or nothing has come for long. That bytes leave is
seen only of those.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import trio

from mosaicfs_mount.known import KnownFile
from mosaicfs_mount.telling import StaleInode, Telling

LOOK_S: Final = 0.25
PATIENCE_S: Final = 40.0
"""A fetch whose reader has given up goes on for up to half a minute, and its bytes are noted after that."""


@dataclass(slots=True)
class Arriving:
    """`blocks` says from memory how much of a file is here."""

    telling: Telling
    blocks: Callable[[KnownFile], int]
    _until: dict[KnownFile, float] = field(default_factory=dict)
    _wake: trio.Event = field(default_factory=trio.Event)

    def __len__(self) -> int:
        return len(self._until)

    def expect(self, node: KnownFile) -> None:
        """Somebody reads it: its bytes may be here soon."""
        self._until[node] = trio.current_time() + PATIENCE_S
        self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self.look()
            await trio.sleep(LOOK_S)

    def look(self) -> None:
        now = trio.current_time()
        for node, end in list(self._until.items()):
            if self._is_told(node) or now > end:
                del self._until[node]
        if not self._until:
            self._wake = trio.Event()

    def _is_told(self, node: KnownFile) -> bool:
        """Whether the system knows that something is here. Without an answer of ours it will ask by itself."""
        if node.blocks < 0:
            return False
        is_here = bool(self.blocks(node))
        if is_here != bool(node.blocks):
            node.blocks = -1
            self.telling.tell([StaleInode(node.number, data=False)])
        return is_here
