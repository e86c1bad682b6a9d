"""A value that a person types and nobody prints."""

from __future__ import annotations

from dataclasses import dataclass

MASK = "••••"


@dataclass(frozen=True, slots=True)
class Secret:
    """Shown as a mask everywhere; `reveal` is called where it is used, and the result goes no further."""

    _value: str

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __bool__(self) -> bool:
        """An empty secret is one that was never set."""
        return bool(self._value)
