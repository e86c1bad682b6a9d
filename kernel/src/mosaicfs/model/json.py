"""The shapes of JSON, for the few fields whose content is free (facts of plugins, settings, what is unknown to us)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    Json: TypeAlias = str | int | float | bool | Sequence["Json"] | Mapping[str, "Json"] | None
else:
    Json = Any  # msgspec cannot follow a type that names itself

JsonObject: TypeAlias = Mapping[str, Json]

LAST_EXACT = 2**53 - 1
"""The greatest integer that every JSON peer keeps exactly."""
