"""How the REST API refuses: a code of a closed list, a sentence for a person, and a detail for a program.

The replication protocol under the same roof has its own shape, in `errors`. What went wrong inside is said in the log
under the id of the request, never to the caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from mosaicfs.errors import (
    AskOwnerError,
    DirectoryExistsError,
    DirectoryNotEmptyError,
    InvalidDirectoryError,
    MovedBelowItselfError,
    NotShownError,
    SystemDirectoryError,
    TryLaterError,
)
from mosaicfs.model.json import JsonObject
from mosaicfs.model.redaction import redacted_text
from mosaicfs_control.errors import UNAUTHORIZED, RefusedError

CODES: Mapping[str, int] = MappingProxyType(
    {
        "invalid_request": 400,
        "invalid_cursor": 400,
        "unauthorized": 401,
        "token_expired": 401,
        "clock_skew": 401,
        "replayed": 401,
        "forbidden": 403,
        "origin_refused": 403,
        "path_refused": 403,
        "developer_mode_required": 403,
        "not_found": 404,
        "not_supported": 405,
        "conflict": 409,
        "backend_in_use": 409,
        "source_gone": 410,
        "events_expired": 410,
        "precondition_failed": 412,
        "too_large": 413,
        "unsupported_media_type": 415,
        "range_not_satisfiable": 416,
        "misdirected": 421,
        "validation_failed": 422,
        "rate_limited": 429,
        "internal": 500,
        "source_failed": 502,
        "source_unavailable": 503,
        "source_changed": 503,
        "not_ready": 503,
        "shutting_down": 503,
        "control_plane_required": 503,
        "timeout": 504,
    }
)
"""Those of the closed list that something here answers with."""

_FROM_BODIES = {
    "bad_request": "invalid_request",
    "too_large": "too_large",
    "bad_content_type": "unsupported_media_type",
    "misdirected": "misdirected",
    "forbidden": "origin_refused",
    "unauthorized": "unauthorized",
}
_BUSY_RETRY_S = 2
_OWNER_RETRY_S = 60


class FieldTrouble(NamedTuple):
    """One parameter or body member, and what is wrong with it."""

    field: str
    problem: str


class ApiError(Exception):
    """A request that ends here. `headers` go with the answer.

    What the caller sent may stand in a message, but never what has the form of a secret: answers get into logs of his.
    """

    def __init__(
        self, code: str, message: str, detail: JsonObject | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.code = code
        self.message = redacted_text(message)
        self.detail = detail
        self.status = CODES[code]
        self.headers = dict(headers or {})
        super().__init__(message)

    def body(self) -> bytes:
        detail = {} if self.detail is None else {"detail": self.detail}
        return msgspec.json.encode({"error": {"code": self.code, "message": self.message, **detail}})


def unauthorized() -> ApiError:
    """The same for who shows nothing and for who shows something wrong: a guess learns nothing."""
    return ApiError("unauthorized", UNAUTHORIZED, headers={"www-authenticate": "Bearer"})


def invalid(field: str, problem: str) -> ApiError:
    return all_invalid([FieldTrouble(field, problem)])


def all_invalid(troubles: Sequence[FieldTrouble]) -> ApiError:
    message = "; ".join(f"{trouble.field}: {trouble.problem}" for trouble in troubles) + "."
    fields = [{"field": redacted_text(field), "problem": redacted_text(problem)} for field, problem in troubles]
    return ApiError("validation_failed", message, {"fields": fields})


def not_found(what: str) -> ApiError:
    return ApiError("not_found", f"{what} is not known here.")


def control_plane_required(url: str = "") -> ApiError:
    """Of a node, which keeps only its replica of the documents."""
    how = f" Log in first: mosaicfs login {url}" if url else ""
    return ApiError("control_plane_required", f"Only the control plane can answer this.{how}")


def refusal_of(cause: Exception, request_id: str) -> ApiError:
    """What the caller is told. Anything unexpected is `internal`, and its text stays here."""
    match cause:
        case ApiError():
            return cause
        case RefusedError() if cause.error in _FROM_BODIES:
            return ApiError(_FROM_BODIES[cause.error], cause.reason, headers=cause.headers)
        case TryLaterError():
            return _not_ready("The document store is busy or cannot be reached; ask again.", cause.retry_after_s)
        case AskOwnerError():
            return _not_ready("The document store cannot answer until its owner has seen to it.", _OWNER_RETRY_S)
    if (refused := _of_a_directory(cause)) is not None:
        return refused
    return ApiError("internal", f"The server failed; its log says more under {request_id}.")


def _of_a_directory(cause: Exception) -> ApiError | None:
    match cause:
        case NotShownError():
            return ApiError("not_found", str(cause))
        case InvalidDirectoryError():
            return all_invalid([FieldTrouble(*fault) for fault in cause.faults])
        case DirectoryExistsError():
            return ApiError("conflict", str(cause), {"reason": "exists"})
        case DirectoryNotEmptyError():
            return ApiError("conflict", str(cause), {"reason": "not_empty", "children": cause.children})
        case MovedBelowItselfError():
            return ApiError("conflict", str(cause), {"reason": "below_itself"})
        case SystemDirectoryError():
            return ApiError("forbidden", str(cause), {"reason": "system"})
    return None


def _not_ready(message: str, retry_after_s: float | None) -> ApiError:
    wait = max(1, ceil(retry_after_s if retry_after_s is not None else _BUSY_RETRY_S))
    return ApiError("not_ready", message, headers={"retry-after": str(wait)})
