"""What becomes of an error: one sentence on stderr and one exit code, from one table.

The first class of an error's ancestry that stands in the table decides; an answer of a duty that is an error is judged
by its code, of which there is a closed list.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from errno import EADDRINUSE

from mosaicfs import NoControlPlaneError, errors
from mosaicfs.identity.key_files import KeyGivenError, KeyUnsafeError
from mosaicfs.identity.passphrase import NotLockedError, WrongPassphraseError
from mosaicfs_cli.errors import (
    AlreadyRunningError,
    BadDraftError,
    BeingFetchedError,
    CannotSaveError,
    CannotUnmountError,
    DutyEndedError,
    FileExistsAlreadyError,
    KeptUnsafeError,
    LogInFirstError,
    LostError,
    NoAnswerError,
    NoRoomError,
    NoSuchPathError,
    NotFoundError,
    NothingRunningError,
    PartlyDoneError,
    UnhealthyError,
    UnknownVerbError,
    UsageError,
)
from mosaicfs_cli.options import is_on
from mosaicfs_cli.output import printable

FAILED = 1
ALREADY_RUNNING = 3
PIPE_CLOSED = 141

EXIT_CODES: dict[type[Exception], int] = {
    # Its own code decides, by the table below.
    errors.RefusedError: FAILED,
    UsageError: 2,
    UnknownVerbError: 2,
    NoSuchPathError: 2,
    NoAnswerError: 2,
    BadDraftError: 2,
    errors.BadAddressError: 2,
    errors.MalformedDocumentError: 2,
    errors.BadQueryError: 2,
    errors.InvalidDirectoryError: 2,
    errors.TooMuchAskedError: 2,
    AlreadyRunningError: ALREADY_RUNNING,
    BeingFetchedError: ALREADY_RUNNING,
    errors.AddressInUseError: ALREADY_RUNNING,
    errors.StoreBusyError: ALREADY_RUNNING,
    NotFoundError: 4,
    NoControlPlaneError: 4,
    errors.EntryGoneError: 4,
    errors.NotShownError: 4,
    errors.AccessRefusedError: 5,
    errors.PathRefusedError: 5,
    errors.SignInNeededError: 5,
    errors.ServerUntrustedError: 5,
    errors.ClockDiffersError: 5,
    errors.SystemDirectoryError: 5,
    WrongPassphraseError: 5,
    errors.ConflictError: 6,
    errors.DirectoryExistsError: 6,
    errors.DirectoryNotEmptyError: 6,
    errors.MovedBelowItselfError: 6,
    errors.InstanceExistsError: 6,
    FileExistsAlreadyError: 6,
    CannotUnmountError: 6,
    PartlyDoneError: 7,
    errors.SourceUnavailableError: 8,
    errors.PeerGarbledError: 8,
    errors.EntryChangedError: 8,
    errors.EntryUnreadableError: 8,
    errors.ArchivedError: 8,
    errors.QuotaFullError: 8,
    errors.DigestMismatchError: 8,
    NoRoomError: 8,
    errors.StoreFullError: 8,
    errors.ThrottledError: 9,
    errors.TooManyReadsError: 9,
    errors.TimedOutError: 9,
    errors.StoreUnreachableError: 10,
    errors.ServerUnreachableError: 10,
    NothingRunningError: 10,
    LogInFirstError: 10,
    LostError: 10,
    CannotSaveError: 11,
    KeptUnsafeError: 11,
    KeyGivenError: 11,
    KeyUnsafeError: 11,
    NotLockedError: 11,
    errors.ConfigError: 11,
    errors.OptionsError: 11,
    # A service manager must not start again and again on a database that only a person can put right.
    errors.StoreCorruptError: 11,
    errors.StoreTooNewError: 11,
    errors.StoreForeignError: 11,
    errors.UnsupportedError: 12,
    errors.NoFaceError: 12,
    UnhealthyError: 13,
}

ANSWER_CODES: dict[int, str] = {
    FAILED: "internal",
    2: "bad_request refused "
    "invalid_request invalid_cursor backup_malformed not_supported too_large unsupported_media_type "
    "range_not_satisfiable validation_failed rule_refers_to_own_target digest_mismatch backup_truncated "
    "backup_invalid backup_too_new backup_encrypted",
    4: "not_found source_gone events_expired",
    5: "unauthorized token_expired clock_skew replayed forbidden path_refused path_not_allowed origin_refused "
    "write_disabled developer_mode_required misdirected",
    6: "conflict backend_in_use target_belongs_to_other_instance source_node_online not_enough_space "
    "database_not_empty restore_running precondition_failed",
    8: "unavailable source_unavailable source_changed source_failed no_space",
    9: "timeout rate_limited",
    10: "not_ready shutting_down control_plane_required",
}
"""By exit code, the codes of errors that lead to it: those of the API, and the few of the agent's own socket."""


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
    if isinstance(error, DutyEndedError):
        return error.exit_code
    if isinstance(error, errors.RefusedError):
        return next((code for code, names in ANSWER_CODES.items() if error.code in names.split()), FAILED)
    return next((EXIT_CODES[noun] for noun in type(error).__mro__ if noun in EXIT_CODES), FAILED)


def name(error: Exception) -> str:
    """Our classes in snake case without `Error`, as plugins name theirs."""
    if isinstance(error, errors.RefusedError):
        return error.code
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
