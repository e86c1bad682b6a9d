"""What a person can get wrong on the command line, and what only a whole program can run into."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from mosaicfs.errors import AskOwnerError, GiveUpError


class UsageError(GiveUpError):
    def __init__(self, verb: str, trouble: str) -> None:
        super().__init__(f"{trouble[:1].upper()}{trouble[1:].rstrip('.')}. See: mosaicfs help {verb}")


class UnknownVerbError(GiveUpError):
    def __init__(self, word: str, further: Sequence[str], known: Sequence[str]) -> None:
        typed = " ".join((word, *further))
        if near := get_close_matches(typed, known, n=1) or get_close_matches(word, known, n=1):
            hint = f"Did you mean: mosaicfs {near[0]}"
        else:
            hint = f"There are: {', '.join(known)}."
        super().__init__(f"mosaicfs {typed} is not a command. {hint}")


class AlreadyRunningError(AskOwnerError):
    def __init__(self, lock: Path, pid: str) -> None:
        super().__init__(f"MosaicFS is already running here, pid {pid} holds {lock}. Stop it first: kill {pid}")
