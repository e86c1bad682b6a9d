"""What stands in place of a secret wherever a stored document is shown: that it is set, and nothing of it."""

from __future__ import annotations

from typing import Any

REDACTED = "__REDACTED__"

_SECRET = frozenset(("secret_key_hash", "sealed_signing_key", "sealed"))


def redacted(value: Any) -> Any:
    """Hashes of secrets and sealed values, at any depth."""
    if isinstance(value, dict):
        if "sealed" in value:
            return REDACTED
        return {name: REDACTED if name in _SECRET else redacted(part) for name, part in value.items()}
    return [redacted(part) for part in value] if isinstance(value, list) else value
