"""The questions a store must answer quickly, each a value that says which documents answer it and in which order."""

from __future__ import annotations

from typing import Protocol, TypeAlias

Key: TypeAlias = tuple[str | int, ...]


class Question(Protocol):
    """`kinds` are document types; `matches` and `key` are given a decoded document of one of them."""

    @property
    def kinds(self) -> tuple[str, ...]: ...

    def matches(self, noun: object) -> bool: ...

    def key(self, doc_id: str, noun: object) -> Key: ...
