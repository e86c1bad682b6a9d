"""What a person can get wrong on the command line, and what only a whole program can run into."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from mosaicfs.errors import AskOwnerError, GiveUpError, TryLaterError

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject


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
        super().__init__(f"MosaicFS is already running here, pid {pid} holds {lock}. Stop it first: mosaicfs down")


class NothingRunningError(TryLaterError):
    def __init__(self) -> None:
        super().__init__("Nothing is running here. Start with: mosaicfs up")


class RefusedError(GiveUpError):
    """The answer of a duty that is an error. `code` is one of the closed list of the API and chooses the exit code."""

    def __init__(self, code: str, message: str, detail: JsonObject | None = None) -> None:
        self.code = code
        self.detail = detail
        super().__init__(message)


class LostError(TryLaterError):
    def __init__(self, who: str) -> None:
        super().__init__(f"{who} stopped while it answered. See: mosaicfs status")


class NoSuchPathError(GiveUpError):
    def __init__(self, path: str, trouble: str = "does not exist") -> None:
        super().__init__(f"{path} {trouble}. Nothing was started; name folders that you can read.")


class DutyEndedError(AskOwnerError):
    """A duty that never came up. Its own sentence and exit code are passed on."""

    def __init__(self, duty: str, exit_code: int, sentence: str, log: Path) -> None:
        self.exit_code = exit_code
        super().__init__(sentence or f"The {duty} ended before it was ready. What it said is in {log}")


class CannotChangeError(AlreadyRunningError):
    def __init__(self, options: Sequence[str], pid: int) -> None:
        GiveUpError.__init__(
            self,
            f"MosaicFS is already running, pid {pid}, and {', '.join(options)} cannot change while it runs. "
            "Type: mosaicfs down, then this again",
        )


class UnhealthyError(AskOwnerError):
    """Nothing failed here: what was looked at is not well."""


class CannotSaveError(AskOwnerError):
    def __init__(self, path: Path, line: str) -> None:
        super().__init__(f"{path} could not be changed without touching the rest of it. Add by hand: {line}")


class NotFoundError(GiveUpError):
    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what} is not known here.{f' {hint}' if hint else ''}")
