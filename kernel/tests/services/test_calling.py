"""Asking a control plane: who is not proven hears nothing, and every way to fail says what to do."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from time import time

import pytest
import trio

from mosaicfs.errors import (
    BadAddressError,
    PeerGarbledError,
    RefusedError,
    ServerUnreachableError,
    ServerUntrustedError,
    TimedOutError,
    WrongFingerprintError,
)
from mosaicfs.identity.authority import CONTROL_PLANE_NAME
from mosaicfs.model.json import Json
from mosaicfs.services.calling import Server, ServerAddress, ask_server, pinned_server, read_address
from mosaicfs_sdk.fakes.control_plane import Asked, FakeControlPlane, Reply, refusal

FINGERPRINT = "8c1f52" + "0" * 58
DAY = 86_400.0

Start = Callable[..., FakeControlPlane]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Control planes, each with an authority of its own."""
    from contextlib import ExitStack  # noqa: PLC0415

    with ExitStack() as running:

        def begin(**given: object) -> FakeControlPlane:
            folder = tmp_path / f"server-{len(list(tmp_path.iterdir()))}"
            return running.enter_context(FakeControlPlane(folder, **given).serving())  # type: ignore[arg-type]

        yield begin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://nas.example.org:8443", ServerAddress("nas.example.org", 8443)),
        (f"https://nas.example.org:8443#{FINGERPRINT}", ServerAddress("nas.example.org", 8443, FINGERPRINT)),
        (f"https://[::1]:1/#{FINGERPRINT.upper()}", ServerAddress("::1", 1, FINGERPRINT)),
        ("https://example.org", ServerAddress("example.org", 443)),
    ],
)
def test_an_address_is_read_with_its_fingerprint(text: str, expected: ServerAddress) -> None:
    assert read_address(text) == expected


def test_an_address_is_printed_without_its_fingerprint() -> None:
    assert read_address(f"https://[::1]:8443#{FINGERPRINT}").url == "https://[::1]:8443"


@pytest.mark.parametrize(
    "text",
    [
        "http://nas.example.org:8443",
        "nas.example.org:8443",
        "https://",
        "https://nas.example.org:x",
        "https://nas.example.org:8443/api",
        "https://ana@nas.example.org:8443",
        "https://nas.example.org:8443?x=1",
        f"https://nas.example.org:8443#{FINGERPRINT[1:]}",
        f"https://nas.example.org:8443#{'g' * 64}",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddressError):
        read_address(text)


async def _pinned(server: FakeControlPlane) -> Server:
    return await pinned_server(read_address(server.pinned_url))


async def _asked(server: Server, method: str = "GET", target: str = "/api/x", **more: object) -> object:
    return await trio.to_thread.run_sync(lambda: ask_server(server, method, target, **more))  # type: ignore[arg-type]


async def test_a_pinned_server_is_asked_and_answers(start: Start) -> None:
    server = start(answer=lambda asked: Reply({"target": asked.target, "body": asked.body.decode()}))
    told = await _asked(await _pinned(server), "POST", "/api/x?y=%20", body=b'{"a":1}')
    assert told == {"target": "/api/x?y=%20", "body": '{"a":1}'}


async def test_a_name_that_is_not_the_address_is_no_trouble_where_the_fixed_name_is_proven(start: Start) -> None:
    server = start(names=(CONTROL_PLANE_NAME,), answer=lambda _: Reply({}))
    assert await _asked(await _pinned(server)) == {}


async def test_another_fingerprint_is_refused_and_both_are_named(start: Start) -> None:
    server = start()
    with pytest.raises(WrongFingerprintError) as raised:
        await pinned_server(ServerAddress("127.0.0.1", server.port, FINGERPRINT))
    assert FINGERPRINT in str(raised.value)
    assert server.authority.fingerprint in str(raised.value)
    assert server.asked == []


@pytest.mark.parametrize("wrong", ["authority", "name", "expired"])
async def test_nothing_is_sent_to_a_server_that_is_not_proven(wrong: str, start: Start) -> None:
    other = start()
    long_ago = {"certificate_clock": lambda: time() - 400 * DAY} if wrong == "expired" else {}
    server = start(names=("localhost",) if wrong == "name" else (), **long_ago)
    ca = other.authority.certificate_pem if wrong == "authority" else server.authority.certificate_pem
    known = Server(ServerAddress("127.0.0.1", server.port), ca)
    with pytest.raises(ServerUntrustedError, match="Nothing was sent to it"):
        await _asked(known, body=b"secret")
    assert (server.asked, server.inside) == ([], 0)


async def test_without_an_authority_the_system_must_vouch(start: Start) -> None:
    server = start()
    with pytest.raises(ServerUntrustedError):
        await _asked(Server(ServerAddress("127.0.0.1", server.port)))
    assert server.asked == []


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (refusal(409, "conflict", "That key is in use."), RefusedError),
        (Reply(b"{,}"), PeerGarbledError),
        (Reply([1]), PeerGarbledError),
        (Reply(b"moved", 308, {"Location": "/elsewhere"}), PeerGarbledError),
    ],
)
async def test_an_answer_that_is_none_is_an_error(reply: Reply, error: type[Exception], start: Start) -> None:
    server = start(answer=lambda _: reply)
    with pytest.raises(error):
        await _asked(await _pinned(server))
    assert len(server.asked) == 1


async def test_a_refusal_keeps_its_code_its_words_and_its_detail(start: Start) -> None:
    error: dict[str, Json] = {"code": "clock_skew", "message": "Your clock is off.", "detail": {"skew_s": 400}}
    body: dict[str, Json] = {"error": error}
    server = start(answer=lambda _: Reply(body, 401))
    with pytest.raises(RefusedError, match="Your clock is off") as raised:
        await _asked(await _pinned(server))
    assert (raised.value.code, raised.value.detail) == ("clock_skew", {"skew_s": 400})


async def test_nobody_there_and_no_answer_are_told_apart(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        silent = Server(ServerAddress("127.0.0.1", deaf.getsockname()[1]), start().authority.certificate_pem)
        with pytest.raises(TimedOutError):
            await _asked(silent, timeout_s=0.1)
    with pytest.raises(ServerUnreachableError):
        await _asked(silent)
    with pytest.raises(ServerUnreachableError):
        await pinned_server(silent.address._replace(fingerprint=FINGERPRINT))


async def test_a_server_that_ends_in_the_middle_is_told(start: Start) -> None:
    def gone(_: Asked) -> Reply:
        raise ConnectionResetError

    with pytest.raises((PeerGarbledError, ServerUnreachableError)):
        await _asked(await _pinned(start(answer=gone)))
