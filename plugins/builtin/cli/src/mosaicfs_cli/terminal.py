"""Whether SIGHUP means that the terminal was closed, or that somebody wants the configuration to be read again."""

from __future__ import annotations

import os


class Terminal:
    """The one that this process was started in, if there was one."""

    def __init__(self) -> None:
        self._streams = [stream for stream in range(3) if _is_terminal(stream)]

    def is_gone(self) -> bool:
        """A terminal that was closed is none any more for who has it open still."""
        return not all(map(_is_terminal, self._streams))


def _is_terminal(stream: int) -> bool:
    try:
        return os.isatty(stream)
    except OSError:
        return False
