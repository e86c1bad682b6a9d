"""`mosaicfs up --detach`: the same command in a session of its own; we wait until it is ready and say what it said."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from mosaicfs_cli.errors import AlreadyRunningError, DutyEndedError
from mosaicfs_cli.lock import holder
from mosaicfs_cli.output import print_json
from mosaicfs_cli.reading import part
from mosaicfs_cli.supervising.log_file import LogFile
from mosaicfs_cli.supervising.mounting import read_unavailable
from mosaicfs_cli.supervising.page_link import linked
from mosaicfs_cli.supervising.plan import API_SOCKET, PROGRAM
from mosaicfs_cli.supervising.telling import block, heading

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs import Configured
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.options import Call


def detach(call: Call, configured: Configured, lock: Path) -> int:
    """0 once it is ready. `AlreadyRunningError` when one runs; `DutyEndedError` with what it said when it ended."""
    if running := holder(lock):
        raise AlreadyRunningError(lock, str(running.pid))
    configured.places.make()
    kept = configured.settings.logging
    log = LogFile(configured.places.log_dir / "up.log", most_bytes=kept.max_mb << 20, keep=kept.keep)
    events = _Events(log)
    process = _started(call, log)
    while not events.has("ready"):
        if (code := process.poll()) is not None and not events.has("ready"):
            words = log.last_words()
            raise DutyEndedError("background process", code or 1, words.sentence if words else "", log.path)
        time.sleep(0.05)
    _tell(call, events, configured.places.runtime_dir / API_SOCKET)
    return 0


def _started(call: Call, log: LogFile) -> subprocess.Popen[bytes]:
    words = [word for word in sys.argv[1:] if word != "--detach"]
    if not call.json:
        words.append("--json") if "--" not in words else words.insert(words.index("--"), "--json")
    with open(log.open(), "ab") as out:  # noqa: PTH123 - a descriptor
        return subprocess.Popen(  # noqa: S603 - our own program, with the words that the person typed
            [*PROGRAM, *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env=dict(call.environment),
        )


class _Events:
    """What the background process has said so far, read from its log."""

    def __init__(self, log: LogFile) -> None:
        self._log = log

    def has(self, event: str) -> bool:
        return self.of(event) is not None

    def of(self, event: str) -> JsonObject | None:
        return next((each for each in self.all() if each.get("event") == event), None)

    def all(self) -> list[JsonObject]:
        found: list[JsonObject] = []
        for line in self._log.last_life().splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                found.append(event)
        return found


def _tell(call: Call, events: _Events, socket: Path) -> None:
    if call.json:
        for event in events.all():
            print_json(event)
    elif not call.quiet:
        ready = events.of("ready") or {}
        ours = {"event", "socket", "watch_paths"}
        facts = {name: value for name, value in ready.items() if name not in ours and value is not None}
        missing = read_unavailable(each for each in events.all() if each.get("event") == "unavailable")
        paths = ready.get("watch_paths")
        watched = [(str(path), "indexing") for path in paths] if isinstance(paths, list) else []
        title = heading(events.of("started") or part({}, ""), ", in the background")
        block(title, linked(facts, socket), watched, missing)
