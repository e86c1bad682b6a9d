"""Where a child's log lines and last words go: `<log_dir>/<duty>.log`, ours alone, put aside when it has grown."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

LAST_WORDS = 64 * 1024
MUCH = 1 << 20


class LastWords(NamedTuple):
    """What a duty that failed said about it, and the exit code that it named."""

    sentence: str
    exit_code: int


class LogFile:
    def __init__(self, path: Path, *, most_bytes: int, keep: int) -> None:
        self.path = path
        self._most_bytes = most_bytes
        self._keep = keep
        self._begin = 0

    def open(self) -> int:
        """A descriptor to append to, which the caller closes. What was written before belongs to earlier lives."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._put_aside()
        log = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._begin = os.fstat(log).st_size
        return log

    def last_words(self) -> LastWords | None:
        """The error that the last life ended with; None when it ended without one, as a killed process does."""
        lines = self.last_life()[-LAST_WORDS:].splitlines()
        return next((words for line in reversed(lines) if (words := _words(line))), None)

    def last_life(self) -> bytes:
        """What was written since it was opened last, or the end of that."""
        with self.path.open("rb") as log:
            log.seek(max(self._begin, os.fstat(log.fileno()).st_size - MUCH))
            return log.read()

    def _put_aside(self) -> None:
        try:
            if self.path.stat().st_size < self._most_bytes:
                return
        except FileNotFoundError:
            return
        names = [self.path, *(Path(f"{self.path}.{number}") for number in range(1, self._keep + 1))]
        for newer, older in reversed(list(pairwise(names))):
            if newer.exists():
                newer.replace(older)


def _words(line: bytes) -> LastWords | None:
    try:
        told = json.loads(line)
        return LastWords(str(told["error"]["message"]), int(told["exit_code"]))
    except (ValueError, TypeError, KeyError):
        return None
