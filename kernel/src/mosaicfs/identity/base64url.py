"""Bytes as text: base64url without padding (RFC 4648). One text for each value, so an altered text is another value."""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode


def encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """`ValueError` for padding, foreign characters and spare bits that are not zero."""
    value = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if encoded(value) != text:
        raise ValueError("not base64url")
    return value
