"""Parameters of a step, read with their faults collected, each under the name of its field."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mosaicfs.model.json import LAST_EXACT, Json
from mosaicfs.model.step import Step

Fault = tuple[str, str]


class Parameters:
    """What cannot be read is noted in `faults`, and something harmless is answered in its place."""

    def __init__(self, step: Step) -> None:
        self._given = {name: value for name, value in step.parameters.items() if value is not None}
        self.faults: list[Fault] = []

    def fault(self, name: str, trouble: str) -> None:
        self.faults.append((name, trouble))

    def value(self, name: str) -> Json:
        return self._given.get(name)

    def optional_text(self, name: str) -> str | None:
        found = self._given.get(name)
        if found is not None and not isinstance(found, str):
            self.fault(name, "is not a string")
            return None
        return found

    def text(self, name: str) -> str:
        if name not in self._given:
            self.fault(name, "is missing")
        return self.optional_text(name) or ""

    def flags(self, known: str) -> frozenset[str]:
        found = frozenset(self.optional_text("flags") or "")
        if found - set(known):
            self.fault("flags", f"may hold {_listed(known)}, not {_listed(sorted(found - set(known)))}")
        return found & set(known)

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        found = self._given.get(name, default)
        if isinstance(found, str) and found in choices:
            return found
        self.fault(name, f"is not one of {_listed(choices)}")
        return default

    def texts(self, name: str, is_right: Callable[[str], bool], what: str) -> frozenset[str]:
        """A list of one or more; `what` says what each of them has to be."""
        found = self._given.get(name)
        if found is None:
            self.fault(name, f"is missing; list one or more, each {what}")
        elif not isinstance(found, list | tuple) or not found:
            self.fault(name, f"is not a list of one or more, each {what}")
        else:
            wrong = (index for index, each in enumerate(found) if not isinstance(each, str) or not is_right(each))
            if (index := next(wrong, None)) is None:
                return frozenset(found)
            self.fault(name, f"has {str(found[index])[:40]!r} at place {index}, which is not {what}")
        return frozenset()

    def bounds(self, least: str, most: str) -> tuple[int | None, int | None]:
        """At least one of them, whole numbers from 0 on, the least not above the most."""
        if least not in self._given and most not in self._given:
            self.fault(most, f"is missing; give {least}, {most} or both")
        low, high = self._count(least), self._count(most)
        if low is not None and high is not None and low > high:
            self.fault(least, f"is {low}, above {most}, which is {high}; nothing lies between")
        return low, high

    def _count(self, name: str) -> int | None:
        found = self._given.get(name)
        if found is None:
            return None
        if isinstance(found, float) and found.is_integer():
            found = int(found)  # JSON knows no difference
        if type(found) is not int or not 0 <= found <= LAST_EXACT:
            self.fault(name, f"is not a whole number from 0 to {LAST_EXACT}")
            return None
        return found


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
