"""Bytes of files that backends of this node hold, through the plugin that speaks to each: the verb materialize.

The agent alone asks the plugins, so that one account has one rate and one sign-in however many duties read.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import trio

from mosaicfs.errors import EntryChangedError, EntryGoneError, SourceUnavailableError
from mosaicfs.model.crawling import Change
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.ids import plugin_id, storage_backend_id
from mosaicfs.model.indexing import Index
from mosaicfs.model.pace import BYTES_OF_MBPS, Pace
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.provided import provided_by, provider_of
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.store import Store
from mosaicfs.model.stream import ByteStream
from mosaicfs.services.backends.credentials import Credentials
from mosaicfs.services.backends.polls import SOURCES, SourceHooks, is_of, source_of
from mosaicfs.wire import noun_in


@dataclass(slots=True)
class Reading:
    """`on_doubt` is told of a backend whose file was found changed or gone."""

    store: Store
    node_id: str
    hooks: SourceHooks
    credentials: Credentials
    index: Index
    on_doubt: Callable[[str], None]
    _paces: dict[str, Pace] = field(default_factory=dict)

    async def stream(self, entry: Entry, span: Span) -> ByteStream:
        """`SourceUnavailableError` for what no plugin here reads."""
        backend = await self._backend_of(entry)
        source = source_of(backend, self.node_id, await self.credentials.options_of(backend))
        try:
            found = await self.hooks.materialize(entry, span, source)
        except (EntryChangedError, EntryGoneError):
            self.on_doubt(backend.name)
            raise
        if found is None:
            raise SourceUnavailableError(
                backend.name, f"no plugin that is ready reads backends of type {backend.backend}"
            )
        return self._watched(found, entry, span, backend)

    async def _watched(
        self, stream: ByteStream, entry: Entry, span: Span, backend: StorageBackend
    ) -> AsyncGenerator[bytes, None]:
        pace, size = self._paces.setdefault(backend.name, Pace()), 0
        per_s = (backend.bandwidth_limit_mbps or 0) * BYTES_OF_MBPS
        try:
            async with aclosing(stream):
                async for piece in stream:
                    size += len(piece)
                    if wait_s := pace.wait_s(len(piece), per_s, trio.current_time()):
                        await trio.sleep(wait_s)
                    yield piece
        except (EntryChangedError, EntryGoneError):
            self.on_doubt(backend.name)
            raise
        if not entry.size_known and span == Span():
            await self.index.take(source_of(backend, self.node_id), [_sized(entry, size)])

    async def _backend_of(self, entry: Entry) -> StorageBackend:
        name = entry.backend or ""
        backend = await self._known(name)
        if backend is None or backend.hosting_node_id != self.node_id or backend.mode not in SOURCES:
            raise SourceUnavailableError(name or entry.file_id, "this node does not host it any more")
        if entry.node_id != self.node_id or not is_of(entry, backend):
            raise SourceUnavailableError(entry.file_id, f"it is no file of the backend {name}")
        return backend

    async def _known(self, name: str) -> StorageBackend | None:
        plugin = provider_of(name)
        if plugin is None:
            return noun_in(await self.store.get(storage_backend_id(name)), StorageBackend)
        found = noun_in(await self.store.get(plugin_id(self.node_id, plugin)), Plugin)
        return None if found is None else provided_by(found)


def _sized(entry: Entry, size: int) -> Change:
    """What is known now that the whole was read."""
    return Change(
        action="update",
        export_path=entry.export_path,
        size=size,
        mtime=entry.mtime,
        mime_type=entry.mime_type,
        native_id=entry.native_id,
        version=entry.version,
        digest=entry.digest,
        state=entry.state,
    )
