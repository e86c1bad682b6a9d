"""Which HTTP status an error becomes: the only place that knows.

The body is always `{"error", "reason"}`. What went wrong inside is said in the log under a request id, never to the
caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType

from mosaicfs.errors import AskOwnerError, BadQueryError, ConflictError, MalformedDocumentError, TryLaterError

STATUSES: Mapping[str, int] = MappingProxyType(
    {
        "bad_request": 400,
        "invalid_operator": 400,
        "bad_arg": 400,
        "no_usable_index": 400,
        "unsupported_mixed_sort": 400,
        "doc_validation": 400,
        "illegal_docid": 400,
        "unauthorized": 401,
        "forbidden": 403,
        "not_found": 404,
        "method_not_allowed": 405,
        "not_acceptable": 406,
        "conflict": 409,
        "file_exists": 412,
        "too_large": 413,
        "document_too_large": 413,
        "bad_content_type": 415,
        "misdirected": 421,
        "too_many_requests": 429,
        "internal_server_error": 500,
        "not_implemented": 501,
        "service_unavailable": 503,
    }
)

UNAUTHORIZED = "A login is needed that is known here, enabled and not expired."

_BUSY_RETRY_S = 2
_OWNER_RETRY_S = 60


class RefusedError(Exception):
    """A request that ends here. `error` is a key of `STATUSES`; `headers` go with the answer."""

    def __init__(self, error: str, reason: str, headers: Mapping[str, str] | None = None) -> None:
        self.error = error
        self.reason = reason
        self.status = STATUSES[error]
        self.headers = dict(headers or {})
        super().__init__(reason)


def unauthorized(headers: Mapping[str, str] | None = None) -> RefusedError:
    """For who shows nothing and for who shows something wrong alike."""
    given = {"www-authenticate": 'Basic realm="MosaicFS", charset="UTF-8"', **(headers or {})}
    return RefusedError("unauthorized", UNAUTHORIZED, given)


def not_found(reason: str = "missing") -> RefusedError:
    return RefusedError("not_found", reason)


def bad_request(reason: str) -> RefusedError:
    return RefusedError("bad_request", reason)


def too_many(limit: int) -> RefusedError:
    reason = f"More than {limit} requests of this node are under way; finish one first."
    return RefusedError("too_many_requests", reason, {"retry-after": "1"})


def refusal_of(cause: Exception) -> RefusedError:
    """What the caller is told. Anything unexpected is `internal_server_error`, and its text stays here."""
    match cause:
        case RefusedError():
            return cause
        case BadQueryError():
            error = cause.code
        case MalformedDocumentError():
            return _malformed(cause)
        case ConflictError():
            error = "conflict"
        case TryLaterError():
            return _unavailable("The document store is busy or cannot be reached.", cause.retry_after_s)
        case AskOwnerError():
            return _unavailable("The document store cannot take this until its owner has seen to it.", _OWNER_RETRY_S)
        case _:
            reason = "The server failed; its log says more under the id of this request."
            return RefusedError("internal_server_error", reason)
    return RefusedError(error, str(cause))


def _malformed(cause: MalformedDocumentError) -> RefusedError:
    match cause.field:
        case "_attachments":
            return RefusedError("forbidden", cause.trouble)
        case "_id":
            return RefusedError("illegal_docid", str(cause))
    return RefusedError("doc_validation", str(cause))


def _unavailable(reason: str, retry_after_s: float | None) -> RefusedError:
    wait = max(1, ceil(retry_after_s if retry_after_s is not None else _BUSY_RETRY_S))
    return RefusedError("service_unavailable", reason, {"retry-after": str(wait)})
