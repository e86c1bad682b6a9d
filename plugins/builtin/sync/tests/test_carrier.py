"""Whatever a server does becomes one error that says what can be done, and never holds us or fills our memory."""

import gzip
import json
from collections.abc import Awaitable, Callable

import pytest
import trio

from mosaicfs.errors import (
    AccessRefusedError,
    MosaicError,
    PeerGarbledError,
    SourceUnavailableError,
    ThrottledError,
    TimedOutError,
    TooMuchAskedError,
)
from mosaicfs.model.document import Document, Wanted
from mosaicfs_sync.carrier import http_peer
from mosaicfs_sync.exchange import ANSWER_BYTES

Answer = Callable[[bytes, trio.SocketStream], Awaitable[None]]
Serve = Callable[[Answer], Awaitable[str]]


def reply(status: str, body: bytes, *headers: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers])
    return head.encode() + b"\r\n\r\n" + body


def always(answer: bytes) -> Answer:
    async def send(_: bytes, stream: trio.SocketStream) -> None:
        await stream.send_all(answer)

    return send


async def changes(url: str, silence_s: float = 5.0) -> None:
    async with http_peer(url, silence_s=silence_s) as peer:
        await peer.changes("0", 10, wait=False)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"\x00\xff garbage that is no HTTP\r\n\r\n", SourceUnavailableError),
        (b"", SourceUnavailableError),
        (reply("200 OK", b"<html>a proxy's login page</html>"), PeerGarbledError),
        (reply("200 OK", b'{"results":[{"id":7}],"last_seq":"1"}'), PeerGarbledError),
        (reply("200 OK", b'{"results":[],"last_seq":"1"}')[:-9], SourceUnavailableError),
        (reply("200 OK", b"not gzip at all", "Content-Encoding: gzip"), PeerGarbledError),
        (reply("200 OK", b'{"results":[],"last_seq":"\xff\xfe"}'), PeerGarbledError),
        (reply("301 Moved", b"", "Location: http://127.0.0.1:9/"), SourceUnavailableError),
        (reply("400 Bad Request", b'{"error":"bad_request","reason":"no"}'), TooMuchAskedError),
        (reply("401 Unauthorized", b"{}"), AccessRefusedError),
        (reply("403 Forbidden", b"{}"), AccessRefusedError),
        (reply("404 Not Found", b'{"error":"not_found","reason":"no_db_file"}'), SourceUnavailableError),
        (reply("413 Too Large", b"{}"), TooMuchAskedError),
        (reply("500 Oh", b"traceback"), SourceUnavailableError),
        (reply("502 Bad Gateway", b"<html>"), SourceUnavailableError),
        (reply("503 Busy", b"{}"), ThrottledError),
    ],
)
async def test_a_bad_answer_is_one_specific_error(served: Serve, answer: bytes, error: type[MosaicError]) -> None:
    url = await served(always(answer))
    with pytest.raises(error) as raised:
        await changes(url)
    assert raised.type is error
    assert "secret" not in str(raised.value)
    assert "127.0.0.1" in str(raised.value)


async def test_a_server_that_names_a_wait_is_understood(served: Serve) -> None:
    url = await served(always(reply("429 Too Many", b"{}", "Retry-After: 17")))
    with pytest.raises(ThrottledError) as raised:
        await changes(url)
    assert raised.value.retry_after_s == 17


async def test_what_the_server_says_is_told(served: Serve) -> None:
    url = await served(always(reply("404 Not Found", b'{"error":"not_found","reason":"no_db_file"}')))
    with pytest.raises(SourceUnavailableError, match="404 not_found: no_db_file"):
        await changes(url)


async def test_a_server_that_hangs_is_given_up(served: Serve) -> None:
    async def hang(_: bytes, stream: trio.SocketStream) -> None:
        await trio.sleep_forever()

    with pytest.raises(TimedOutError):
        await changes(await served(hang), silence_s=0.1)


async def test_a_server_that_hangs_in_the_middle_is_given_up(served: Serve) -> None:
    async def hang(_: bytes, stream: trio.SocketStream) -> None:
        await stream.send_all(reply("200 OK", b'{"results":[],"last_seq":"1"}')[:-5])
        await trio.sleep_forever()

    with pytest.raises(TimedOutError):
        await changes(await served(hang), silence_s=0.1)


async def test_nobody_listening_is_said(served: Serve) -> None:
    with pytest.raises(SourceUnavailableError):
        await changes("http://127.0.0.1:9/mosaicfs")


@pytest.mark.patient
async def test_a_heartbeat_keeps_a_wait_alive(served: Serve) -> None:
    async def slowly(_: bytes, stream: trio.SocketStream) -> None:
        await stream.send_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for part in [b"\n"] * 5 + [b'{"results":[{"id":"a","changes":[{"rev":"1-a"}]}],"last_seq":7}']:
            await trio.sleep(0.1)
            await stream.send_all(part)

    async with http_peer(await served(slowly), silence_s=0.3) as peer:
        page = await peer.changes("0", 10, wait=True)
    assert (page.rows[0].id, page.last_seq) == ("a", "7")


