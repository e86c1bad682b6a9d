"""Starting a mount in the background, and taking one away: by the process that serves it, or by the system."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from mosaicfs.errors import TimedOutError
from mosaicfs_cli.errors import CannotUnmountError, DutyEndedError, NotFoundError
from mosaicfs_cli.lock import holder
from mosaicfs_cli.mounted import lock_of, mount_at
from mosaicfs_cli.supervising.log_file import LogFile
from mosaicfs_cli.supervising.plan import PROGRAM

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs import Configured
    from mosaicfs_cli.options import Call

READY_S = 60.0
PATIENCE_S = 25.0
"""Longer than an orderly end takes at most."""


def mount_in_background(call: Call, configured: Configured, path: Path) -> int:
    """The pid, once the tree answers there. `DutyEndedError` with what it said when it ended instead."""
    configured.places.make()
    kept = configured.settings.logging
    log = LogFile(configured.places.log_dir / "mount.stderr.log", most_bytes=kept.max_mb << 20, keep=kept.keep)
    process = _started(call, configured, path, log)
    end = time.monotonic() + READY_S
    while not _is_ready(log):
        if (code := process.poll()) is not None:
            words = log.last_words()
            raise DutyEndedError("mount", code or 1, words.sentence if words else "", log.path)
        if time.monotonic() > end:
            process.terminate()
            raise TimedOutError("The mount", READY_S)
        time.sleep(0.05)
    return process.pid


def _started(call: Call, configured: Configured, path: Path, log: LogFile) -> subprocess.Popen[bytes]:
    given = call.given
    words = ["mount", str(path), "--foreground", "--json"]
    words += ["-o", configured.settings.mount.options] if configured.settings.mount.options else []
    words += ["--config", given.config] if given.config else []
    for option, value in (
        ("--log-level", getattr(given, "logging.level")),
        ("--log-format", getattr(given, "logging.format")),
    ):
        words += [option, value] if value else []
    with open(log.open(), "ab") as out:  # noqa: PTH123 - a descriptor
        return subprocess.Popen(  # noqa: S603 - our own program, with what the person chose
            [*PROGRAM, *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env=dict(call.environment),
        )


def _is_ready(log: LogFile) -> bool:
    for line in log.last_life().splitlines():
        with suppress(ValueError):
            event = json.loads(line)
            if isinstance(event, dict) and event.get("event") == "ready":
                return True
    return False


def unmount(runtime_dir: Path, path: Path, *, lazily: bool) -> None:
    """`NotFoundError` where nothing of ours is mounted. Who serves it ends it; what nobody serves is taken away."""
    found, note = mount_at(path), holder(lock_of(runtime_dir, path))
    if note is None and (found is None or not found.is_ours):
        raise NotFoundError(f"A mount at {path}", "See what is mounted: mosaicfs status")
    if lazily or note is None:
        _by_system(path, lazily=lazily or not (found and found.answers()))
    if note is not None:
        _by_its_process(runtime_dir, path, note.pid)


def _by_its_process(runtime_dir: Path, path: Path, pid: int) -> None:
    """The lock is held by a living process, and its pid stands in a file that only we can write: it is ours."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + PATIENCE_S
    while (now := holder(lock_of(runtime_dir, path))) and now.pid == pid:
        if time.monotonic() > end:
            raise TimedOutError(f"The mount at {path}, pid {pid},", PATIENCE_S)
        time.sleep(0.05)


def _by_system(path: Path, *, lazily: bool) -> None:
    program = shutil.which("fusermount3") or shutil.which("fusermount")
    command = [program, "-u"] if program else ["umount"]
    done = subprocess.run(  # noqa: S603 - a program of the system and a path
        [*command, *(["-z" if program else "--lazy"] if lazily else []), "--", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    found = mount_at(path)
    if done.returncode and found is not None and found.is_ours:
        raise CannotUnmountError(path, done.stderr.strip().rpartition(": ")[2].rstrip("."))
