"""Waiting for a crawl of the agent, as long as it takes, and saying meanwhile how far it is."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from mosaicfs.errors import MosaicError
from mosaicfs_cli import showing
from mosaicfs_cli.agent_socket import ask_agent, await_agent
from mosaicfs_cli.output import print_note, printable
from mosaicfs_cli.supervising.progress import Progress, read_progress
from mosaicfs_cli.terminal_line import TerminalLine

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs.model.json import Json, JsonObject
    from mosaicfs_cli.options import Call

EVERY_S = 0.5
NOTE_EVERY_S = 10.0
GOES_ON = "The crawl goes on. How far it is: mosaicfs status"


def crawl(call: Call, socket: Path, **asked: Json) -> JsonObject:
    """What the agent answers when it is done. Ctrl-C ends the waiting, not the crawl, and that is said."""
    told = _Telling(call, socket)
    try:
        return await_agent(socket, "crawl", every_s=EVERY_S, meanwhile=told.how_far, **asked)
    except KeyboardInterrupt:
        told.line.show("")
        print_note(GOES_ON)
        raise
    finally:
        told.line.show("")


class _Telling:
    """On a terminal one line that is written over; elsewhere, with `-v`, a line now and then."""

    def __init__(self, call: Call, socket: Path) -> None:
        self.line = TerminalLine(is_wanted=not call.quiet)
        self._socket = socket
        self._is_noted = bool(call.given.verbose) and not sys.stderr.isatty()
        self._noted = time.monotonic()

    def how_far(self) -> None:
        try:
            progress = read_progress(ask_agent(self._socket, "status", timeout_s=EVERY_S))
        except MosaicError:
            return  # if it is gone, the answer that is waited for says so
        text = in_words(progress)
        self.line.show(text)
        if self._is_noted and time.monotonic() - self._noted >= NOTE_EVERY_S:
            self._noted = time.monotonic()
            sys.stderr.write(printable(text) + "\n")


def in_words(progress: Progress) -> str:
    if progress.phase == "idle":
        return "waiting for the crawl to begin"
    told = [f"{progress.phase} {progress.path}: {showing.files(progress.seen)} so far"]
    told += [f"{progress.files_per_s:,} a second"] if progress.files_per_s else []
    told += [f"about {showing.duration(progress.eta_s)} left"] if progress.eta_s else []
    return ", ".join(told)
