"""What is never written down, and how it is taken out of a value on its way to a log: by its name and by its form.

Plain functions over values; the log and the audit log are their callers. Also how a text of unknown origin is made
harmless for a terminal and for a reader who goes by lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"
DEEPEST = 8
"""Of values in values; what is deeper is shown by its type."""

_SECRET_NAMES = frozenset(
    (
        *("secret", "secret_key", "secret_key_hash", "sealed_signing_key", "signing_key", "private_key", "password"),
        *("passphrase", "authorization", "proxy_authorization", "mosaicfs_proof", "cookie", "set_cookie", "token"),
        *("access_token", "refresh_token", "id_token", "session", "session_token", "jwt", "login_code", "join_code"),
        *("code", "code_verifier", "client_secret", "sealed", "settings", "body", "content", "jwt_key", "key_bytes"),
    )
)
_FORMS = re.compile(
    r"""
      mosaicfs_[A-Za-z0-9_-]{43}
    | \beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*
    | sealed1:[A-Za-z0-9_-]+
    | (?:argon2id:)?\$argon2id\$[A-Za-z0-9+/=$,]*[A-Za-z0-9+/=$]
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | \b[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){3}\b
    """,
    re.VERBOSE | re.DOTALL,
)
_NAMED = re.compile(
    r"""
      (?P<before>
          \\?["']sealed\\?["']\s*:\s*\\?["']
        | [?&;\#](?:token|code|state|access_token|refresh_token)=
        | \b(?:Signature|Code)=
        | \b(?:Basic|Bearer|MOSAICFS-SESSION)\s+
      )
      [A-Za-z0-9._~+/=-]{4,}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def redacted(value: Any, name: str = "", *, depth: int = 0) -> Any:
    """`value` without secrets, in a form that JSON has. `name` is that of the field it stands in."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if name.lower().replace("-", "_") in _SECRET_NAMES and value:
        return REDACTED
    if isinstance(value, str):
        return redacted_text(value)
    if depth >= DEEPEST:
        return f"<{type(value).__name__}>"
    if isinstance(value, Mapping):
        return {redacted_text(str(key)): redacted(one, str(key), depth=depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(one, depth=depth + 1) for one in value]
    return redacted_text(str(value))


def redacted_text(text: str) -> str:
    """Without what has the form of a secret, wherever it stands."""
    return _NAMED.sub(rf"\g<before>{REDACTED}", _FORMS.sub(REDACTED, text))


def harmless(text: str) -> str:
    """One line for any terminal: control characters, line ends and marks that turn text around become escapes."""
    return _UNSAFE.sub(_escape, text)


def harmless_lines(text: str) -> str:
    """Of a text that has lines of its own: none of them can pass for the beginning of another entry."""
    return "\n".join(("  " if number else "") + harmless(line) for number, line in enumerate(text.split("\n")))


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
