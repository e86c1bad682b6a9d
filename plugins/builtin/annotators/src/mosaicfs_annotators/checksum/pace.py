"""How long to wait so that reading stays under a rate. Pure: whoever asks has the clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Pace:
    """`bytes_per_s` on average since `began`; what was read slower than that is not made up for later."""

    bytes_per_s: float
    began: float
    read: int = 0

    def wait_after(self, size: int, now: float) -> float:
        """Seconds until the next piece may be read, after one of `size` bytes."""
        self.read += size
        due = self.began + self.read / self.bytes_per_s
        if due >= now:
            return due - now
        self.began, self.read = now, 0
        return 0.0
