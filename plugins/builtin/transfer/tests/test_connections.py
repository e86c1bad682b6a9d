"""What becomes of answers that must not go on, and of callers that send or take nothing more."""

import os

import httpcore
import pytest
import trio

from mosaicfs.identity.authority import node_name
from mosaicfs.identity.tls import client_context
from mosaicfs.model.entry import Entry
from mosaicfs_transfer import connection
from plugins.builtin.transfer.tests.node import NAS, UNTIL_S, Asker, Nas, at, taken

pytestmark = pytest.mark.patient

LARGE = 64 << 20
"""More than the buffers between two programs hold."""


@pytest.fixture
async def large(nas: Nas) -> Entry:
    return await nas.put(bytes(LARGE))


async def test_a_file_that_changes_while_it_is_sent_is_cut_before_its_length_is_reached(
    asker: Asker, large: Entry
) -> None:
    headers = asker.headers(asker.signed(at(large)), None)
    async with asker.pool() as pool, pool.stream("GET", asker.url(at(large)), headers=headers) as response:
        pieces = response.aiter_stream()
        await anext(pieces)
        os.utime(large.export_path)
        with pytest.raises(httpcore.RemoteProtocolError, match="without sending complete"):
            await taken(pieces)


async def test_a_caller_that_goes_away_is_not_read_for_any_longer(nas: Nas, asker: Asker, large: Entry) -> None:
    assert nas.face is not None
    headers = asker.headers(asker.signed(at(large)), None)
    async with asker.pool() as pool:
        response = await pool.handle_async_request(httpcore.Request("GET", asker.url(at(large)), headers=headers))
        assert nas.face._limits.active == 1
        await response.aclose()
    await _until_nothing_runs(nas)
    assert nas.face._figures.bytes_out < LARGE


async def test_a_caller_that_takes_nothing_more_is_cut(
    nas: Nas, asker: Asker, large: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SILENT_S", 0.2)
    headers = asker.headers(asker.signed(at(large)), None)
    async with asker.pool() as pool:
        response = await pool.handle_async_request(httpcore.Request("GET", asker.url(at(large)), headers=headers))
        await _until_nothing_runs(nas)
        await response.aclose()


@pytest.mark.parametrize("begun", [b"", b"GET /health HTTP/1.1\r\nHost: "])
async def test_attack_28_a_head_that_never_ends_is_given_up(
    nas: Nas, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.2)
    async with await _opened(nas) as stream:
        if begun:
            await stream.send_all(begun)
        with trio.fail_after(UNTIL_S):
            assert await stream.receive_some() == b""


async def test_attack_28_a_head_without_end_is_refused(nas: Nas) -> None:
    async with await _opened(nas) as stream:
        await stream.send_all(b"GET /health/live HTTP/1.1\r\n" + b"X-Filler: " + b"a" * 40_000)
        assert (await stream.receive_some()).startswith(b"HTTP/1.1 431 ")


async def test_several_requests_share_a_connection(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(b"content")
    async with asker.pool() as pool:
        for _ in range(3):
            headers = asker.headers(asker.signed(at(entry)), None)
            assert (await pool.request("GET", asker.url(at(entry)), headers=headers)).content == b"content"
        assert len(pool.connections) == 1


async def test_a_stop_waits_for_what_is_under_way_and_no_longer(nas: Nas, asker: Asker, large: Entry) -> None:
    headers = asker.headers(asker.signed(at(large)), None)
    async with asker.pool() as pool, trio.open_nursery() as nursery:
        response = await pool.handle_async_request(httpcore.Request("GET", asker.url(at(large)), headers=headers))
        nursery.start_soon(nas.stop)
        assert await taken(response.aiter_stream()) == LARGE


async def _opened(nas: Nas) -> trio.SSLStream[trio.SocketStream]:
    tcp = await trio.open_tcp_stream("127.0.0.1", nas.port)
    context = client_context(nas.authority.certificate_pem)
    stream = trio.SSLStream(tcp, context, server_hostname=node_name(NAS), https_compatible=True)
    await stream.do_handshake()
    return stream


async def _until_nothing_runs(nas: Nas) -> None:
    assert nas.face is not None
    with trio.fail_after(UNTIL_S):
        while nas.face._limits.active:  # noqa: ASYNC110 - it ends when the network has told it
            await trio.sleep(0.02)


async def test_requests_that_come_together_are_answered_in_their_order(nas: Nas, asker: Asker) -> None:
    one, two = await nas.put(b"one", "one.txt"), await nas.put(b"two", "two.txt")
    async with await _opened(nas) as stream:
        await stream.send_all(_written(asker, at(one)) + _written(asker, at(two)))
        answers = b""
        with trio.fail_after(UNTIL_S):
            while not answers.endswith(b"two"):
                answers += await stream.receive_some()
    assert answers.count(b"HTTP/1.1 200 ") == 2
    assert b"\r\n\r\none" in answers


@pytest.mark.parametrize("wrong", [b"\x16\x03\x01 nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"])
async def test_what_is_no_request_gets_a_status_and_the_end(nas: Nas, wrong: bytes) -> None:
    async with await _opened(nas) as stream:
        await stream.send_all(wrong)
        with trio.fail_after(UNTIL_S):
            assert (await stream.receive_some()).startswith(b"HTTP/1.1 400 ")
            while await stream.receive_some():
                pass


async def test_a_body_that_waits_to_be_wanted_is_asked_for(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(b"content")
    signed = asker.signed(at(entry), body=b"signed")
    head = f"GET {at(entry)} HTTP/1.1\r\nHost: {node_name(NAS)}\r\nAuthorization: {signed}\r\n"
    async with await _opened(nas) as stream:
        await stream.send_all(f"{head}Content-Length: 6\r\nExpect: 100-continue\r\n\r\n".encode())
        with trio.fail_after(UNTIL_S):
            assert (await stream.receive_some()).startswith(b"HTTP/1.1 100 ")
            await stream.send_all(b"signed")
            assert (await stream.receive_some()).startswith(b"HTTP/1.1 200 ")


async def test_a_stop_ends_connections_that_nobody_uses(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(b"content")
    async with await _opened(nas) as stream:
        await stream.send_all(_written(asker, at(entry)))
        assert (await stream.receive_some()).startswith(b"HTTP/1.1 200 ")
        with trio.fail_after(UNTIL_S):
            await nas.stop()


def _written(asker: Asker, target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: {node_name(NAS)}\r\nAuthorization: {asker.signed(target)}\r\n\r\n".encode()
