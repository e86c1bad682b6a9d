"""The stream of a plugin, made trustworthy: exactly the bytes that were asked for, or an error.

A short or long stream must never reach a reader as success, and one that stops coming must not be waited for. Where
nobody knows how long the file is, its end is where it ends.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from mosaicfs.errors import EntryUnreadableError, MosaicError
from mosaicfs.hookspecs import LIMITS
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.stream import ByteStream
from mosaicfs.plugin_host.dispatch import Dispatch
from mosaicfs.plugin_host.timer import Timer

_HOOK = "materialize"


class ExactStream:
    """A `ByteStream` over another. Its error comes in place of the end, so that nobody takes a part for the whole."""

    def __init__(self, stream: ByteStream, entry: Entry, span: Span, plugin: str, dispatch: Dispatch) -> None:
        self._stream = stream
        self._pieces = aiter(stream)
        self._file_id = entry.file_id
        self._missing = expected_size(entry, span)
        self._is_counted = entry.size_known
        self._plugin = plugin
        self._dispatch = dispatch

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        timer = Timer.of(LIMITS[_HOOK].seconds)
        reply = await self._dispatch.watched(_HOOK, self._plugin, lambda: anext(self._pieces, None), timer)
        if reply.error is not None:
            raise reply.error
        if reply.answer is None:
            self._check_end()
            raise StopAsyncIteration
        self._missing -= len(reply.answer)
        if self._missing < 0 and self._is_counted:
            raise self._lied("more bytes than were asked for")
        return reply.answer

    async def aclose(self) -> None:
        timer = Timer.of(LIMITS[_HOOK].seconds)
        await self._dispatch.watched(_HOOK, self._plugin, self._stream.aclose, timer)

    def _check_end(self) -> None:
        if self._missing and self._is_counted:
            raise self._lied(f"{self._missing} bytes less than were asked for")
        self._dispatch.proved(self._plugin)

    def _lied(self, trouble: str) -> MosaicError:
        self._dispatch.lied(_HOOK, self._plugin, f"it sent {trouble}")
        return EntryUnreadableError(self._file_id, f"the plugin {self._plugin} sent {trouble}")


def expected_size(entry: Entry, span: Span) -> int:
    rest = max(0, entry.size - span.offset)
    return rest if span.length is None else min(span.length, rest)
