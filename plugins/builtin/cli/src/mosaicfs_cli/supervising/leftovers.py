"""Duties whose supervisor was killed end by themselves; the next supervisor waits for them, for they hold the locks."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mosaicfs_cli.reading import items, number

if TYPE_CHECKING:
    from mosaicfs_cli.lock import Note

PATIENCE_S = 20.0


def end_leftovers(left: Note | None, patience_s: float = PATIENCE_S) -> None:
    """Return when none of the duties that the last supervisor noted runs any more."""
    pids = [pid for duty in items(left.facts, "duties") if (pid := number(duty, "pid"))] if left else []
    end = time.monotonic() + patience_s
    while pids := [pid for pid in pids if is_duty(pid)]:
        if time.monotonic() > end:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def is_duty(pid: int) -> bool:
    """Whether this pid is a duty of ours; the system may have given the number to somebody else."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b"mosaicfs_cli" in words and Path(f"/proc/{pid}").stat().st_uid == os.geteuid()
    except OSError:
        return False
