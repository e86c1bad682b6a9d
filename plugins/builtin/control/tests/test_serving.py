"""Connections: TLS with the certificates of now, HTTP/2, and bounds for who keeps one without a use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest
import trio
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.testing import capture_logs

from mosaicfs import Listener
from mosaicfs.identity.authority import CONTROL_PLANE_NAME, Authority
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.tls import client_context
from mosaicfs_control import connection, serving
from mosaicfs_control.serving import Door, Server, opened_doors
from mosaicfs_control.tls import ServedCertificates

GET = b"GET /some/path HTTP/1.1\r\nHost: here\r\n\r\n"
NAMES = [CONTROL_PLANE_NAME, "localhost", "127.0.0.1"]


async def says_hello(scope: Scope, receive: Receive, send: Send) -> None:
    body = f"{scope['scheme']} {scope['http_version']}".encode()
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def files(tmp_path: Path) -> KeyFiles:
    return KeyFiles(tmp_path / "keys")


@pytest.fixture
def authority(files: KeyFiles) -> Authority:
    made = Authority.open(files)
    made.server_pair(files, NAMES)
    return made


@asynccontextmanager
async def served(files: KeyFiles, app: ASGIApp = says_hello) -> AsyncIterator[tuple[Door, Door]]:
    """One door with TLS, one without."""
    certificates = ServedCertificates(files, None)
    server = Server(app, lambda: None, 0.5, certificates=certificates.context)
    async with (
        opened_doors([Listener("127.0.0.1", 0, "https"), Listener("127.0.0.1", 0)]) as (safe, plain),
        trio.open_nursery() as nursery,
    ):
        await nursery.start(_run, server, [safe, plain])
        with trio.fail_after(20):
            yield safe, plain
        nursery.cancel_scope.cancel()


async def _run(server: Server, doors: list[Door], task_status: trio.TaskStatus[None]) -> None:
    await server.run(doors, task_status.started)


async def connect(door: Door) -> trio.SocketStream:
    return await trio.open_tcp_stream("127.0.0.1", door.listener.socket.getsockname()[1])


async def over_tls(door: Door, authority: Authority, *protocols: str) -> trio.SSLStream[trio.SocketStream]:
    """By the fixed name, whatever the address."""
    context = client_context(authority.certificate_pem)
    context.set_alpn_protocols(protocols or ["http/1.1"])
    stream = trio.SSLStream(await connect(door), context, server_hostname=CONTROL_PLANE_NAME, https_compatible=True)
    await stream.do_handshake()
    return stream


async def told(stream: trio.abc.Stream) -> bytes:
    """All until the other side closes."""
    found = b""
    try:
        while piece := await stream.receive_some():
            found += piece
    except trio.BrokenResourceError:
        pass
    return found


async def answer(stream: trio.abc.Stream) -> bytes:
    """One answer of `says_hello`: a head, and a body as long as it says."""
    found = b""
    while b"\r\n\r\n" not in found or not found.partition(b"\r\n\r\n")[2]:
        piece = await stream.receive_some()
        if not piece:
            return found
        found += piece
    return found


def serial_of(stream: trio.SSLStream[trio.SocketStream]) -> bytes:
    shown: bytes = stream.getpeercert(binary_form=True)
    return shown


async def test_each_door_speaks_as_its_scheme_says(files: KeyFiles, authority: Authority) -> None:
    async with served(files) as (safe, plain):
        assert [door.url.rpartition(":")[0] for door in (safe, plain)] == ["https://127.0.0.1", "http://127.0.0.1"]
        async with await over_tls(safe, authority) as stream:
            await stream.send_all(GET)
            assert (await answer(stream)).endswith(b"https 1.1")
        async with await connect(plain) as stream:
            await stream.send_all(GET)
            assert (await answer(stream)).endswith(b"http 1.1")


async def test_http_2_is_agreed_on_by_who_offers_it(files: KeyFiles, authority: Authority) -> None:
    async with served(files) as (safe, _), await over_tls(safe, authority, "h2", "http/1.1") as stream:
        assert stream.selected_alpn_protocol() == "h2"
        peer = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        peer.initiate_connection()
        head = [(":method", "GET"), (":path", "/"), (":scheme", "https"), (":authority", "localhost")]
        peer.send_headers(1, head, end_stream=True)
        await stream.send_all(peer.data_to_send())
        body = b""
        while not body:
            events = peer.receive_data(await stream.receive_some())
            body = b"".join(event.data for event in events if isinstance(event, h2.events.DataReceived))
        assert body == b"https 2"


async def test_who_speaks_no_tls_at_a_door_with_tls_learns_nothing(files: KeyFiles, authority: Authority) -> None:
    async with served(files) as (safe, _):
        async with await connect(safe) as stream:
            await stream.send_all(GET)
            assert b"HTTP" not in await told(stream)
        async with await over_tls(safe, authority) as stream:
            await stream.send_all(GET)
            assert (await answer(stream)).endswith(b"https 1.1")


async def test_a_new_certificate_is_shown_without_a_restart(files: KeyFiles, authority: Authority) -> None:
    async with served(files) as (safe, _):
        async with await over_tls(safe, authority) as stream:
            before = serial_of(stream)
        assert authority.server_pair(files, [*NAMES, "nas.local"])
        async with await over_tls(safe, authority) as stream:
            assert serial_of(stream) != before


async def test_a_certificate_that_cannot_be_used_leaves_the_old_one(files: KeyFiles, authority: Authority) -> None:
    async with served(files) as (safe, _):
        async with await over_tls(safe, authority) as stream:
            before = serial_of(stream)
        files.write("server.crt", b"half of i")
        with capture_logs() as logged:
            async with await over_tls(safe, authority) as stream:
                assert serial_of(stream) == before
        assert [line["event"] for line in logged] == ["certificates_unusable"]


@pytest.mark.parametrize("begins", [b"", b"GET / HTTP/1.1\r\nHost:", GET + b"GET"])
async def test_attack_28_a_head_that_never_ends_ends_the_connection(
    begins: bytes, files: KeyFiles, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it comes after a request that was answered."""
    monkeypatch.setattr(connection, "HEAD_S", 0.1)
    async with served(files) as (safe, plain):
        for open_stream in (partial(connect, plain), partial(over_tls, safe, authority)):
            stream: trio.abc.Stream = await open_stream()
            async with stream:
                await stream.send_all(begins[: len(GET)])
                if len(begins) > len(GET):
                    assert b"200" in await answer(stream)
                    await stream.send_all(begins[len(GET) :])
                assert b"200" not in await told(stream)


