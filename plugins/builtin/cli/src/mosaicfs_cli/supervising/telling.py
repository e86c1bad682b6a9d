"""What `mosaicfs up` says: the block for a person and how far the index is, or one JSON object a line.

The block is printed when everything in it is true, so that a script may wait for its last line too.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from mosaicfs import __version__
from mosaicfs_cli import showing
from mosaicfs_cli.browser import opened
from mosaicfs_cli.output import print_aligned, print_json, printable
from mosaicfs_cli.reading import text
from mosaicfs_cli.supervising.page_link import PAGE, linked
from mosaicfs_cli.terminal_line import TerminalLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.supervising.child import Ended
    from mosaicfs_cli.supervising.mounting import Unavailable
    from mosaicfs_cli.supervising.progress import Progress

_LABELS = {"url": "Address"}
_NOT_SHOWN = ("socket", "watching")
_FARES = {"Mount": "read-only; try: ls {}", "Web page": "good once for 10 minutes; later: mosaicfs open"}


def heading(about: JsonObject, running: str = "") -> str:
    name = text(about, "node_id").removeprefix("node-")
    new = "new " if about.get("new") else ""
    return f"MosaicFS {__version__}, {new}instance “{name}”{running}"


def block(
    title: str, facts: JsonObject, watched: Sequence[tuple[str, str]], unavailable: Sequence[Unavailable]
) -> None:
    """`watched` are paths and how each fares; `facts` what the duties told of themselves."""
    first = watched or [("nothing yet", "add a folder: mosaicfs up FOLDER")]
    lines = [("Watching" if not at else "", path, fare) for at, (path, fare) in enumerate(first)]
    lines += [(each.what.capitalize(), each.sentence, "") for each in unavailable]
    told = {_LABELS.get(name, name.replace("_", " ").capitalize()): str(fact) for name, fact in facts.items()}
    told = {label: fact for label, fact in told.items() if label.lower() not in _NOT_SHOWN}
    lines += [(label, fact, _FARES.get(label, "").format(fact)) for label, fact in told.items()]
    lines += [("Search", "mosaicfs search report", "")]
    lines += [("Stop", "Ctrl-C. Index and settings stay; your files are never changed.", "")]
    sys.stdout.write(f"{printable(title)}\n\n")
    paths = max(len(printable(path)) for path, _ in first)
    print_aligned([("", label, f"{printable(fact).ljust(paths)}  {fare}".rstrip()) for label, fact, fare in lines])
    sys.stdout.flush()


def summary(progress: Progress, seconds: float) -> str:
    size = "" if progress.bytes is None else f" ({showing.size(progress.bytes)})"
    return f"Indexed {showing.files(progress.files)}{size} in {seconds:.0f} s."


def _again(ended: Ended) -> str:
    why = f" {printable(ended.why)}" if ended.why else ""
    return f"The {ended.duty} ended ({ended.how}).{why} Starting it again in {ended.retry_s:.1f} s.\n"


class Person:
    """`once`: nothing is watched afterwards. `socket` is the server's; with `opens_in` the page is opened there."""

    def __init__(self, socket: Path, *, quiet: bool, once: bool, opens_in: Mapping[str, str] | None = None) -> None:
        self._socket = socket
        self._opens_in = opens_in
        self._quiet = quiet
        self._once = once
        self._title = ""
        self._line = TerminalLine()
        self._hints: set[str] = set()

    def started(self, about: JsonObject) -> None:
        self._title = heading(about)

    def ready(self, facts: JsonObject, watched: tuple[str, ...], unavailable: Sequence[Unavailable]) -> None:
        if self._quiet and self._opens_in is None:
            return
        facts = linked(facts, self._socket)
        if not self._quiet:
            block(self._title, facts, [(path, "indexing") for path in watched], unavailable)
        if self._opens_in is not None and PAGE in facts:
            opened(text(facts, PAGE), self._opens_in)

    def ended(self, ended: Ended) -> None:
        self._line.show("")
        sys.stderr.write(_again(ended))

    def progress(self, progress: Progress) -> None:
        if self._quiet:
            return
        self._hint(progress)
        if progress.phase != "idle":
            at = f" {progress.path}" if progress.path else ""
            self._line.show(f"indexing{at}, {showing.files(progress.files)} so far")

    def indexed(self, progress: Progress, seconds: float) -> None:
        self._line.show("")
        if self._quiet:
            return
        self._hint(progress)
        after = "" if self._once else " Watching for changes."
        sys.stdout.write(f"\n{summary(progress, seconds)}{after}\n")
        sys.stdout.flush()

    def silent(self) -> None:
        sys.stderr.write("The agent does not say how far it is. See: mosaicfs status\n")

    def stopping(self) -> None:
        self._line.show("")
        if not self._quiet:
            sys.stderr.write("Stopping…\n")

    def stopped(self) -> None:
        """The prompt that comes back says it."""

    def _hint(self, progress: Progress) -> None:
        """Each once: a folder that is absent, a limit that is too low."""
        for hint in progress.hints:
            if hint not in self._hints:
                self._hints.add(hint)
                self._line.show("")
                sys.stderr.write(f"{printable(hint)}\n")


class Program:
    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._told = 0

    def started(self, about: JsonObject) -> None:
        print_json({"event": "started", **about, "pid": os.getpid()})

    def ready(self, facts: JsonObject, watched: tuple[str, ...], unavailable: Sequence[Unavailable]) -> None:
        for each in unavailable:
            print_json({"event": "unavailable", **each._asdict()})
        print_json({"event": "ready", "mount": None, **facts, "socket": self._socket, "watch_paths": list(watched)})

    def ended(self, ended: Ended) -> None:
        sys.stderr.write(_again(ended))

    def progress(self, progress: Progress) -> None:
        if progress.phase != "idle" and progress.files != self._told:
            self._told = progress.files
            print_json({"event": "progress", "files": progress.files, "files_per_s": progress.files_per_s})

    def indexed(self, progress: Progress, seconds: float) -> None:
        facts = {"files": progress.files, "bytes": progress.bytes, "seconds": round(seconds, 3)}
        print_json({"event": "indexed", **facts})

    def silent(self) -> None:
        sys.stderr.write("The agent does not say how far it is. See: mosaicfs status\n")

    def stopping(self) -> None:
        """Told when it is over."""

    def stopped(self) -> None:
        print_json({"event": "stopped"})
