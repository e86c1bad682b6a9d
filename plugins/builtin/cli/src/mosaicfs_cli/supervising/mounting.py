"""The mount of `mosaicfs up`: a duty like the others, but the rest goes on without it, and says why and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import trio

from mosaicfs_cli.errors import DutyEndedError
from mosaicfs_cli.reading import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.supervising.child import Child

PATIENCE_S = 10.0
"""So long the block waits for a mount; it may still come later."""


class Unavailable(NamedTuple):
    """What of `up` is not there; `hint` says how to get it, where that is known."""

    what: str
    reason: str
    hint: str = ""

    @property
    def sentence(self) -> str:
        words = f"not available: {self.reason}"
        return f"{words}. {self.hint}" if self.hint else words


def read_unavailable(told: Iterable[JsonObject]) -> list[Unavailable]:
    """As another process noted or printed it."""
    return [Unavailable(text(each, "what"), text(each, "reason"), text(each, "hint")) for each in told]


class Mounting:
    """`trouble` is set once it is known that there will be no mount."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.trouble: Unavailable | None = None
        self._over = trio.Event()

    async def keep_up(self) -> None:
        """Until it is stopped, or cannot be, or somebody unmounts it."""
        try:
            await self.child.keep_up()
        except DutyEndedError as ended:
            reason, _, hint = str(ended).rstrip(".").partition(". ")
            self.trouble = Unavailable("mount", reason, hint)
        finally:
            self.child.gone.set()
            self._over.set()
            self.child.observer.duty_changed()

    async def known(self) -> Unavailable | None:
        """None where it is mounted."""
        with trio.move_on_after(PATIENCE_S):
            async with trio.open_nursery() as either:
                either.start_soon(_cancel_after, self.child.ready, either.cancel_scope)
                either.start_soon(_cancel_after, self._over, either.cancel_scope)
        if self.child.ready.is_set():
            return None
        return self.trouble or Unavailable("mount", "it does not answer yet", "See: mosaicfs status")


async def _cancel_after(event: trio.Event, scope: trio.CancelScope) -> None:
    await event.wait()
    scope.cancel()