async def test_a_long_answer_outlasts_the_time_for_a_head(
    files: KeyFiles, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.1)

    async def thinks(scope: Scope, receive: Receive, send: Send) -> None:
        await trio.sleep(0.3)
        await says_hello(scope, receive, send)

    async with served(files, thinks) as (_, plain), await connect(plain) as stream:
        await stream.send_all(GET)
        assert (await answer(stream)).endswith(b"http 1.1")


async def test_attack_28_a_head_of_ten_megabytes_is_not_kept(files: KeyFiles, authority: Authority) -> None:
    async with served(files) as (_, plain):
        async with await connect(plain) as stream:
            with suppress(trio.BrokenResourceError):
                await stream.send_all(b"GET / HTTP/1.1\r\nHost: here\r\nX: " + b"x" * 10_000_000)
            assert b"200" not in await told(stream)
        async with await connect(plain) as stream:
            await stream.send_all(GET)
            assert b"200" in await answer(stream)


async def test_one_source_has_so_many_connections_and_no_more(
    files: KeyFiles, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "MOST_OF_A_SOURCE", 3)
    async with served(files) as (_, plain):
        kept = [await connect(plain) for _ in range(3)]
        for stream in kept:
            await stream.send_all(GET)
            assert b"200" in await answer(stream)
        async with await connect(plain) as refused:
            assert await told(refused) == b""
        await kept.pop().aclose()
        for stream in kept:
            await stream.send_all(GET)
            assert b"200" in await answer(stream)
        answered = b""
        while not answered:  # as soon as the server has seen that one is gone
            async with await connect(plain) as stream:
                with suppress(trio.BrokenResourceError):
                    await stream.send_all(GET)
                    answered = await answer(stream)
        for stream in kept:
            await stream.aclose()
