"""What a node's refusal means for the reader: the same error that the node met, made again from its word for it."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

import msgspec

from mosaicfs.errors import (
    AccessRefusedError,
    ArchivedError,
    DigestMismatchError,
    DiskMissingError,
    EntryChangedError,
    EntryGoneError,
    EntryUnreadableError,
    MosaicError,
    OptionsError,
    PathRefusedError,
    PeerGarbledError,
    QuotaFullError,
    SignInNeededError,
    SourceUnavailableError,
    ThrottledError,
    TimedOutError,
)
from mosaicfs.model.entry import Entry

LIMIT_S = 15.0


class _Detail(msgspec.Struct):
    reason: str = ""


class _Error(msgspec.Struct):
    code: str = ""
    message: str = ""
    detail: _Detail = msgspec.field(default_factory=_Detail)


class _Body(msgspec.Struct):
    error: _Error = msgspec.field(default_factory=_Error)


class Refused(NamedTuple):
    status: int
    body: bytes
    retry_after_s: float | None = None


def error_of(refused: Refused, entry: Entry, who: str) -> MosaicError:
    """`who` is what the node is called in messages. A status alone is understood too: a proxy may have sent it."""
    found = _Error()
    with suppress(msgspec.DecodeError):
        found = msgspec.json.decode(refused.body, type=_Body).error
    match refused.status:
        case 412 | 416:
            return EntryChangedError(entry.file_id)
        case 404 | 410:
            return EntryGoneError(entry.file_id)
        case 401 | 403:
            return _of_refusal(found, entry, who)
        case 429:
            return ThrottledError(who, refused.retry_after_s)
        case 504:
            return TimedOutError(who, LIMIT_S)
        case 502:
            return _of_failure(found, entry, who)
        case 503:
            return _of_unavailable(found, refused, entry, who)
    return PeerGarbledError(who, f"its answer has the status {refused.status}")


def _of_refusal(found: _Error, entry: Entry, who: str) -> MosaicError:
    match found.code:
        case "path_refused":
            return PathRefusedError(entry.export_path, f"{who} refuses its path")
        case "clock_skew":
            return AccessRefusedError(who, "its clock and that of this machine differ. Set the one that is wrong")
        case "unauthorized":
            return AccessRefusedError(who, "it does not know this machine as an enabled node of its instance")
    return AccessRefusedError(who, "it does not let this machine read files")


def _of_failure(found: _Error, entry: Entry, who: str) -> MosaicError:
    if found.detail.reason == DigestMismatchError.reason:
        return DigestMismatchError(entry.file_id, who)
    return EntryUnreadableError(entry.file_id, f"{who} failed to read it")


def _of_unavailable(found: _Error, refused: Refused, entry: Entry, who: str) -> MosaicError:
    if found.code == "source_changed":
        return EntryChangedError(entry.file_id)
    match found.detail.reason:
        case "disk_missing":
            return DiskMissingError(f"The place of {entry.name} on {who}")
        case "access_refused":
            return AccessRefusedError(f"{entry.name} on {who}")
        case "sign_in_needed":
            return SignInNeededError(f"The source of {entry.name} on {who}")
        case "quota_full":
            return QuotaFullError(f"The source of {entry.name} on {who}")
        case "archived":
            return ArchivedError(entry.name)
        case "misconfigured":
            return OptionsError(f"that reads {entry.name} on {who}", "see the notices of that node")
        case "source_busy":
            return ThrottledError(who, refused.retry_after_s)
    return SourceUnavailableError(who, "it cannot reach the file now")
