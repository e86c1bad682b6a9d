"""The documents that a target would not take for now: tried again every hour, and forgotten by no restart.

Values only; how they are tried is decided in `replication`, and they lie in the checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

SET_ASIDE_S: Final = 3_600.0
SET_ASIDE_LIMIT: Final = 200


class _One(NamedTuple):
    revs: tuple[str, ...]
    again: float


class SetAside:
    def __init__(self, noted: Mapping[str, tuple[str, ...]]) -> None:
        self._kept = {doc_id: _One(revs, 0.0) for doc_id, revs in noted.items()}

    @property
    def is_too_much(self) -> bool:
        """More than a checkpoint holds, so that it has to stay before them."""
        return len(self._kept) > SET_ASIDE_LIMIT

    @property
    def noted(self) -> dict[str, tuple[str, ...]]:
        return {doc_id: one.revs for doc_id, one in self._kept.items()}

    @property
    def times(self) -> list[float]:
        """When one of them is to be tried again."""
        return [one.again for one in self._kept.values()]

    def put(self, revisions: Mapping[str, tuple[str, ...]], now: float) -> None:
        self._kept |= {doc_id: _One(revs, now + SET_ASIDE_S) for doc_id, revs in revisions.items()}

    def ready(self, now: float) -> dict[str, tuple[str, ...]]:
        """Those whose hour is over; another one begins for them."""
        found = {doc_id: one.revs for doc_id, one in self._kept.items() if one.again <= now}
        self.put(found, now)
        return found

    def forget(self, ids: Iterable[str]) -> bool:
        """Whether any of them lay here."""
        gone = self._kept.keys() & set(ids)
        for doc_id in gone:
            del self._kept[doc_id]
        return bool(gone)
