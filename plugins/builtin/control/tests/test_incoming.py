"""What a client may send: packed, cut in pieces, too much of it, or nonsense. Nothing bad leaves anything behind."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
import trio

from mosaicfs.model.store import Store
from mosaicfs_sdk.fakes.store import MemoryStore

BULK = "/mosaicfs/_bulk_docs"
MIB = 1024 * 1024
GOOD = msgspec.json.encode({"docs": [{"_id": "w", "type": "widget"}]})


@pytest.fixture
def store() -> Store:
    """Which engine keeps the documents makes no difference here."""
    return MemoryStore()


async def documents(control: httpx.AsyncClient) -> int:
    count: int = (await control.get("/mosaicfs")).json()["doc_count"]
    return count


async def in_pieces(size: int, piece: int = MIB) -> AsyncIterator[bytes]:
    """Without a length, so that the server cannot know beforehand."""
    yield b'{"docs":['
    for _ in range(size // piece):
        yield b" " * piece


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"docs":5}',
        b'{"docs":[],"new_edits":1}',
        b'{"docs":[{"_id":"w","type":"widget"},',
        b'{"docs":[{"_id":"w","type":"widget"}]} trailing',
        b'{"docs":[' + b"[" * 100_000,
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
async def test_broken_json_is_a_bad_request_and_writes_nothing(body: bytes, control: httpx.AsyncClient) -> None:
    answer = await control.post(BULK, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request"), answer.text
    assert await documents(control) == 0


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
async def test_a_body_that_says_it_is_no_json_is_not_read_as_such(kind: str, control: httpx.AsyncClient) -> None:
    answer = await control.post(BULK, content=GOOD, headers={"content-type": kind})
    assert (answer.status_code, answer.json()["error"]) == (415, "bad_content_type")
    assert await documents(control) == 0


async def test_a_packed_body_is_unpacked(control: httpx.AsyncClient) -> None:
    answer = await control.post(BULK, content=gzip.compress(GOOD), headers={"content-encoding": "gzip"})
    assert (answer.status_code, await documents(control)) == (201, 1)


@pytest.mark.parametrize(
    "packed", [b"no gzip", gzip.compress(GOOD)[:-9], gzip.compress(GOOD) * 2, zlib.compress(GOOD)], ids=range(4)
)
async def test_a_body_that_is_packed_badly_is_refused(packed: bytes, control: httpx.AsyncClient) -> None:
    answer = await control.post(BULK, content=packed, headers={"content-encoding": "gzip"})
    assert (answer.status_code, await documents(control)) == (400, 0)


async def test_an_unknown_packing_is_refused(control: httpx.AsyncClient) -> None:
    answer = await control.post(BULK, content=GOOD, headers={"content-encoding": "br"})
    assert answer.status_code == 415


@pytest.mark.patient
async def test_a_small_body_that_unpacks_into_a_large_one_is_refused(control: httpx.AsyncClient) -> None:
    bomb = gzip.compress(b" " * (200 * MIB), 9)
    assert len(bomb) < MIB
    answer = await control.post(BULK, content=bomb, headers={"content-encoding": "gzip"})
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


@pytest.mark.patient
async def test_300_mb_are_refused_whether_their_length_is_told_or_not(control: httpx.AsyncClient) -> None:
    """The client sends it all, and gets an answer in place of a broken pipe."""
    told = await control.post(BULK, content=in_pieces(300 * MIB), headers={"content-length": str(300 * MIB + 9)})
    untold = await control.post(BULK, content=in_pieces(300 * MIB))
    for answer in (told, untold):
        assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert await documents(control) == 0


async def test_the_largest_body_that_fits_is_taken(control: httpx.AsyncClient) -> None:
    body = GOOD + b" " * (16 * MIB - len(GOOD))
    assert (await control.post(BULK, content=body)).status_code == 201
    assert (await control.post(BULK, content=body + b" ")).status_code == 413


async def test_a_refused_caller_may_go_on_in_the_same_connection(control: httpx.AsyncClient) -> None:
    """What was not read of the body does not stand in the way of the next request."""
    for _ in range(3):
        refused = await control.post("/mosaicfs/_purge", content=in_pieces(4 * MIB))
        assert refused.status_code == 501


@pytest.mark.patient
async def test_a_client_that_pauses_in_the_middle_is_told(
    control: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mosaicfs_control.incoming.IDLE_S", 0.1)

    async def half() -> AsyncIterator[bytes]:
        yield GOOD[:10]
        await trio.sleep(1)
        yield GOOD[10:]

    answer = await control.post(BULK, content=half())
    assert (answer.status_code, await documents(control)) == (400, 0)
    assert "paused" in answer.json()["reason"]


async def send_for_ever(stream: trio.SocketStream) -> None:
    while True:
        await stream.send_all(b" " * MIB)


async def test_a_body_without_end_ends_the_connection(
    control: httpx.AsyncClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mosaicfs_control.incoming.DRAIN_LIMIT", 4 * MIB)
    async with await trio.open_tcp_stream("127.0.0.1", int(url.rpartition(":")[2])) as stream:
        head = ["POST /api/replication/mosaicfs/_bulk_docs HTTP/1.1", "Host: localhost", f"Content-Length: {2**50}"]
        await stream.send_all("\r\n".join([*head, "", ""]).encode())
        with trio.fail_after(10), pytest.raises(trio.BrokenResourceError):
            await send_for_ever(stream)
    assert await documents(control) == 0


async def test_a_client_that_breaks_off_leaves_nothing_behind(control: httpx.AsyncClient, url: str) -> None:
    stream = await trio.open_tcp_stream("127.0.0.1", int(url.rpartition(":")[2]))
    head = [
        f"POST /api/replication{BULK} HTTP/1.1",
        "Host: localhost",
        "X-Caller: control",
        "Content-Length: 999",
    ]
    await stream.send_all("\r\n".join([*head, "", ""]).encode() + GOOD)
    await stream.aclose()
    await trio.sleep(0.05)
    assert await documents(control) == 0


async def test_answers_are_packed_for_those_who_ask(control: httpx.AsyncClient) -> None:
    docs = [{"_id": f"w{n}", "type": "widget"} for n in range(200)]
    for kind in ("gzip", "identity", "gzip;q=0", "br, gzip;q=0.5"):
        answer = await control.post(BULK, json={"docs": docs}, headers={"accept-encoding": kind})
        assert answer.headers.get("content-encoding") == ("gzip" if kind in {"gzip", "br, gzip;q=0.5"} else None)
        assert len(answer.json()) == 200
        listing = await control.get("/mosaicfs/_changes", headers={"accept-encoding": kind})
        assert len(listing.json()["results"]) == 200
