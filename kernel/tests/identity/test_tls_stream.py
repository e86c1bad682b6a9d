"""Bytes over TLS on real sockets: all of them in their order, and an end that whoever waits is told of."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.tests.identity.peers import Instance
from mosaicfs.identity.authority import CONTROL_PLANE_NAME
from mosaicfs.identity.tls import client_context, server_context
from mosaicfs.identity.tls_stream import TlsStream

MUCH = Random(5).randbytes(3_000_017)

Serve = Callable[[TlsStream], Awaitable[None]]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return Instance(tmp_path_factory.mktemp("instance"))


async def _served(stream: trio.SocketStream, *, context: ssl.SSLContext, serve: Serve) -> None:
    over = TlsStream(stream, context)
    try:
        await over.do_handshake()
        await serve(over)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        pass
    finally:
        over.close()


@asynccontextmanager
async def connected(instance: Instance, serve: Serve) -> AsyncIterator[TlsStream]:
    handler = partial(_served, context=server_context(instance.files), serve=serve)
    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, handler, 0, host="127.0.0.1"))
        tcp = await trio.open_tcp_stream(*listener.socket.getsockname()[:2])
        stream = TlsStream(tcp, client_context(instance.ca), server_hostname=CONTROL_PLANE_NAME)
        try:
            with trio.fail_after(30):
                await stream.do_handshake()
                yield stream
        finally:
            stream.close()
            nursery.cancel_scope.cancel()


async def echo(stream: TlsStream) -> None:
    while some := await stream.receive_some(100_000):
        await stream.send_all(some)


async def silent(stream: TlsStream) -> None:
    await trio.sleep_forever()


async def leaves(stream: TlsStream) -> None:
    await stream.send_all(b"so far")


async def test_all_that_is_sent_comes_back_while_both_speak(instance: Instance) -> None:
    found = bytearray(len(MUCH))
    async with connected(instance, echo) as stream, trio.open_nursery() as nursery:
        nursery.start_soon(stream.send_all, MUCH)
        room = memoryview(found)
        while room:
            room = room[await stream.receive_into(room) :]
    assert sha256(found).digest() == sha256(MUCH).digest()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 70_000), min_size=1, max_size=8), st.integers(1, 90_000))
def test_no_border_between_pieces_is_seen(instance: Instance, pieces: list[int], room: int) -> None:
    async def speak(stream: TlsStream) -> None:
        at = 0
        for length in pieces:
            await stream.send_all(MUCH[at : at + length])
            at += length

    async def listen() -> bytes:
        found, part = b"", memoryview(bytearray(room))
        async with connected(instance, speak) as stream:
            while taken := await stream.receive_into(part):
                found += part[:taken]
        return found

    assert trio.run(listen) == MUCH[: sum(pieces)]


async def test_what_ends_without_a_farewell_has_ended(instance: Instance) -> None:
    async with connected(instance, leaves) as stream:
        assert await stream.receive_some(100) == b"so far"
        assert await stream.receive_some(100) == b""
        assert await stream.receive_into(memoryview(bytearray(9))) == 0


async def test_who_waits_is_told_when_the_connection_is_cut_and_nothing_is_read_in_the_open(instance: Instance) -> None:
    async with connected(instance, silent) as stream, trio.open_nursery() as nursery:
        nursery.start_soon(_cut_soon, stream)
        assert await stream.receive_some(100) == b""
        with pytest.raises(trio.BrokenResourceError):
            await stream.send_all(MUCH)


async def _cut_soon(stream: TlsStream) -> None:
    await trio.testing.wait_all_tasks_blocked()
    stream.cut()


async def test_who_waits_is_told_when_his_own_end_is_closed(instance: Instance) -> None:
    async with connected(instance, silent) as stream, trio.open_nursery() as nursery:
        nursery.start_soon(_close_soon, stream)
        with pytest.raises(trio.ClosedResourceError):
            await stream.receive_some(100)
        with pytest.raises(trio.ClosedResourceError):
            await stream.send_all(b"too late")


async def _close_soon(stream: TlsStream) -> None:
    await trio.testing.wait_all_tasks_blocked()
    stream.close()


async def test_nothing_is_taken_by_asking_whether_there_is_more(instance: Instance) -> None:
    async with connected(instance, echo) as stream:
        await stream.send_all(b"word")
        assert await stream.receive_some(2) == b"wo"
        assert stream.has_more()
        assert await stream.receive_some(2) == b"rd"
        assert not stream.has_more()
        stream.cut()
        assert stream.has_more()


async def test_who_speaks_no_tls_is_a_broken_connection(instance: Instance, tmp_path: Path) -> None:
    async def babble(stream: trio.SocketStream) -> None:
        await stream.send_all(b"220 at your service\r\n" * 10)

    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, babble, 0, host="127.0.0.1"))
        tcp = await trio.open_tcp_stream(*listener.socket.getsockname()[:2])
        stream = TlsStream(tcp, client_context(instance.ca), server_hostname=CONTROL_PLANE_NAME)
        with pytest.raises(trio.BrokenResourceError) as caught:
            await stream.do_handshake()
        assert isinstance(caught.value.__cause__, ssl.SSLError)
        stream.close()
        nursery.cancel_scope.cancel()
