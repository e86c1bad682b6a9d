"""Telling the control plane at once when this node can be asked for something else than before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NoReturn

import trio

GLANCE_S: Final = 1.0


async def advertise(capabilities: Callable[[], tuple[str, ...]], tell: Callable[[], None]) -> NoReturn:
    """Until cancelled. A plugin may come, go, or fail without anybody telling of it, so it is looked at."""
    known = capabilities()
    while True:
        await trio.sleep(GLANCE_S)
        now = capabilities()
        if now != known:
            known = now
            tell()
