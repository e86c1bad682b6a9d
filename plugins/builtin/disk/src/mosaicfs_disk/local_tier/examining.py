"""Telling the agent of this machine that a file is not as its document says, so that it looks at once.

Whoever reads does not wait for it: what the agent finds comes as a document. Without an agent nothing happens, for
there is nobody who could write one.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import msgspec
import structlog
import trio

from mosaicfs_disk.control_socket import NAME

MOST_WAITING = 1_000
LIMIT_S = 10.0
AGAIN_S = 2.0
"""A file that is written all the time is not looked at for every reader."""

log = structlog.get_logger(component="local")


class Examining:
    """`ask` costs nothing and may be called for every read; `run` does what was asked for."""

    def __init__(self, runtime_dir: Path) -> None:
        self._socket = runtime_dir / NAME
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._asked_at: OrderedDict[str, float] = OrderedDict()
        self._added = trio.Event()

    def ask(self, path: str) -> None:
        """One whose name is not UTF-8 is left to the watcher: it cannot be told in JSON."""
        now = trio.current_time()
        if (
            now - self._asked_at.get(path, -AGAIN_S) < AGAIN_S
            or not path.isprintable()
            or len(self._waiting) >= MOST_WAITING
        ):
            return
        self._asked_at[path] = now
        self._asked_at.move_to_end(path)
        while len(self._asked_at) > MOST_WAITING:
            self._asked_at.popitem(last=False)
        self._waiting[path] = None
        self._added.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            while not self._waiting:
                self._added = trio.Event()
                await self._added.wait()
            path, _ = self._waiting.popitem(last=False)
            with trio.move_on_after(LIMIT_S):
                await self._tell(path)

    async def _tell(self, path: str) -> None:
        try:
            async with await trio.open_unix_socket(str(self._socket)) as stream:
                await stream.send_all(msgspec.json.encode({"do": "look", "path": path}) + b"\n")
                await stream.receive_some()
        except (OSError, trio.BrokenResourceError) as trouble:
            log.debug("no agent to look at a file", path=path, cause=str(trouble))
