"""Facts that come with a listing: kept as the annotation of each file, by the plugin that listed it.

They are written after the files that they are about and before the cursor of the crawl, so that what a kill loses is
listed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import structlog

from mosaicfs.model.crawling import Change, Source
from mosaicfs.model.entry import entry_of
from mosaicfs.model.file import File
from mosaicfs.model.json import JsonObject
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock
from mosaicfs.services.annotating.facts import Fact, trouble_with, write_facts
from mosaicfs.services.indexing.memory import Memory
from mosaicfs.wire import noun_in

AT_ONCE = 1000

log = structlog.get_logger(component="crawler")


class Teller(NamedTuple):
    """Whose annotations they are, and which version of them."""

    plugin_name: str
    annotation_version: int


TellerOf = Callable[[Source], Teller | None]


@dataclass(slots=True)
class ToldFacts:
    """Of one crawl. Facts wait here until it is known which file lies at their path."""

    store: Store
    memory: Memory
    node_id: str
    teller: Teller | None
    clock: Clock
    _waiting: dict[str, JsonObject] = field(default_factory=dict)

    def hear(self, change: Change) -> None:
        if change.facts is not None and self.teller is not None and change.action != "delete":
            self._waiting[change.export_path] = change.facts

    async def keep(self) -> None:
        """Those of files that are in the index by now."""
        while self.teller is not None and (paths := [*islice(self._waiting, AT_ONCE)]):
            rows = await self.memory.known((), paths)
            found = {path: row.file_id for path, row in rows.items() if not row.gone}
            if not found:
                return
            await self._write(self.teller, found)

    async def keep_all(self) -> None:
        """At the end: what is not in the index now, is not taken into it."""
        await self.keep()
        self._waiting.clear()

    async def _write(self, teller: Teller, files: dict[str, str]) -> None:
        documents = await self.store.get_many(list(files.values()))
        facts = [
            _fact(teller, file_id, file, self._waiting[path])
            for (path, file_id), document in zip(files.items(), documents, strict=True)
            if (file := noun_in(document, File)) is not None
        ]
        troubles = await write_facts(self.store, self.node_id, facts, self.clock)
        _log_first(teller, troubles)
        for path in files:
            del self._waiting[path]


def _fact(teller: Teller, file_id: str, file: File, told: JsonObject) -> Fact:
    error = trouble_with(told)
    data = None if error or not told else told
    return Fact(teller.plugin_name, teller.annotation_version, entry_of(file_id, file), data, error)


def _log_first(teller: Teller, troubles: Iterable[str]) -> None:
    """They are alike, and there may be many."""
    if found := [trouble for trouble in troubles if trouble]:
        log.warning("facts of a listing are not kept", plugin=teller.plugin_name, files=len(found), cause=found[0])
