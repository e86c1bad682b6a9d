"""What a caller is told when the bytes of a file cannot be had: code, status, and the one word for why."""

from __future__ import annotations

from math import ceil
from types import MappingProxyType

import msgspec

from mosaicfs.errors import (
    AccessRefusedError,
    ArchivedError,
    EntryChangedError,
    EntryGoneError,
    MosaicError,
    OptionsError,
    PathRefusedError,
    QuotaFullError,
    SignInNeededError,
    SourceUnavailableError,
    StoreBusyError,
    StoreCorruptError,
    StoreFullError,
    StoreUnreachableError,
    ThrottledError,
    TimedOutError,
    TooManyReadsError,
)
from mosaicfs.model.json import JsonObject
from mosaicfs_control.rest.auditing import noted
from mosaicfs_control.rest.copies import copies_of
from mosaicfs_control.rest.refusals import ApiError
from mosaicfs_control.rest.routing import Call, Instance

OF_BYTES = (
    "not_found",
    "path_refused",
    "rate_limited",
    "source_gone",
    "source_failed",
    "source_unavailable",
    "source_changed",
    "timeout",
)
"""Codes of every call that reads a file."""

RETRY_S = 5

_CODES = MappingProxyType(
    {
        PathRefusedError: "path_refused",
        EntryGoneError: "source_gone",
        EntryChangedError: "source_changed",
        TimedOutError: "timeout",
        TooManyReadsError: "rate_limited",
        ThrottledError: "source_unavailable",
        SourceUnavailableError: "source_unavailable",
        AccessRefusedError: "source_unavailable",
        SignInNeededError: "source_unavailable",
        QuotaFullError: "source_unavailable",
        ArchivedError: "source_unavailable",
        OptionsError: "source_unavailable",
    }
)
_RETRIED = frozenset(("source_unavailable", "source_changed", "rate_limited", "timeout"))
_OF_THE_STORE = (StoreBusyError, StoreUnreachableError, StoreCorruptError, StoreFullError)


def code_of(cause: MosaicError) -> str:
    """Whatever has no row is a source that failed, but for trouble of our own store."""
    return next((_CODES[noun] for noun in type(cause).__mro__ if noun in _CODES), "source_failed")


async def refused(call: Call, file_id: str, cause: MosaicError) -> Exception:
    """To be raised in the place of `cause`."""
    if isinstance(cause, _OF_THE_STORE):
        return cause
    code = code_of(cause)
    if code == "path_refused" and isinstance(call.here, Instance):
        noted(call, "path_refused", file_id, result="refused")
    more = await _whereabouts(call, file_id) if code == "source_unavailable" else {}
    waits = {"retry-after": str(_wait_s(cause))} if code in _RETRIED else {}
    return ApiError(code, str(cause), {"reason": cause.reason, **more}, waits)


async def _whereabouts(call: Call, file_id: str) -> JsonObject:
    """The copies, and since when the one of the owner is out of reach."""
    copies = await copies_of(call, file_id)
    away = next((copy for copy in copies if copy.since), None)
    node: JsonObject = {} if away is None else {"node_id": away.where, "since": away.since}
    return {**node, "copies": msgspec.to_builtins(copies)}


def _wait_s(cause: MosaicError) -> int:
    asked: float | None = getattr(cause, "retry_after_s", None)
    return RETRY_S if asked is None else max(1, ceil(asked))
