"""Join codes: twenty characters that a person can read out, and how they are read when somebody types them."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 20
_is_code = re.compile(rf"[{_ALPHABET}]{{{_LENGTH}}}").fullmatch
_READ_AS = str.maketrans("OIL", "011")
_between = re.compile(r"[\s\-‐‑‒–—]+")


def new_code() -> str:
    """As it is shown: `7K3QD-9XW2M-4TRZV-B8HPN`."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(code[at : at + 5] for at in range(0, _LENGTH, 5))


def normalised(text: str) -> str:
    """The twenty characters, whatever case, dashes and spaces they were typed with. `ValueError` if they are none."""
    code = _between.sub("", text)
    code = code.upper().translate(_READ_AS) if code.isascii() else ""
    if not _is_code(code):
        raise ValueError(f"A join code has {_LENGTH} letters and digits, like 7K3QD-9XW2M-4TRZV-B8HPN.")
    return code


def hash_of_code(code: str) -> str:
    """What is kept of an open code. A code has 100 random bits, so a plain hash cannot be guessed back."""
    return sha256(normalised(code).encode("ascii")).hexdigest()
