"""What a duty in the foreground says about itself: a block for a person, or one JSON object a line."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from mosaicfs import Opened, __version__
from mosaicfs_cli.output import print_aligned, print_json, printable

_LABELS = {"url": "Address"}


class Person:
    """The block is printed when everything in it is true, so that a script may wait for its last line too."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._about: list[tuple[str, str]] = []
        self._title = ""

    def opened(self, opened: Opened) -> None:
        self._title = f"MosaicFS {__version__}, {'new ' if opened.is_new else ''}instance {opened.instance_id}"
        self._about = [("Node", opened.node_id), ("Database", opened.database)]

    def ready(self, facts: Mapping[str, str]) -> None:
        if self._quiet:
            return
        told = [(_LABELS.get(name, name.replace("_", " ").capitalize()), fact) for name, fact in facts.items()]
        lines = [*self._about, *told, ("Stop", "Ctrl-C. What is stored stays.")]
        sys.stdout.write(f"{self._title}\n\n")
        print_aligned([("", label, printable(text)) for label, text in lines])
        sys.stdout.flush()

    def stopping(self) -> None:
        if not self._quiet:
            sys.stderr.write("Stopping…\n")

    def stopped(self) -> None:
        """The prompt that comes back says it."""


class Program:
    def opened(self, opened: Opened) -> None:
        about = {"instance_id": opened.instance_id, "node_id": opened.node_id, "database": opened.database}
        print_json({"event": "started", "pid": os.getpid(), **about, "new": opened.is_new})

    def ready(self, facts: Mapping[str, str]) -> None:
        print_json({"event": "ready", **facts})

    def stopping(self) -> None:
        """Told when it is over."""

    def stopped(self) -> None:
        print_json({"event": "stopped"})
