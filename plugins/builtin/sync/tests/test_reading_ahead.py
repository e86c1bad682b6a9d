"""A long feed is taken page by page: all rows once and in order, whatever pieces it comes in and however it ends."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Awaitable, Callable, Iterator
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest
import trio
import trio.lowlevel

from mosaicfs.errors import MosaicError, PeerGarbledError, SourceUnavailableError, TooMuchAskedError
from mosaicfs.model.document import ChangePage
from mosaicfs_sync import reading_ahead
from mosaicfs_sync.carrier import HttpPeer, http_peer
from mosaicfs_sync.exchange import ANSWER_BYTES

Answer = Callable[[bytes, trio.SocketStream], Awaitable[None]]
Serve = Callable[[Answer], Awaitable[str]]

INFO = b'{"db_name":"mosaicfs","mosaicfs":{"uuid":"u1","epoch":"e1"}}'
PAGE = 10
GZIP = 31


class Server:
    """One of ours with so many documents. `pieces` cuts a long feed up, `packs` whether that is packed."""

    def __init__(self, count: int, *, packs: bool = False) -> None:
        self.count = count
        self.packs = packs
        self.asked: list[tuple[int, int]] = []
        self.random = Random(count)
        self.spoil: Callable[[bytes], bytes] = lambda feed: feed

    async def answer(self, request: bytes, stream: trio.SocketStream) -> None:
        target = urlsplit(request.split(b" ")[1].decode())
        if not target.path.endswith("/_changes"):
            await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(INFO), INFO))
            return
        query = parse_qs(target.query)
        since, limit = int(query["since"][0].partition("-")[0]), int(query["limit"][0])
        self.asked.append((since, limit))
        await self._send(self._feed(since, limit), stream, cut=limit > PAGE)

    def _feed(self, since: int, limit: int) -> bytes:
        end = min(self.count, since + limit)
        rows = [self._row(number) for number in range(since + 1, end + 1)]
        text = b'{"results":[\n' + self._joined(rows)
        return text + b'\n],"last_seq":"%d-e1","pending":%d}\n' % (end, self.count - end)

    def _joined(self, rows: list[bytes]) -> bytes:
        """As our feeds are: now and then a line with nothing on it."""
        return b"".join(
            row + (b"" if row is rows[-1] else self.random.choice([b",\n", b",\n", b"\n,\n", b"\n\n,\n"]))
            for row in rows
        )

    def _row(self, number: int) -> bytes:
        doc = {
            "_id": f"note::{number}",
            "_rev": f"1-{number}",
            "text": "],\n" * self.random.randrange(20),
            "type": "note",
        }
        row = {"seq": f"{number}-e1", "id": f"note::{number}", "changes": [{"rev": f"1-{number}"}], "doc": doc}
        return json.dumps(row, separators=(",", ":")).encode()

    async def _send(self, feed: bytes, stream: trio.SocketStream, *, cut: bool) -> None:
        packed = cut and self.packs
        feed = self.spoil(feed) if cut else feed
        body = gzip.compress(feed) if packed else feed
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + (b"Content-Encoding: gzip\r\n" if packed else b"")
        await stream.send_all(head + b"\r\n")
        for piece in self._pieces(body) if cut else [body]:
            await stream.send_all(b"%x\r\n%s\r\n" % (len(piece), piece))
            await trio.lowlevel.checkpoint()
        await stream.send_all(b"0\r\n\r\n")

    def _pieces(self, body: bytes) -> Iterator[bytes]:
        while body:
            size = self.random.choice([1, 7, 100, 1_000])
            yield body[:size]
            body = body[size:]


async def all_pages(peer: HttpPeer, since: str = "0") -> list[ChangePage]:
    await peer.info()
    pages: list[ChangePage] = []
    while True:
        page = await peer.changes(since, PAGE, wait=False, bodies=True)
        pages.append(page)
        if not page.rows:
            return pages
        assert page.last_seq != since
        since = page.last_seq


def numbers(pages: list[ChangePage]) -> list[int]:
    return [int(row.id.removeprefix("note::")) for page in pages for row in page.rows]


@pytest.mark.parametrize("packs", [False, True])
@pytest.mark.parametrize("count", [0, 1, 10, 29, 30, 31, 40, 209, 210, 211, 450])
async def test_every_row_comes_once_and_in_order(served: Serve, count: int, *, packs: bool) -> None:
    server = Server(count, packs=packs)
    async with http_peer(await served(server.answer)) as peer:
        pages = await all_pages(peer)
    assert numbers(pages) == [*range(1, count + 1)]
    assert all(row.document is not None for page in pages for row in page.rows)
    assert pages[-1].last_seq == f"{count}-e1"
    assert [page.pending for page in pages if page.rows] == sorted(page.pending for page in pages if page.rows)[::-1]


async def test_a_long_feed_is_one_question(served: Serve) -> None:
    server = Server(200)
    async with http_peer(await served(server.answer)) as peer:
        await all_pages(peer)
    assert server.asked == [(0, PAGE), (10, reading_ahead.PAGES_A_FEED * PAGE), (200, PAGE)]


async def test_who_goes_on_elsewhere_is_given_what_is_there(served: Serve) -> None:
    server = Server(200)
    async with http_peer(await served(server.answer)) as peer:
        await peer.info()
        since = (await peer.changes("0", PAGE, wait=False, bodies=True)).last_seq
        await peer.changes(since, PAGE, wait=False, bodies=True)
        again = await peer.changes(since, PAGE, wait=False, bodies=True)
        assert again.rows[0].id == "note::11"
        assert len((await peer.changes(again.last_seq, PAGE, wait=False)).rows) == PAGE


async def test_a_server_that_may_be_another_is_asked_anew(served: Serve) -> None:
    server = Server(200)
    async with http_peer(await served(server.answer)) as peer:
        await peer.info()
        since = (await peer.changes("0", PAGE, wait=False, bodies=True)).last_seq
        since = (await peer.changes(since, PAGE, wait=False, bodies=True)).last_seq
        await peer.info()
        before = len(server.asked)
        page = await peer.changes(since, PAGE, wait=False, bodies=True)
        assert len(server.asked) == before + 1
        assert page.rows[0].id == f"note::{int(since.partition('-')[0]) + 1}"


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda feed: b"<html>" + feed, PeerGarbledError),
        (lambda feed: feed[: len(feed) // 2], PeerGarbledError),
        (lambda feed: feed.replace(b'"changes"', b"changes"), PeerGarbledError),
        (lambda feed: feed[:-10], PeerGarbledError),
        (lambda feed: b'{"results":[' + b" " * (ANSWER_BYTES + 65_536), TooMuchAskedError),
    ],
)
async def test_a_feed_that_is_none_is_an_error_and_the_next_question_is_asked(
    served: Serve, spoil: Callable[[bytes], bytes], error: type[MosaicError]
) -> None:
    server = Server(100)
    server.spoil = spoil
    server._pieces = lambda body: iter([body])  # type: ignore[method-assign]
    async with http_peer(await served(server.answer)) as peer:
        with pytest.raises(error):
            await all_pages(peer)
        assert len((await peer.changes("0", PAGE, wait=False, bodies=True)).rows) == PAGE


async def test_a_packed_feed_that_never_stops_unpacking_is_refused(served: Serve) -> None:
    packed = zlib.compress(b" " * (2 * ANSWER_BYTES), 9, GZIP)
    server = Server(100)

    async def answer(request: bytes, stream: trio.SocketStream) -> None:
        if b"limit=200&" not in request:
            return await server.answer(request, stream)
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
        return await stream.send_all(head + packed)

    async with http_peer(await served(answer)) as peer:
        with pytest.raises(TooMuchAskedError):
            await all_pages(peer)


async def test_a_line_that_breaks_off_is_tried_again_later(served: Serve) -> None:
    server = Server(100)

    async def answer(request: bytes, stream: trio.SocketStream) -> None:
        if b"limit=200&" not in request:
            return await server.answer(request, stream)
        return await stream.send_all(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n{"results":[\n\r\n')

    async with http_peer(await served(answer)) as peer:
        with pytest.raises(SourceUnavailableError):
            await all_pages(peer)


async def test_a_reader_that_is_cancelled_leaves_nothing_open(served: Serve) -> None:
    closed = trio.Event()
    server = Server(100)

    async def answer(request: bytes, stream: trio.SocketStream) -> None:
        if b"limit=200&" not in request:
            return await server.answer(request, stream)
        await stream.send_all(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n{"results":[\n\r\n')
        await stream.receive_some()
        return closed.set()

    async with http_peer(await served(answer)) as peer:
        with trio.move_on_after(0.2) as scope:
            await all_pages(peer)
        assert scope.cancelled_caught
        with trio.fail_after(30):
            await closed.wait()
