"""What a question to the store is: which documents answer it, and in which order.

A question is a value. What it says here is the definition; a driver may answer in any quicker way that comes to the
same. Orders end in the id, so that a page can go on after any key.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

Key: TypeAlias = tuple[str | int, ...]


class Question(Protocol):
    """`kinds` are document types; `matches` and `key` are given a decoded document of one of them."""

    @property
    def kinds(self) -> tuple[str, ...]: ...

    def matches(self, noun: object) -> bool: ...

    def key(self, doc_id: str, noun: object) -> Key: ...
