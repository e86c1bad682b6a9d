"""One typed function a hook: what the rest of the kernel calls when it asks plugins.

How they are asked is in `dispatch`, what each hook means in `hookspecs`; when to ask and what to do with errors is the
service's of that verb.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from mosaicfs.model.crawling import CrawlEnd, Source
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.notification import Delivery, Notice
from mosaicfs.model.plugin_info import Duty
from mosaicfs.model.query import Query, QueryAnswer
from mosaicfs.model.sink import Sink
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.stream import ByteStream
from mosaicfs.model.target import Target
from mosaicfs.model.tier import Tier
from mosaicfs.plugin_host.dispatch import Dispatch, PerCall, Reply
from mosaicfs.plugin_host.loading import Loaded
from mosaicfs.plugin_host.reading_tier import as_tier
from mosaicfs.plugin_host.streams import ExactStream
from mosaicfs.plugin_host.timer import Timer
from mosaicfs.plugin_host.watched_sink import watched_sink


@dataclass(frozen=True, slots=True)
class Hooks:
    """None means that nobody took it for theirs. Errors are those of `mosaicfs.errors`."""

    dispatch: Dispatch
    plugins: Sequence[Loaded]

    async def crawl(self, source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
        """Each change and each mark of progress gives the plugin its whole time again."""
        watched = PerCall(lambda timer: watched_sink(into, timer))
        reply = await self.dispatch.first_answer("crawl", source=source, since=since, into=watched)
        return cast(CrawlEnd, reply.answer) if reply else None

    async def materialize(self, entry: Entry, span: Span) -> ByteStream | None:
        reply = await self.dispatch.first_answer("materialize", entry=entry, span=span)
        if reply is None:
            return None
        return ExactStream(cast(ByteStream, reply.answer), entry, span, reply.plugin, self.dispatch)

    async def annotate(self, plugin: str, event: Event, entry: Entry | None, path: Path | None) -> JsonObject | None:
        answer = await self.dispatch.answer_of(plugin, "annotate", event=event, entry=entry, path=path)
        return cast("JsonObject | None", answer)

    async def query(self, question: Query) -> list[Reply[QueryAnswer]]:
        """Errors are among the replies, so that whoever asks can name what is left out."""
        able = [p.name for p in self.plugins if question.capability in p.contract.info.capabilities]
        limit_s = question.deadline_ms / 1000
        return await self.dispatch.all_answers("query", among=able, limit_s=limit_s, question=question)

    async def tier(self, kernel: Kernel) -> list[Tier]:
        """Those that could be handed over, best first. What kept another from it is in its standing."""
        replies = await self.dispatch.all_answers("tier", kernel=kernel)
        found = [as_tier(reply.answer) for reply in replies if reply.answer is not None]
        return sorted(found, key=lambda tier: tier.cost)

    async def notify(self, notice: Notice, channels: Collection[str]) -> list[Reply[Delivery]]:
        return await self.dispatch.tell("notify", among=channels, notice=notice)

    async def replicate(self, target: StorageBackend) -> Target | None:
        reply = await self.dispatch.first_answer("replicate", target=target)
        return cast(Target, reply.answer) if reply else None

    def faces(self, duty: Duty) -> list[str]:
        """The plugins that serve in this duty, each to be started on its own."""
        return [p.name for p in self.plugins if p.contract.info.duty == duty and "serve" in p.contract.hooks]

    async def serve(self, face: str, kernel: Kernel, started: Started) -> None:
        """Until the face ends or fails; its limit is for the time until it has started."""
        lifting = PerCall(lambda timer: _LiftingStarted(started, timer, lambda: self.dispatch.proved(face)))
        await self.dispatch.answer_of(face, "serve", kernel=kernel, started=lifting)


@dataclass(frozen=True, slots=True)
class _LiftingStarted:
    started: Started
    timer: Timer
    proved: Callable[[], None]

    def __call__(self, **facts: str) -> None:
        self.timer.lift()
        self.proved()
        self.started(**facts)
