"""Callers that send slowly, too much or too often: bounded time and memory, and the owner is answered meanwhile."""

from __future__ import annotations

import re
import resource
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import h2.config
import h2.connection
import h2.exceptions
import pytest

from mosaicfs_control.serving import MOST_OF_A_SOURCE
from tests.journeys.hostile import PATIENCE_S, Scene, asked_raw, code_of, connected, told

MOST_GROWTH = 96 << 20
HEAD_LIMIT_S = 10
MANY = 300


def memory(scene: Scene) -> int:
    """Of the machine's largest process, in bytes."""
    sizes = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            text = status.read_text()
            if str(scene.machine.folder) in (status.parent / "environ").read_bytes().decode(errors="replace"):
                sizes.append(int((re.search(r"VmRSS:\s+(\d+)", text) or [0, 0])[1]) << 10)
    return max(sizes)


@contextmanager
def bounded(scene: Scene) -> Iterator[Callable[[], None]]:
    """What is called meanwhile asks as the owner does, at the socket and over the network."""
    caller = scene.signed(scene.key())

    def asks() -> None:
        assert scene.owner.get("/api/nodes").status_code == 200
        assert caller.get("/api/nodes").status_code == 200

    asks()
    before = memory(scene)
    yield asks
    asks()
    assert memory(scene) - before < MOST_GROWTH


@pytest.fixture(autouse=True)
def room_for_sockets() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4_096), hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def head(scene: Scene, method: str = "POST", path: str = "/api/auth/login", more: str = "") -> bytes:
    text = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{scene.port}\r\nContent-Type: application/json\r\n{more}"
    return text.encode()


@pytest.mark.parametrize("tls", [False, True])
def test_attack_28_slow_heads_are_ended(tls: bool, scene: Scene) -> None:
    """A hundred callers that send a byte now and then, which must not keep them alive."""
    with ExitStack() as stack, bounded(scene) as owner_asks:
        port, context = (scene.tls_port, scene.context) if tls else (scene.port, None)
        slow = [stack.enter_context(connected(port, context)) for _ in range(100)]
        for each in slow:
            each.sendall(head(scene)[:20])
        began = time.monotonic()
        while slow and time.monotonic() - began < PATIENCE_S:
            owner_asks()
            time.sleep(0.5)
            slow = [each for each in slow if _still_takes(each)]
        assert slow == []
        assert time.monotonic() - began > HEAD_LIMIT_S / 2, "the limit is for the slow, not for all"


