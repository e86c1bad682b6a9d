"""What the index asks in place of the plugin host: for a storage backend with its secrets, and wholly when that is due.

The secrets are put into what the plugin is given and nowhere else: neither holds nor documents ever meet them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from msgspec import structs

from mosaicfs.model.crawling import CrawlEnd, Source
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.json import JsonObject
from mosaicfs.model.names import covers
from mosaicfs.model.provided import prefix_of
from mosaicfs.model.sink import Sink
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.stream import ByteStream
from mosaicfs.services.backends.within import WithinPrefix
from mosaicfs.services.indexing.looking import DISK

SOURCES = frozenset({"source", "bidirectional"})


class SourceHooks(Protocol):
    """What is needed of the plugin host."""

    async def crawl(self, source: Source, since: str | None, into: Sink) -> CrawlEnd | None: ...

    async def materialize(self, entry: Entry, span: Span, source: Source | None = None) -> ByteStream | None: ...


@dataclass(slots=True)
class Poll:
    """One look at a backend: how it is to be done, and how it ended."""

    options: JsonObject
    is_full: bool
    had_cursor: bool = False
    end: CrawlEnd | None = None


@dataclass(frozen=True, slots=True)
class Polls:
    """Of this process; at most one a backend at a time."""

    hooks: SourceHooks
    _under_way: dict[str, Poll] = field(default_factory=dict)

    @contextmanager
    def polling(self, source: Source, poll: Poll) -> Iterator[None]:
        self._under_way[source.name] = poll
        try:
            yield
        finally:
            if self._under_way.get(source.name) is poll:
                del self._under_way[source.name]

    async def crawl(self, source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
        poll = self._under_way.get(source.name) if source.backend != DISK else None
        if poll is None:
            return await self.hooks.crawl(source, since, into)
        poll.had_cursor = since is not None
        given = structs.replace(source, options=poll.options)
        within = WithinPrefix(source.prefix, into)
        end = await self.hooks.crawl(given, None if poll.is_full else since, within)
        if end is not None:
            poll.end = end = structs.replace(end, skipped=(*end.skipped, *within.skipped))
        return end


def source_of(backend: StorageBackend, node_id: str, options: JsonObject | None = None) -> Source:
    """Without secrets unless they are among the options."""
    return Source(
        name=backend.name,
        backend=backend.backend,
        node_id=node_id,
        prefix=prefix_of(backend.name, backend.backend),
        mode=backend.mode,
        options=backend.backend_config if options is None else options,
    )


def is_of(entry: Entry, backend: StorageBackend) -> bool:
    return entry.backend == backend.name and covers(prefix_of(backend.name, backend.backend), entry.export_path)
