"""One typed function a hook: what the rest of the kernel calls when it asks plugins.

How they are asked is in `dispatch`, what each hook means in `hookspecs`; when to ask and what to do with errors is the
service's of that verb.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, cast

from msgspec import structs

from mosaicfs.model.crawling import CrawlEnd, Source
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.notification import Delivery, Notice
from mosaicfs.model.plugin_info import Duty
from mosaicfs.model.provided import provider_of
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


class _Asked(NamedTuple):
    """How a source is asked for: what of it is shown, whom, and with which options in place of the plugin's own."""

    source: Source | None
    among: tuple[str, ...] | None = None
    more: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Hooks:
    """None means that nobody took it for theirs. Errors are those of `mosaicfs.errors`."""

    dispatch: Dispatch

    @property
    def plugins(self) -> Sequence[Loaded]:
        return self.dispatch.plugins

    async def crawl(self, source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
        """Each change and each mark of progress gives the plugin its whole time again."""
        watched = PerCall(lambda timer: watched_sink(into, timer))
        asked = self._asked_for(source)
        reply = await self.dispatch.first_answer(
            "crawl", among=asked.among, source=asked.source, since=since, into=watched, **asked.more
        )
        return cast(CrawlEnd, reply.answer) if reply else None

    async def materialize(self, entry: Entry, span: Span, source: Source | None = None) -> ByteStream | None:
        """`source` is the backend that the entry is of."""
        asked = self._asked_for(source) if source is not None else _Asked(source)
        reply = await self.dispatch.first_answer("materialize", among=asked.among, entry=entry, span=span, **asked.more)
        if reply is None:
            return None
        return ExactStream(cast(ByteStream, reply.answer), entry, span, reply.plugin, self.dispatch)

    def served(self, backend: str) -> Loaded | None:
        """The plugin that serves backends of this type."""
        return next((p for p in self.plugins if any(b.backend == backend for b in p.contract.info.backends)), None)

    def annotates(self, source: Source) -> tuple[str, int] | None:
        """Who tells facts beside the files of a source, and which version of them."""
        plugin = self.served(source.backend)
        if (provider := provider_of(source.name)) is not None:
            plugin = next((each for each in self.plugins if each.name == provider), None)
        return None if plugin is None else (plugin.name, plugin.contract.info.annotation_version)

    def _asked_for(self, source: Source) -> _Asked:
        """A bridge that declares options is given those of the source, typed; what is secret stands only there."""
        if (provider := provider_of(source.name)) is not None:
            return _Asked(source, (provider,))
        plugin = self.served(source.backend)
        if plugin is None or plugin.contract.info.options is None:
            return _Asked(source, None if plugin is None else (plugin.name,))
        schema = plugin.contract.options
        options = schema.read(f"the backend {source.name}", {**plugin.given, **source.options})
        self.dispatch.learn(schema.secrets, options)
        plain = {name: value for name, value in source.options.items() if name not in schema.secrets}
        return _Asked(structs.replace(source, options=plain), (plugin.name,), {"options": options})

    async def annotate(
        self, plugin: str, event: Event, entry: Entry | None, path: Path | None, *, limit_s: float | None = None
    ) -> JsonObject | None:
        """`plugin` is the whole name of an instance. What runs in another process keeps the limit of its document."""
        answer = await self.dispatch.answer_of(plugin, "annotate", limit_s=limit_s, event=event, entry=entry, path=path)
        return cast("JsonObject | None", answer)

    async def query(self, question: Query) -> list[Reply[QueryAnswer]]:
        """Errors are among the replies, so that whoever asks can name what is left out."""
        able = [p.name for p in self.plugins if question.capability in p.contract.info.capabilities]
        limit_s = question.deadline_ms / 1000
        return await self.dispatch.all_answers("query", among=able, limit_s=limit_s, question=question)

    def capabilities(self) -> tuple[str, ...]:
        """What the plugins can be asked for now."""
        able = (p.contract.info.capabilities for p in self.plugins if self.dispatch.may_be_asked(p.name))
        return tuple(sorted({each for capabilities in able for each in capabilities}))

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
