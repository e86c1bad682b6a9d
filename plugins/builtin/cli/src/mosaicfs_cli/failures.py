"""What becomes of an error: one sentence on stderr and one exit code, from one table.

The first class of an error's ancestry that stands in the table decides. API answers get their rows here when there is a
client that meets them.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from errno import EADDRINUSE

from mosaicfs import errors
from mosaicfs_cli.errors import AlreadyRunningError, UnknownVerbError, UsageError
from mosaicfs_cli.options import is_on
from mosaicfs_cli.output import printable

FAILED = 1
ALREADY_RUNNING = 3
PIPE_CLOSED = 141

EXIT_CODES: dict[type[Exception], int] = {
    UsageError: 2,
    UnknownVerbError: 2,
    errors.MalformedDocumentError: 2,
    errors.BadQueryError: 2,
    errors.TooMuchAskedError: 2,
    AlreadyRunningError: ALREADY_RUNNING,
    errors.AddressInUseError: ALREADY_RUNNING,
    errors.StoreBusyError: ALREADY_RUNNING,
    errors.EntryGoneError: 4,
    errors.AccessRefusedError: 5,
    errors.SignInNeededError: 5,
    errors.ConflictError: 6,
    errors.SourceUnavailableError: 8,
    errors.PeerGarbledError: 8,
    errors.EntryChangedError: 8,
    errors.EntryUnreadableError: 8,
    errors.ArchivedError: 8,
    errors.QuotaFullError: 8,
    errors.StoreFullError: 8,
    errors.ThrottledError: 9,
    errors.TimedOutError: 9,
    errors.StoreUnreachableError: 10,
    errors.ConfigError: 11,
    errors.OptionsError: 11,
    # A service manager must not start again and again on a database that only a person can put right.
    errors.StoreCorruptError: 11,
    errors.StoreTooNewError: 11,
    errors.StoreForeignError: 11,
    errors.UnsupportedError: 12,
    errors.NoFaceError: 12,
}


def tell(error: Exception, arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Print what happened, the cause and the next step; answer the exit code.

    The arguments are looked at as they were typed: what failed may be the reading of them.
    """
    error = innermost(error)
    if isinstance(error, BrokenPipeError):
        return _nobody_reads()
    code = exit_code(error)
    if "--json" in arguments or is_on(environment, "MOSAICFS_JSON"):
        told = {"error": {"code": name(error), "message": sentence(error)}, "exit_code": code}
        sys.stderr.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"{printable(sentence(error))}\n")
    if {"-v", "-vv", "--verbose"} & set(arguments):
        traceback.print_exception(error, file=sys.stderr)
    return code


def _nobody_reads() -> int:
    """Not worth a word. What is still buffered would raise once more while the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def innermost(error: Exception) -> Exception:
    """A nursery wraps what fails in it; the first failure is the one that ended the others."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def exit_code(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno == EADDRINUSE:
        return ALREADY_RUNNING
    return next((EXIT_CODES[noun] for noun in type(error).__mro__ if noun in EXIT_CODES), FAILED)


def name(error: Exception) -> str:
    """Our classes in snake case without `Error`, as plugins name theirs."""
    if not isinstance(error, errors.MosaicError):
        return "internal"
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in type(error).__name__)
    return words.strip("_").removesuffix("_error")


def sentence(error: Exception) -> str:
    if isinstance(error, errors.MosaicError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"The system refused: {error.strerror.lower()}{f' ({error.filename})' if error.filename else ''}."
    return f"MosaicFS has a defect here: {type(error).__name__}: {error}. The same command with -v shows where."
