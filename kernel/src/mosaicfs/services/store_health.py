"""That the database has no room or is damaged, told where it can still be told.

The notice of a database lies in that database: it is written as soon as it can be, which may be when all is over. What
tells the owner meanwhile needs no database: the log, the standing of the node, which the control plane hears of with
the next heartbeat, and `GET /api/health` of the process that has met it. Of damage the last thing that is written is
its notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

import structlog
import trio

from mosaicfs.model.standing import Standing
from mosaicfs.model.store import Ailment, KnowsItsHealth, Store
from mosaicfs.services.condition_life import Observation
from mosaicfs.services.conditions import Conditions

PART: Final = "store"
LOOK_S: Final = 1.0
CORRUPT: Final = "store_corrupt"
FULL: Final = "store_full"

_TITLES: Final = {CORRUPT: "The database is damaged", FULL: "There is no room for the database"}

_log = structlog.get_logger(component="store")


@dataclass(slots=True)
class StoreHealth:
    """Of one process; `standing` is where its node is told of."""

    conditions: Conditions
    standing: Standing | None = None
    _last: Ailment | None = None

    async def run(self, store: Store) -> NoReturn:
        """After the conditions were loaded."""
        if isinstance(store, KnowsItsHealth):
            store.on_damage = self._last_words
            while True:
                self.look(store)
                await trio.sleep(LOOK_S)
        await trio.sleep_forever()
        raise AssertionError("it sleeps for ever")

    def look(self, store: KnowsItsHealth) -> None:
        ailment, before = store.ailment, self._last
        self._last = ailment
        if ailment is not None:
            self._tell(ailment, is_news=ailment != before)
        elif before is not None and self.standing is not None:
            self.standing.tell(PART, "healthy")
        for key in (CORRUPT, FULL):
            is_known = key == FULL or store.is_looked_over
            if is_known and (ailment is None or _key(ailment) != key):
                self._clear(key)

    def _tell(self, ailment: Ailment, *, is_news: bool) -> None:
        """The standing anew each time: who writes it takes a single good write for the end of the trouble."""
        if is_news:
            key = _key(ailment)
            if key == FULL:  # the store itself has told its log of damage, with all that it found
                _log.error(key, cause=ailment.message)
            self.conditions.observe(PART, key, Observation("error", _TITLES[key], ailment.message))
        if self.standing is not None:
            self.standing.tell(PART, "unhealthy", ailment.message)

    def _clear(self, key: str) -> None:
        if self.conditions.holds(key):
            _log.info("it is over", condition=key)
            self.conditions.clear(PART, key)

    async def _last_words(self, damage: Ailment) -> None:
        """Until it is written, or cannot be."""
        self._tell(damage, is_news=self._last != damage)
        self._last = damage
        while not self.conditions.is_raised(_key(damage)):  # noqa: ASYNC110 - who writes notices tells nobody
            await trio.sleep(0.05)


def _key(ailment: Ailment) -> str:
    return CORRUPT if ailment.kind == "corrupt" else FULL
