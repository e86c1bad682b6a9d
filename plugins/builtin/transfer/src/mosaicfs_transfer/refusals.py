"""How this server refuses: a code of the API's closed list, a sentence, and the word by which the caller goes on.

Who asks is a program of ours, so `reason` matters most: from it the caller makes the same error again.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType

import msgspec

from mosaicfs.errors import (
    AskOwnerError,
    EntryChangedError,
    EntryGoneError,
    MosaicError,
    PathRefusedError,
    SourceUnavailableError,
    ThrottledError,
    TimedOutError,
    TooManyReadsError,
)
from mosaicfs.model.json import JsonObject

CODES: Mapping[str, int] = MappingProxyType(
    {
        "invalid_request": 400,
        "unauthorized": 401,
        "clock_skew": 401,
        "replayed": 401,
        "path_refused": 403,
        "origin_refused": 403,
        "not_found": 404,
        "not_supported": 405,
        "source_gone": 410,
        "precondition_failed": 412,
        "too_large": 413,
        "range_not_satisfiable": 416,
        "misdirected": 421,
        "validation_failed": 422,
        "rate_limited": 429,
        "internal": 500,
        "source_failed": 502,
        "source_changed": 503,
        "source_unavailable": 503,
        "timeout": 504,
    }
)
BUSY_RETRY_S = 1.0


class RefusalError(Exception):
    """A request that ends here. `headers` go with the answer."""

    def __init__(
        self, code: str, message: str, detail: JsonObject | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.code = code
        self.message = message
        self.detail = detail
        self.status = CODES[code]
        self.headers = dict(headers or {})
        super().__init__(message)

    def body(self) -> bytes:
        detail = {} if self.detail is None else {"detail": self.detail}
        return msgspec.json.encode({"error": {"code": self.code, "message": self.message, **detail}})


def unauthorized() -> RefusalError:
    """The same for who shows nothing and for who shows something wrong: a guess learns nothing."""
    return RefusalError("unauthorized", "This request is not signed by a node of this instance.")


def not_found(what: str = "This") -> RefusalError:
    return RefusalError("not_found", f"{what} is not known here.")


def rate_limited(message: str, retry_after_s: float) -> RefusalError:
    return RefusalError("rate_limited", message, headers=_retry_after(retry_after_s))


def refusal_of(error: MosaicError) -> RefusalError:
    """Why a file cannot be read here, as the caller is told it."""
    detail: JsonObject = {"reason": error.reason}
    match error:
        case EntryGoneError():
            return RefusalError("source_gone", str(error), detail)
        case EntryChangedError():
            return RefusalError("source_changed", str(error), detail)
        case PathRefusedError():
            return RefusalError("path_refused", str(error), detail)
        case TimedOutError():
            return RefusalError("timeout", str(error), detail)
        case TooManyReadsError():
            return rate_limited(str(error), BUSY_RETRY_S)
        case ThrottledError():
            wait_s = BUSY_RETRY_S if error.retry_after_s is None else error.retry_after_s
            return RefusalError("source_unavailable", str(error), detail, _retry_after(wait_s))
        case SourceUnavailableError() | AskOwnerError():
            return RefusalError("source_unavailable", str(error), detail)
    return RefusalError("source_failed", str(error), detail)


def _retry_after(seconds: float) -> dict[str, str]:
    return {"retry-after": str(max(1, ceil(seconds)))}
