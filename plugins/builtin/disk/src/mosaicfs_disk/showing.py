"""How a path that is not UTF-8 is shown, and how its bytes are kept.

Python hands such bytes over as lone surrogates (PEP 383); a `real` path holds them, a shown one never does.
"""

from __future__ import annotations

import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

_bad_byte = re.compile("[\udc80-\udcff]")
_control = re.compile(r"[\x00-\x1f\x7f]")


def shown(real: str) -> str:
    """Each byte that is not UTF-8 as `\\xHH`."""
    return real if _is_clean(real) else _bad_byte.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02X}", real)


def raw_path(real: str) -> str | None:
    """base64url, without padding, of the bytes of a path; None for one that is shown as it is."""
    return None if _is_clean(real) else urlsafe_b64encode(os.fsencode(real)).rstrip(b"=").decode()


def real_path(export_path: str, raw: str | None) -> str:
    """What the system is asked for."""
    return export_path if raw is None else os.fsdecode(urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))


def escaped(name: str) -> str:
    """For a list of names that could not be indexed: readable, and safe on a terminal."""
    return _control.sub(lambda found: f"\\x{ord(found[0]):02X}", shown(name))


def _is_clean(real: str) -> bool:
    return real.isascii() or _bad_byte.search(real) is None
