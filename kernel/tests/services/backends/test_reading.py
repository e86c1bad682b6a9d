"""Bytes of hosted files: through the plugin, over the socket to other duties, and what the index learns of them."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest
from msgspec import structs

from kernel.tests.services.backends.service import NAME, Host, settled
from mosaicfs.errors import (
    ArchivedError,
    EntryChangedError,
    EntryGoneError,
    MosaicError,
    SignInNeededError,
    SourceUnavailableError,
    ThrottledError,
)
from mosaicfs.model.entry import Entry, Span, entry_of
from mosaicfs.model.stream import ByteStream
from mosaicfs.services.backends.backends import Backends
from mosaicfs.services.backends.line import NAME as SOCKET
from mosaicfs.services.backends.line import asked_stream

CONTENT = bytes(range(256)) * 20


async def all_of(stream: ByteStream) -> bytes:
    async with aclosing(stream):
        return b"".join([piece async for piece in stream])


async def entry_in(host: Host, path: str = "a.bin") -> Entry:
    file_id, file = (await host.files())[f"/{NAME}/{path}"]
    return entry_of(file_id, file)


async def ready(host: Host) -> Entry:
    await host.until("ok")
    return await entry_in(host)


def put(host: Host, content: bytes = CONTENT, *, size_known: bool = True) -> None:
    host.service.put("id-1", content, "a.bin", size_known=size_known)


async def over(host: Host, backends: Backends, entry: Entry, span: Span, *, socket: bool) -> bytes:
    if socket:

        async def is_there() -> bool:
            return (host.folder / SOCKET).exists()

        await settled(is_there)
        return await all_of(await asked_stream(host.folder / SOCKET, entry, span))
    return await all_of(await backends.stream(entry, span))


@pytest.mark.parametrize("socket", [False, True])
@pytest.mark.parametrize("span", [Span(), Span(0, 10), Span(100, 1_000), Span(5_000), Span(7, 0)])
async def test_a_span_is_exactly_that(host: Host, span: Span, socket: bool) -> None:
    put(host)
    await host.save()
    async with host.running() as backends:
        entry = await ready(host)
        end = None if span.length is None else span.offset + span.length
        assert await over(host, backends, entry, span, socket=socket) == CONTENT[span.offset : end]


@pytest.mark.parametrize("socket", [False, True])
@pytest.mark.parametrize(
    "trouble",
    [ArchivedError("a.bin"), SignInNeededError(NAME), SourceUnavailableError(NAME), ThrottledError(NAME, 3.0)],
    ids=lambda trouble: type(trouble).__name__,
)
async def test_a_refusal_is_told_as_it_is(host: Host, trouble: MosaicError, socket: bool) -> None:
    put(host)
    await host.save()
    async with host.running() as backends:
        entry = await ready(host)
        host.service.troubles = [trouble]
        with pytest.raises(type(trouble)) as told:
            await over(host, backends, entry, Span(), socket=socket)
        assert (str(told.value), told.value.reason) == (str(trouble), trouble.reason)


@pytest.mark.parametrize("error", [EntryChangedError, EntryGoneError])
async def test_a_file_that_differs_is_looked_up_again(
    host: Host, error: type[MosaicError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mosaicfs.services.backends.hosted.DOUBT_S", 0.0)
    put(host)
    await host.save()
    async with host.running() as backends:
        entry = await ready(host)
        if error is EntryChangedError:
            put(host, b"other")
        else:
            host.service.objects.clear()
        with pytest.raises(error):
            await backends.stream(entry, Span())

        async def is_seen() -> bool:
            found = (await host.files()).get(entry.export_path)
            return found is None or found[1].size != entry.size

        await settled(is_seen)
        assert host.service.asked[-1][0] == "poll"


async def test_a_file_of_unknown_size_has_one_once_it_was_read_whole(host: Host) -> None:
    put(host, size_known=False)
    await host.save()
    async with host.running() as backends:
        entry = await ready(host)
        assert (entry.size, entry.size_known) == (0, False)
        assert await all_of(await backends.stream(entry, Span())) == CONTENT
        after = await entry_in(host)
        assert (after.size, after.size_known, after.version) == (len(CONTENT), True, entry.version)
        await backends.poll(NAME)
        assert await entry_in(host) == after
        put(host, b"new", size_known=False)
        await backends.poll(NAME)
        assert (await entry_in(host)).size_known is False


async def test_only_files_of_the_backend_are_read_through_it(host: Host) -> None:
    put(host)
    await host.save()
    async with host.running() as backends:
        entry = await ready(host)
        for foreign in (
            {"backend": "other"},
            {"backend": None},
            {"export_path": "/elsewhere/a.bin"},
            {"node_id": "node-other"},
        ):
            with pytest.raises(SourceUnavailableError):
                await backends.stream(structs.replace(entry, **foreign), Span())


async def test_without_an_agent_the_reader_is_told(tmp_path: Path) -> None:
    entry = Entry(file_id="file::x", node_id="n", export_path="/p/x", name="x", size=1, mtime="", backend="p")
    with pytest.raises(SourceUnavailableError, match="agent"):
        await asked_stream(tmp_path / SOCKET, entry, Span())
