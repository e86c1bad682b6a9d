"""Cursors: where the next page of a list begins, in a form that nobody but this server can make.

A cursor holds the sort key of the last item and the moment that the walk began at, which ages such as `30d` count from.
It is bound to who asks what: with other filters or another sort it is no cursor at all.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

import msgspec

from mosaicfs_control.rest.refusals import ApiError

LONGEST = 8_192

_VERSION = "q1"
_MAC_BYTES = 16

Place = tuple[str | int | float, ...]


class Position(NamedTuple):
    """`began` is in seconds since 1970."""

    began: int
    after: Place


def cursor_of(key: bytes, bound: bytes, position: Position) -> str:
    payload = msgspec.json.encode(position)
    return ".".join((_VERSION, _text(payload), _text(_mac(key, bound, payload))))


def position_of(key: bytes, bound: bytes, cursor: str) -> Position:
    """`ApiError` `invalid_cursor` for anything that was not given out for the same question."""
    if len(cursor) > LONGEST:
        raise _refused()
    version, _, rest = cursor.partition(".")
    payload_text, _, mac_text = rest.partition(".")
    try:
        payload, mac = _bytes(payload_text), _bytes(mac_text)
    except ValueError:
        raise _refused() from None
    if version != _VERSION or not hmac.compare_digest(mac, _mac(key, bound, payload)):
        raise _refused()
    return msgspec.json.decode(payload, type=Position)


def _refused() -> ApiError:
    message = "This cursor was not given out for this question. Begin again without it, with the same filters and sort."
    return ApiError("invalid_cursor", message)


def _mac(key: bytes, bound: bytes, payload: bytes) -> bytes:
    asked = hmac.digest(key, bound, "sha256")
    return hmac.digest(key, asked + payload, "sha256")[:_MAC_BYTES]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """`ValueError` for what is not base64url; `binascii.Error` is one, and so is text beyond ASCII."""
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