def _still_takes(connection: socket.socket) -> bool:
    """One more byte of a head."""
    try:
        connection.sendall(b"x")
        connection.settimeout(0.001)
        return connection.recv(1_000) != b""
    except (TimeoutError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False


def test_attack_28_slow_bodies_hold_up_nobody(scene: Scene) -> None:
    with ExitStack() as stack, bounded(scene) as owner_asks:
        slow = [stack.enter_context(connected(scene.port)) for _ in range(100)]
        for each in slow:
            each.sendall(head(scene, more="Content-Length: 1000\r\n\r\n") + b'{"access_key_id"')
        for _ in range(5):
            owner_asks()
            time.sleep(0.1)


def test_attack_28_a_slow_body_is_given_up(scene: Scene, full: bool) -> None:
    if not full:
        pytest.skip("waits half a minute; make soak does")
    with connected(scene.port) as slow:
        slow.sendall(head(scene, more="Content-Length: 1000\r\n\r\n") + b"{")
        assert b" 400 " in told(slow)


@pytest.mark.parametrize("tls", [False, True])
def test_attack_28_a_head_of_ten_megabytes_is_refused(tls: bool, scene: Scene) -> None:
    with bounded(scene) as owner_asks:
        for _ in range(3):
            with connected(*((scene.tls_port, scene.context) if tls else (scene.port, None))) as big:
                with suppress(OSError):
                    big.sendall(head(scene) + b"X: " + b"x" * 10_000_000)
                assert b" 200 " not in told(big)
            owner_asks()


def test_attack_28_large_bodies_are_refused(scene: Scene) -> None:
    token = scene.login(scene.key())["token"]
    with bounded(scene) as owner_asks:
        said = head(scene, path="/api/credentials", more=f"Authorization: Bearer {token}\r\n")
        length = 64 << 20
        assert b" 413 " in asked_raw(scene.port, said + f"Content-Length: {length}\r\n\r\n".encode(), bytes(length))
        owner_asks()
        chunk = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
        endless = said + b"Transfer-Encoding: chunked\r\n\r\n"
        assert b" 413 " in asked_raw(scene.port, endless, chunk * 32 + b"0\r\n\r\n")


@pytest.mark.parametrize(
    "body", [b"[" * 500_000, b'{"a":' * 100_000, b'{"name": "x", "scope": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"]
)
def test_attack_28_deep_json_is_refused(body: bytes, scene: Scene) -> None:
    with bounded(scene):
        answer = scene.signed(scene.key()).post(
            "/api/credentials", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code in (400, 422)
        assert code_of(answer)[1] in ("invalid_request", "validation_failed")


@pytest.mark.parametrize(
    "words",
    [
        "(a+)+" * 100 + "$",
        "*a" * 500 + "*",
        "{a,b}" * 200,
        "{" * 512 + "}" * 512,
        "[!-~]" * 200,
        "{" + ",".join("x" * 5 for _ in range(170)) + "}",
    ],
)
def test_attack_28_a_pattern_takes_bounded_time(words: str, scene: Scene) -> None:
    (scene.machine.files / ("a" * 200)).write_text("x")
    scene.machine.until(lambda: scene.machine.found("a" * 200), "finding the file")
    caller = scene.signed(scene.key())
    with bounded(scene):
        for match in ("auto", "glob", "substring"):
            answer = caller.get("/api/search", params={"q": words, "match": match}, timeout=20)
            assert answer.status_code in (200, 422), answer.text


def test_one_source_has_so_many_connections_and_others_have_theirs(scene: Scene) -> None:
    source = ("127.77.0.1", 0)
    with ExitStack() as stack, bounded(scene) as owner_asks:
        many = []
        for _ in range(MANY):
            with suppress(ConnectionError):
                many.append(stack.enter_context(socket.create_connection(("127.0.0.1", scene.port), 20, source)))
        ended = 0
        for each in many:
            each.settimeout(0.01)
            with suppress(TimeoutError):
                try:
                    ended += each.recv(1) == b""
                except ConnectionError:
                    ended += 1
        owner_asks()
        assert ended + MANY - len(many) >= MANY - MOST_OF_A_SOURCE


def test_requests_that_are_taken_back_at_once_hold_up_nobody(scene: Scene) -> None:
    """HTTP/2: a stream is opened and reset, ten thousand times."""
    context = ssl.create_default_context(cadata=(scene.state / "keys" / "ca.crt").read_text())
    context.set_alpn_protocols(["h2"])
    with bounded(scene) as owner_asks:
        for _ in range(2):
            with connected(scene.tls_port, context) as safe:
                _reset(safe, scene, 5_000)
            owner_asks()


def _reset(safe: socket.socket, scene: Scene, count: int) -> None:
    """Until the server has had enough, or so many times."""
    peer = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
    peer.initiate_connection()
    wanted = [
        (":method", "GET"),
        (":path", "/api/health/live"),
        (":scheme", "https"),
        (":authority", f"127.0.0.1:{scene.tls_port}"),
    ]
    with suppress(OSError, h2.exceptions.ProtocolError):
        safe.settimeout(20)
        for number in range(count):
            stream = peer.get_next_available_stream_id()
            peer.send_headers(stream, wanted, end_stream=True)
            peer.reset_stream(stream)
            if number % 50 == 49:
                safe.sendall(peer.data_to_send())
        safe.sendall(peer.data_to_send())
