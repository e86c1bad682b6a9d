"""What this server does, in numbers, for the status of the node; and the pace that the owner allows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import trio

from mosaicfs.model.pace import BYTES_OF_MBPS, Pace


@dataclass(slots=True)
class Figures:
    """`limit_mbps` is asked at each piece, so that a new limit holds at once."""

    limit_mbps: Callable[[], int] = lambda: 0
    bytes_out: int = 0
    refused: int = 0
    requests: int = 0
    _pace: Pace = field(default_factory=Pace)

    def wait_s(self, amount: int) -> float:
        return self._pace.wait_s(amount, self.limit_mbps() * BYTES_OF_MBPS, trio.current_time())
