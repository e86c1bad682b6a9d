"""The hooks of a plugin in another process: a module like that of a Python plugin, over an `Exchange`.

Which of them a plugin answers, it says itself (`PluginInfo.hooks`), or its document does. Whether something is its own
is decided here, before anybody is bothered with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import msgspec
import trio

from mosaicfs.errors import EntryChangedError, EntryGoneError
from mosaicfs.hookspecs import LIMITS, hookimpl
from mosaicfs.model.crawling import CrawlEnd, Source
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.event import Event
from mosaicfs.model.names import covers
from mosaicfs.model.notification import Delivery, Notice
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.query import Query, QueryAnswer
from mosaicfs.model.sink import Sink
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.stream import ByteStream
from mosaicfs_process.crawling import crawled
from mosaicfs_process.envelopes import materialize_payload, notice_payload, query_payload
from mosaicfs_process.exchange import Exchange, Facts
from mosaicfs_process.staging import bytes_of, staged
from mosaicfs_process.target import RemoteTarget
from mosaicfs_process.troubles import garbled

ALL = ("crawl", "materialize", "annotate", "query", "notify", "replicate")
WITHOUT_FILES = ("annotate", "query", "notify")
"""Of a plugin that shares no disk with us."""

WITHOUT_INFO = ("annotate",)


def module_of(exchange: Exchange, info: PluginInfo, among: Sequence[str] = ALL) -> ModuleType:
    """`info` may leave `hooks` empty; the document adds what only it can know. Only those `among` are taken."""
    document = exchange.instance.document
    asked = _Asked(exchange, info)
    told = tuple(hook for hook in asked_for(info, document) if hook in among)
    module = ModuleType(exchange.instance.name)
    module.PLUGIN = replace(info, hooks=told, capabilities=_capabilities(info, document))  # type: ignore[attr-defined]  # a module made by hand
    for hook in told:
        setattr(module, hook, getattr(asked, hook))
    return module


def asked_for(info: PluginInfo, document: Plugin | None) -> tuple[str, ...]:
    wanted = set(info.hooks or WITHOUT_INFO)
    if document is not None and document.query_endpoints:
        wanted.add("query")
    if document is not None and document.provides_filesystem:
        wanted.update(("crawl", "materialize"))
    return tuple(hook for hook in ALL if hook in wanted)


def _capabilities(info: PluginInfo, document: Plugin) -> tuple[str, ...]:
    served = [each.capability for each in document.query_endpoints or ()]
    return tuple(dict.fromkeys([*info.capabilities, *served]))


@dataclass(frozen=True, slots=True)
class _Asked:
    exchange: Exchange
    info: PluginInfo

    @property
    def document(self) -> Plugin:
        return self.exchange.instance.document

    @hookimpl
    async def crawl(self, source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
        owned = self.document.provides_filesystem and source.prefix == self.document.file_path_prefix
        if not owned and not self._serves(source.backend):
            return None
        return await crawled(self.exchange, source, since, into)

    @hookimpl
    async def materialize(self, entry: Entry, span: Span) -> ByteStream | None:
        prefix = self.document.file_path_prefix
        is_below = bool(self.document.provides_filesystem and prefix and covers(prefix, entry.export_path))
        if not is_below and (entry.backend is None or not self.info.backends):
            return None
        with staged(self.exchange.folder) as file:
            answer = await self.exchange.request(
                "materialize", materialize_payload(entry, span, file), LIMITS["materialize"].seconds
            )
            if answer is None:
                raise EntryGoneError(entry.file_id)
            if entry.version is not None and answer.get("version") not in (None, entry.version):
                raise EntryChangedError(entry.file_id)
            return bytes_of(file, entry.file_id, answer, span)

    @hookimpl
    async def annotate(self, event: Event, entry: Entry | None, path: Path | None) -> Facts | None:
        return await self.exchange.event(event, entry, path)

    @hookimpl
    async def query(self, question: Query) -> QueryAnswer | None:
        endpoint = _endpoint(self.document, self.info.capabilities, question)
        if endpoint is None:
            return None
        payload = query_payload(question, endpoint)
        answer = await self.exchange.request("query", payload, question.deadline_ms / 1000)
        return None if answer is None else _answer(self.exchange.instance.name, answer, question.limit)

    @hookimpl
    async def notify(self, notice: Notice) -> Delivery | None:
        answer = await self.exchange.request("notice", notice_payload(notice), LIMITS["notify"].seconds)
        try:
            return None if answer is None else msgspec.convert(answer, Delivery)
        except msgspec.ValidationError as trouble:
            raise garbled(self.exchange.instance.name, f"no delivery: {trouble}") from None

    @hookimpl
    async def replicate(self, target: StorageBackend) -> RemoteTarget | None:
        await trio.lowlevel.checkpoint()
        return RemoteTarget(self.exchange, target) if self._serves(target.backend) else None

    def _serves(self, backend: str) -> bool:
        return any(each.backend == backend for each in self.info.backends)


def _endpoint(document: Plugin, capabilities: Sequence[str], question: Query) -> str | None:
    """A plugin that names no endpoints is asked by the capability alone."""
    able = [each.name for each in document.query_endpoints or () if each.capability == question.capability]
    if question.endpoint:
        return question.endpoint if question.endpoint in able else None
    return able[0] if able else question.capability if question.capability in capabilities else None


def _answer(plugin: str, answer: Facts, limit: int) -> QueryAnswer:
    try:
        found = msgspec.convert({"description": "", **answer}, QueryAnswer)
    except msgspec.ValidationError as trouble:
        raise garbled(plugin, f"results that make no sense: {trouble}") from None
    return msgspec.structs.replace(found, results=found.results[:limit])
