"""The revision tree as the page tells it, word by word and as slow as it likes: what drivers are compared with.

It shares nothing with `documents/revision.py`, so that a mistake would have to be made twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple


class Revision(NamedTuple):
    """One node of a history made up beforehand: everybody agrees on its parent, its flag and its body."""

    generation: int
    hash: str
    parent: Revision | None
    deleted: bool

    def __str__(self) -> str:
        return f"{self.generation}-{self.hash}"

    def path(self) -> tuple[str, ...]:
        return (self.hash, *(self.parent.path() if self.parent is not None else ()))


def random_history(random: Random, size: int) -> list[Revision]:
    """Every revision's parent comes before it; more than one root is possible."""
    made: list[Revision] = []
    for number in range(size):
        parent = random.choice(made) if made and random.random() < 0.9 else None
        name = random.choice("aAzé") + str(number)
        made.append(Revision(parent.generation + 1 if parent else 1, name, parent, random.random() < 0.3))
    return made


@dataclass
class ReferenceTree:
    parents: dict[str, str | None] = field(default_factory=dict)
    tips: dict[str, Revision] = field(default_factory=dict)

    def arrive(self, tip: Revision) -> None:
        self.tips.setdefault(str(tip), tip)
        revision: Revision | None = tip
        while revision is not None:
            self.parents[str(revision)] = str(revision.parent) if revision.parent is not None else None
            revision = revision.parent

    def leaves(self) -> list[Revision]:
        """Best first: live, then the longer history, then the greater hash by its bytes."""
        inner = set(self.parents.values())
        found = [self.tips[rev] for rev in self.parents if rev not in inner]
        return sorted(found, key=lambda leaf: (not leaf.deleted, leaf.generation, leaf.hash.encode()), reverse=True)
