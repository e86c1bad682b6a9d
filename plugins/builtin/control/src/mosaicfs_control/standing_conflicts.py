"""Conflicts that stay: two versions of a document of which no rule has made one, so that a person must choose.

Most conflicts pass within seconds, for whoever may write a document merges it. What is told is only what was there at
two looks five minutes apart. A start of this process begins to count anew, and takes nothing back until it has counted.
"""

from __future__ import annotations

from time import time
from typing import NoReturn

import anyio
import structlog

from mosaicfs import Store
from mosaicfs.errors import MosaicError
from mosaicfs.model.notices import LastingNotices
from mosaicfs.model.times import Clock

CONDITION = "persistent_conflicts"
BETWEEN_S = 60.0
STAYS_S = 300.0
NAMED = 5

_log = structlog.get_logger(component="conflicts")


class StandingConflicts:
    def __init__(self, store: Store, notices: LastingNotices, clock: Clock = time) -> None:
        self._store = store
        self._notices = notices
        self._clock = clock
        self._since: dict[str, float] = {}
        self._began = clock()

    async def run(self) -> NoReturn:
        """Until cancelled."""
        while True:
            try:
                await self.check()
            except MosaicError as trouble:
                _log.info("conflicts cannot be looked at yet", cause=str(trouble))
            await anyio.sleep(BETWEEN_S)

    async def check(self) -> None:
        now = self._clock()
        self._since = {doc_id: self._since.get(doc_id, now) for doc_id in await self._all()}
        if stay := sorted(doc_id for doc_id, since in self._since.items() if now - since > STAYS_S):
            self._notices.observe(CONDITION, "warning", "Documents have more than one version", _message(stay))
        elif self._notices.holds(CONDITION) and (not self._since or now - self._began > STAYS_S):
            self._notices.clear(CONDITION)

    async def _all(self) -> list[str]:
        ids: list[str] = []
        while page := await self._store.conflicts(ids[-1] if ids else ""):
            ids += page
        return ids


def _message(ids: list[str]) -> str:
    named = ", ".join(ids[:NAMED]) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
    return (
        f"{named}: written at two places at once, and nobody has chosen for more than five minutes. All versions are "
        "kept and one of them is shown. See which they are with: mosaicfs system conflicts"
    )
