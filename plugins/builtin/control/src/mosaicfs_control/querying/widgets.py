"""What plugins show on the dashboard: asked once a minute, and kept while they do not answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import time
from typing import Final, NoReturn

import structlog
import trio
from msgspec import structs

from mosaicfs.errors import MosaicError
from mosaicfs.model.json import JsonObject
from mosaicfs.model.query import Answers, Envelope, Query
from mosaicfs.model.times import Clock, now_text
from mosaicfs_control.querying.fan_out import FanOut

CAPABILITY: Final = "dashboard_widget"
BETWEEN_S: Final = 60.0
MISSES: Final = 3
MOST_PAIRS: Final = 20
MOST_CHARS: Final = 200

_log = structlog.get_logger(component="query")


class Widget(Envelope, frozen=True, kw_only=True, omit_defaults=True):
    """`silent` is there once its plugin has not answered several times; `fetched_at` says since when."""

    fetched_at: str
    silent: bool = False


@dataclass(slots=True)
class Widgets:
    fan_out: FanOut
    clock: Clock = time
    _kept: dict[tuple[str, str], Widget] = field(default_factory=dict)
    _misses: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def items(self) -> list[Widget]:
        return [self._kept[each] for each in sorted(self._kept)]

    async def run(self) -> NoReturn:
        while True:
            try:
                await self.look()
            except MosaicError as trouble:
                _log.info("widgets were not asked for", cause=str(trouble))
            await trio.sleep(BETWEEN_S)

    async def look(self) -> None:
        self._take(await self.fan_out.all(Query(capability=CAPABILITY, endpoint=CAPABILITY)))

    def _take(self, answers: Answers) -> None:
        now = now_text(self.clock)
        came = {(each.node_id, each.plugin_name): each for each in answers.results}
        missed = {(each.node_id, each.plugin_name) for each in answers.omitted}
        for key, widget in list(self._kept.items()):
            if key in came:
                continue
            if key in missed or (key[0], None) in missed:
                self._miss(key, widget)
            else:
                del self._kept[key]  # it is not there any more, or has nothing to show
                self._misses.pop(key, None)
        for key, envelope in came.items():
            self._misses.pop(key, None)
            self._kept[key] = Widget(**structs.asdict(_trimmed(envelope)), fetched_at=now)

    def _miss(self, key: tuple[str, str], widget: Widget) -> None:
        self._misses[key] = self._misses.get(key, 0) + 1
        if self._misses[key] == MISSES:
            told = f"no answer since {widget.fetched_at}"
            self._kept[key] = structs.replace(widget, silent=True, description=told)


def _trimmed(envelope: Envelope) -> Envelope:
    return structs.replace(envelope, results=tuple(_trimmed_result(each) for each in envelope.results[:1]))


def _trimmed_result(result: JsonObject) -> JsonObject:
    data = result.get("data")
    pairs = list(data.items())[:MOST_PAIRS] if isinstance(data, dict) else []
    shown = {str(name)[:MOST_CHARS]: str(value)[:MOST_CHARS] for name, value in pairs}
    return {
        "status": result.get("status") if result.get("status") in ("healthy", "warning", "error") else "healthy",
        "description": str(result.get("description", ""))[:MOST_CHARS],
        "data": shown,
    }
