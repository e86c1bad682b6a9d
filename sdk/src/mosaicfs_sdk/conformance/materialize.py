"""What every plugin that produces bytes must do, wherever it takes them from.

class TestMaterialize(MaterializeConformance):
    plugin = plugin

    @pytest.fixture
    def place(self, tmp_path: Path) -> ReadablePlace: ...
"""

from __future__ import annotations

from contextlib import aclosing
from typing import Protocol

import pytest
import trio

from mosaicfs import PluginHost
from mosaicfs.errors import EntryChangedError, EntryGoneError
from mosaicfs.model.entry import Entry, Span
from mosaicfs_sdk.conformance.suite import Suite

CONTENT = bytes(range(256)) * 40
NAME = "deep/er/content.bin"
SPANS = {
    "whole": Span(),
    "whole by length": Span(0, len(CONTENT)),
    "first byte": Span(0, 1),
    "middle": Span(255, 300),
    "last byte": Span(len(CONTENT) - 1, 1),
    "from the middle on": Span(5000),
    "empty": Span(17, 0),
    "beyond the end": Span(len(CONTENT) - 1, 100),
    "past the end": Span(len(CONTENT) + 5, 10),
}


class ReadablePlace(Protocol):
    """The other side of the plugin. `open_streams` counts what it holds open for readers there."""

    def put(self, name: str, content: bytes) -> None: ...

    def remove(self, name: str) -> None: ...

    def entry(self, name: str) -> Entry:
        """As a crawl would have described the file now."""

    def open_streams(self) -> int: ...


class MaterializeConformance(Suite):
    """The fixture `place` is a place without files."""

    hook = "materialize"

    @pytest.fixture
    def place(self) -> ReadablePlace:
        raise NotImplementedError("a subclass says where the files of the test lie")

    @pytest.mark.parametrize("span", SPANS.values(), ids=SPANS)
    async def test_a_span_is_exactly_that(self, host: PluginHost, place: ReadablePlace, span: Span) -> None:
        place.put(NAME, CONTENT)
        end = None if span.length is None else span.offset + span.length
        assert await read(host, place.entry(NAME), span) == CONTENT[span.offset : end]
        assert place.open_streams() == 0

    async def test_an_empty_file_is_read(self, host: PluginHost, place: ReadablePlace) -> None:
        place.put(NAME, b"")
        assert await read(host, place.entry(NAME), Span()) == b""

    @pytest.mark.parametrize("content", [CONTENT[::-1], CONTENT[:-1], CONTENT + b"!"], ids=["same", "less", "more"])
    async def test_another_version_is_never_read(self, host: PluginHost, place: ReadablePlace, content: bytes) -> None:
        place.put(NAME, CONTENT)
        entry = place.entry(NAME)
        place.put(NAME, content)
        with pytest.raises(EntryChangedError):
            await read(host, entry, Span(0, 10))

    async def test_a_file_that_is_gone_is_told(self, host: PluginHost, place: ReadablePlace) -> None:
        place.put(NAME, CONTENT)
        entry = place.entry(NAME)
        place.remove(NAME)
        with pytest.raises(EntryGoneError):
            await read(host, entry, Span())

    async def test_a_reader_that_leaves_frees_the_connection(self, host: PluginHost, place: ReadablePlace) -> None:
        place.put(NAME, CONTENT)
        stream = await host.hooks.materialize(place.entry(NAME), Span())
        assert stream is not None
        async with aclosing(stream):
            await anext(aiter(stream))
        assert place.open_streams() == 0

    async def test_a_reader_that_is_cancelled_frees_the_connection(
        self, host: PluginHost, place: ReadablePlace
    ) -> None:
        place.put(NAME, CONTENT)
        stream = await host.hooks.materialize(place.entry(NAME), Span())
        assert stream is not None
        with trio.CancelScope() as scope:
            async with aclosing(stream):
                await anext(aiter(stream))
                scope.cancel()
                await trio.lowlevel.checkpoint()
        assert scope.cancelled_caught
        assert place.open_streams() == 0

    async def test_the_entry_of_another_is_left_alone(self, host: PluginHost) -> None:
        foreign = Entry(
            file_id="file::0195c1de-0000-7000-8000-000000000002",
            node_id="conformance",
            export_path="/conformance-nobody/a.txt",
            name="a.txt",
            size=1,
            mtime="2026-01-15T14:30:00.123456Z",
        )
        assert await host.hooks.materialize(foreign, Span()) is None


async def read(host: PluginHost, entry: Entry, span: Span) -> bytes:
    stream = await host.hooks.materialize(entry, span)
    assert stream is not None, "the plugin says that the entry is not its own"
    async with aclosing(stream):
        return b"".join([piece async for piece in stream])
