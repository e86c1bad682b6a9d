"""Tokens that stand in the address of one download, because a `<video>` can send no header.

Only form and signature are judged here. Whether the time is over and whether `sid` still counts is asked by who serves,
before anything about the file is looked up.
"""

from __future__ import annotations

import hmac
import re
from typing import NamedTuple

from mosaicfs.identity.key_derivation import derived

_parts = re.compile(r"([0-9]{1,12})\.([A-Za-z0-9_-]{1,64})\.([0-9a-f]{64})").fullmatch


class DownloadToken(NamedTuple):
    expiry: int
    """Seconds since 1970."""
    sid: str
    """Of whom: the id of a JWT, an access key id, or `owner`."""


def token_of(jwt_key: bytes, instance_id: str, subject: str, expiry: int, sid: str) -> str:
    """`subject` is a file id, or `backup:<type>`."""
    return f"{expiry}.{sid}.{_signature(jwt_key, instance_id, subject, str(expiry), sid)}"


def read(token: str, jwt_key: bytes, instance_id: str, subject: str) -> DownloadToken | None:
    """None unless this key made it for this subject. In constant time; the expiry is not judged."""
    found = _parts(token)
    if found is None:
        return None
    expiry, sid, signature = found.groups()
    fits = hmac.compare_digest(_signature(jwt_key, instance_id, subject, expiry, sid), signature)
    return DownloadToken(int(expiry), sid) if fits else None


def _signature(jwt_key: bytes, instance_id: str, subject: str, expiry: str, sid: str) -> str:
    key = derived(jwt_key, instance_id, "mosaicfs download token 1")
    return hmac.digest(key, f"dl:{subject}:{expiry}:{sid}".encode(), "sha256").hex()
