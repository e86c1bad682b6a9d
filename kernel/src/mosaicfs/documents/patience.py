"""How long to leave a peer alone that has failed.

Values only: the times are given, who sleeps is the carrier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mosaicfs.errors import AccessRefusedError, MosaicError, TryLaterError
from mosaicfs.model.replication import Request
from mosaicfs.model.retry import wait_after

DENIED_AGAIN_S: Final = 60.0


@dataclass(slots=True)
class Patience:
    """`owed` are the requests that failed and have not been answered since; the last of them ends the trouble.

    A request that fails for ever among others that pass so keeps its growing waits.
    """

    failures: int = 0
    until: float = 0.0
    denied: bool = False
    owed: set[Request] = field(default_factory=set)

    def failed(self, request: Request, trouble: MosaicError, now: float, chance: Callable[[], float]) -> None:
        """Requests that were under way together count as one failure."""
        self.owed.add(request)
        if now < self.until:
            return
        self.failures += 1
        self.denied = isinstance(trouble, AccessRefusedError)
        asked = trouble.retry_after_s if isinstance(trouble, TryLaterError) else None
        self.until = now + (DENIED_AGAIN_S if self.denied else wait_after(self.failures, asked, chance=chance))

    def answered(self, request: Request) -> None:
        self.owed.discard(request)
        if not self.owed:
            self.failures, self.denied = 0, False
