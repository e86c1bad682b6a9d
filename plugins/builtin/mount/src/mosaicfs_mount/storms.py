"""Programs that open a great many files that are not here, and that no rule speaks of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeVar

from mosaicfs_mount.callers import Caller

K = TypeVar("K")

MOST_FILES: Final = 50
WITHIN_S: Final = 10.0
REFUSED_S: Final = 60.0
TOLD_EVERY_S: Final = 3_600.0
_MANY_PROGRAMS: Final = 256


@dataclass(slots=True)
class Storms:
    """Counted by program and not by process: some start one for each file."""

    _opened: dict[Caller, dict[str, float]] = field(default_factory=dict)
    _until: dict[Caller, float] = field(default_factory=dict)
    _told: dict[tuple[Caller, str], float] = field(default_factory=dict)

    def begins(self, caller: Caller, path: str, now: float) -> bool:
        """Whether this is the file that makes it too many. The next storm is counted from nothing."""
        lately = self._opened.setdefault(caller, {})
        lately.pop(path, None)
        lately[path] = now
        _forget_before(lately, now - WITHIN_S)
        if len(self._opened) > _MANY_PROGRAMS:
            self._forget_idle(now)
        if len(lately) <= MOST_FILES:
            return False
        del self._opened[caller]
        return True

    def is_news(self, caller: Caller, folder: str, now: float) -> bool:
        """Whether it has not been said within the hour."""
        _forget_before(self._told, now - TOLD_EVERY_S)
        if (caller, folder) in self._told:
            return False
        if len(self._told) >= _MANY_PROGRAMS:
            del self._told[next(iter(self._told))]
        self._told[caller, folder] = now
        return True

    def refuse(self, caller: Caller, now: float) -> None:
        self._until[caller] = now + REFUSED_S

    def is_refused(self, caller: Caller, now: float) -> bool:
        if self._until.get(caller, now) > now:
            return True
        self._until.pop(caller, None)
        return False

    def _forget_idle(self, now: float) -> None:
        for caller, lately in list(self._opened.items()):
            _forget_before(lately, now - WITHIN_S)
            if not lately:
                del self._opened[caller]


def _forget_before(lately: dict[K, float], begin: float) -> None:
    """They are in the order of their times."""
    while lately and next(iter(lately.values())) < begin:
        del lately[next(iter(lately))]
