"""What a store knows of its own trouble: no room for its file, or damage in it.

Told by whoever reads and writes, in the loop of events; who tells the owner of it is elsewhere. Whether there is damage
is for a look over the whole file to say: what reading meets may have been a moment of its disk.
"""

from __future__ import annotations

import math

import trio

from mosaicfs.errors import StoreCorruptError, StoreFullError
from mosaicfs.model.store import Ailment

CALM_S = 90.0
"""Writing is tried again at least that often. A small document may find room where a large one finds none."""


class Health:
    """`is_looked_over` is whether nothing is left to be looked at; before, there may be damage that nobody knows of."""

    def __init__(self) -> None:
        self.is_looked_over = False
        self.suspicion = trio.Event()
        self._damage: StoreCorruptError | None = None
        self._full: StoreFullError | None = None
        self._full_at = -math.inf
        self._has_written_since = False

    @property
    def ailment(self) -> Ailment | None:
        """Damage before fullness. It is full until a write has gone well and none has failed for a while."""
        if self._damage is not None:
            return Ailment("corrupt", str(self._damage))
        if self._has_written_since and trio.current_time() - self._full_at >= CALM_S:
            self._full = None
        return None if self._full is None else Ailment("full", str(self._full))

    def met(self, trouble: BaseException | None) -> None:
        """What reading or writing has ended with."""
        if isinstance(trouble, StoreFullError):
            self._full, self._full_at, self._has_written_since = trouble, trio.current_time(), False
        elif isinstance(trouble, StoreCorruptError):
            self.suspicion.set()

    def wrote(self) -> None:
        self._has_written_since = True

    def looked(self, damage: StoreCorruptError | None) -> None:
        """The whole file was looked over."""
        self._damage, self.is_looked_over = damage, True
        self.suspicion = trio.Event()