async def test_a_server_that_sends_without_end_cannot_fill_our_memory(served: Serve) -> None:
    sent = 0

    async def flood(_: bytes, stream: trio.SocketStream) -> None:
        nonlocal sent
        await stream.send_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[")
        while True:
            await stream.send_all(b" " * 65_536)
            sent += 65_536

    with pytest.raises(TooMuchAskedError):
        await changes(await served(flood))
    assert sent < 2 * ANSWER_BYTES


@pytest.mark.patient
async def test_a_small_answer_that_unpacks_without_end_is_refused(served: Serve) -> None:
    packed = gzip.compress(b" " * (4 * ANSWER_BYTES))
    with pytest.raises(TooMuchAskedError):
        await changes(await served(always(reply("200 OK", packed, "Content-Encoding: gzip"))))


async def test_an_answer_that_is_nested_without_end_is_garbage(served: Serve) -> None:
    deep = b'{"results":[{"id":"a","changes":[],"doc":' + b"[" * 100_000 + b"]" * 100_000 + b'}],"last_seq":1}'
    with pytest.raises(PeerGarbledError):
        await changes(await served(always(reply("200 OK", deep))))


async def test_sequences_of_every_server_are_taken(served: Serve) -> None:
    told = {b"12": "12", b'"12-ab12cd34"': "12-ab12cd34", b'[12,"g1AAA"]': '[12,"g1AAA"]'}
    for raw, expected in told.items():
        url = await served(always(reply("200 OK", b'{"results":[],"last_seq":' + raw + b"}")))
        async with http_peer(url) as peer:
            assert (await peer.changes("0", 10, wait=False)).last_seq == expected


async def test_a_broken_document_spoils_only_itself(served: Serve) -> None:
    good = {"_id": "note::a", "_rev": "1-a", "_revisions": {"start": 1, "ids": ["a"]}, "type": "note"}
    bad = {"_id": "note::b", "_rev": "no revision", "type": "note"}
    found = [{"id": d["_id"], "docs": [{"ok": d}]} for d in (good, bad)]
    gone = {"id": "note::c", "docs": [{"error": {"id": "note::c", "rev": "1-c", "error": "not_found"}}, {}]}
    url = await served(always(reply("200 OK", json.dumps({"results": [*found, gone]}).encode())))
    async with http_peer(url) as peer:
        fetched = await peer.fetch([Wanted("note::a", ("1-a",))])
    assert [document.id for document in fetched.documents] == ["note::a"]
    assert [(row.id, row.error) for row in fetched.refused] == [("note::b", "forbidden")]


async def test_a_server_without_bulk_get_is_asked_for_each_document(served: Serve) -> None:
    asked: list[bytes] = []

    async def answer(request: bytes, stream: trio.SocketStream) -> None:
        line = request.split(b"\r\n")[0]
        asked.append(line)
        if b"_bulk_get" in line or b"note%3A%3Ab%2Fc" in line:
            await stream.send_all(reply("404 Not Found", b'{"error":"not_found","reason":"missing"}'))
        else:
            document = {"_id": "note::a", "_rev": "1-a", "_revisions": {"start": 1, "ids": ["a"]}}
            await stream.send_all(reply("200 OK", json.dumps([{"ok": document}, {"missing": "1-b"}]).encode()))

    async with http_peer(await served(answer)) as peer:
        fetched = await peer.fetch([Wanted("note::a", ("1-a",)), Wanted("note::b/c", ("1-b",))])
        await peer.fetch([Wanted("note::a", ("1-a",))])
    assert [(document.id, document.path) for document in fetched.documents] == [("note::a", ("a",))]
    assert sum(b"_bulk_get" in line for line in asked) == 1
    assert any(b"open_revs=" in line and b"latest=true" in line for line in asked)


async def test_only_rows_that_failed_are_brought_back_whatever_their_form(served: Serve) -> None:
    rows = [
        {"id": "a", "rev": "1-a", "ok": True},
        {"id": "b", "rev": "1-b", "error": "forbidden", "reason": "not yours"},
        {"id": "c", "error": True, "name": "forbidden", "message": "nor this"},
    ]
    url = await served(always(reply("201 Created", json.dumps(rows).encode())))
    async with http_peer(url) as peer:
        failed = await peer.write([Document(i, "1-a", b"{}", path=("a",)) for i in "abc"])
    assert [(row.id, row.error, row.reason) for row in failed] == [
        ("b", "forbidden", "not yours"),
        ("c", "forbidden", "nor this"),
    ]


async def test_a_server_that_keeps_no_checkpoint_refuses(served: Serve) -> None:
    url = await served(always(reply("404 Not Found", b"{}")))
    async with http_peer(url) as peer:
        assert await peer.local_get("c1") is None
        with pytest.raises(AccessRefusedError):
            await peer.local_put("c1", b'{"session_id":"s"}')


async def test_a_checkpoint_replaces_the_one_that_is_there(served: Serve) -> None:
    put: list[bytes] = []

    async def answer(request: bytes, stream: trio.SocketStream) -> None:
        if request.startswith(b"PUT"):
            put.append(request.partition(b"\r\n\r\n")[2])
        await stream.send_all(reply("200 OK", b'{"_id":"_local/c1","_rev":"0-3","session_id":"old"}'))

    async with http_peer(await served(answer)) as peer:
        await peer.local_put("c1", b'{"session_id":"new"}')
    assert json.loads(put[0]) == {"_id": "_local/c1", "_rev": "0-3", "session_id": "new"}


async def test_the_login_of_the_address_is_sent_and_shown_to_nobody(served: Serve) -> None:
    heads: list[bytes] = []

    async def answer(request: bytes, stream: trio.SocketStream) -> None:
        heads.append(request)
        await stream.send_all(reply("200 OK", b'{"db_name":"mosaicfs","mosaicfs":{"uuid":"u1","epoch":"e1"}}'))

    async with http_peer(await served(answer)) as peer:
        info = await peer.info()
    assert (info.name, info.uuid, info.epoch) == ("u1", "u1", "e1")
    assert b"Authorization: Basic bm9kZTpuOnNlY3JldA==" in heads[0]
