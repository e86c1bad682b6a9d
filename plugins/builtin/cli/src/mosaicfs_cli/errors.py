"""What a person can get wrong on the command line, and what only a whole program can run into."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from mosaicfs.errors import AskOwnerError, GiveUpError, TryLaterError


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


class LogInFirstError(TryLaterError):
    def __init__(self, url: str) -> None:
        super().__init__(f"Log in first: mosaicfs login {url}")


class NoAnswerError(GiveUpError):
    """A question, and nobody there who could answer it."""

    def __init__(self, verb: str, what: str, otherwise: str) -> None:
        super().__init__(f"There is no terminal to ask for {what}. {otherwise} See: mosaicfs help {verb}")


class KeptUnsafeError(AskOwnerError):
    def __init__(self, path: Path, trouble: str, remedy: str) -> None:
        super().__init__(f"{path} {trouble}. {remedy}")


class PartlyDoneError(GiveUpError):
    """Some of it was done."""


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


class BadDraftError(GiveUpError):
    """Rules of a directory that cannot be used. `faults` are what is wrong with them, each a line."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults).rstrip(".") + ".")


class NotFoundError(GiveUpError):
    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what} is not known here.{f' {hint}' if hint else ''}")


class CannotUnmountError(TryLaterError):
    def __init__(self, path: Path, cause: str) -> None:
        trouble = f": {cause}" if cause else ""
        super().__init__(f"{path} could not be unmounted{trouble}. End what uses it, or add --lazy.")


class FileExistsAlreadyError(GiveUpError):
    def __init__(self, path: Path, how: str) -> None:
        super().__init__(f"{path} exists already and was left as it is. {how}")


class BeingFetchedError(AskOwnerError):
    def __init__(self, path: Path) -> None:
        super().__init__(f"Another command writes {path} just now. Let it end, then try again.")


class NoRoomError(AskOwnerError):
    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no room left for {path}. Make some; what has come is kept, go on with --resume.")
