"""One key from another for one purpose: HKDF-SHA256 (RFC 5869), 32 bytes.

One block of output is two HMACs, which the standard library has; loading a library for them would cost a quick command
more than the rest of its start.
"""

from __future__ import annotations

import hmac


def derived(key: bytes, salt: str, info: str) -> bytes:
    extracted = hmac.digest(salt.encode("ascii"), key, "sha256")
    return hmac.digest(extracted, info.encode("ascii") + b"\x01", "sha256")
