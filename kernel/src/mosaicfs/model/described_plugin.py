"""What this process knows of a plugin before anybody enables it: what it suggests, and which options it takes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

from mosaicfs.model.json import JsonObject
from mosaicfs.model.plugin_info import ServedBackend

OptionFault: TypeAlias = tuple[str, str]
"""The name of an option, or nothing where it is about several, and what is wrong with it."""

MISSING = "is missing"
"""What is wrong with a required option that nobody has given."""

FindFaults: TypeAlias = Callable[[JsonObject, Collection[str]], list[OptionFault]]
"""`faults(given, sealed)`: `sealed` are secrets that are set and cannot be looked at."""


class DescribedPlugin(NamedTuple):
    """`schema` in the form of a plugin document. `needs_all`: without its required options it would never work.

    Those of a bridge come with each storage backend instead; `backends` are the types that it serves.
    """

    title: str
    events: tuple[str, ...]
    mime_globs: tuple[str, ...]
    schema: JsonObject
    secrets: frozenset[str]
    needs_all: bool
    faults: FindFaults
    backends: tuple[ServedBackend, ...] = ()


@runtime_checkable
class DescribesPlugins(Protocol):
    """A kernel that runs: what the plugins that its process has loaded say of themselves."""

    def described_plugin(self, code: str) -> DescribedPlugin | None:
        """None for one that this process does not know, though other nodes may. `code` is without an instance."""
