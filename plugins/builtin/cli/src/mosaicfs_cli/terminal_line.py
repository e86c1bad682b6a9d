"""One line on stderr that is written over while something goes on. Nothing of it where stderr is no terminal."""

from __future__ import annotations

import sys

from mosaicfs_cli.output import columns, printable, shortened


class TerminalLine:
    def __init__(self, *, is_wanted: bool = True) -> None:
        self._is_shown = is_wanted and sys.stderr.isatty()
        self._length = 0

    def show(self, text: str) -> None:
        """Empty text takes the line away."""
        if not self._is_shown or not (text or self._length):
            return
        text = shortened(printable(text), columns(sys.stderr) - 1)
        sys.stderr.write("\r" + text.ljust(self._length) + ("" if text else "\r"))
        sys.stderr.flush()
        self._length = len(text)
