"""A plugin on another machine: real TLS, one certificate, a token, and nothing of this machine's disk."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from mosaicfs import RefusedError
from mosaicfs.model.entry import Entry
from mosaicfs.model.plugin_kind import PluginGround, PluginInstance
from mosaicfs.model.query import Query
from mosaicfs_process.socket import link as linking
from mosaicfs_process.socket.kind import FAR_SOCKETS
from mosaicfs_process.socket.reaching import address_in
from mosaicfs_sdk.process import Failed, SocketPlugin
from plugins.builtin.process.tests.scenery import document, event, until
from plugins.builtin.process.tests.socket.certificate import Certificate, certificate

Make = Callable[..., PluginInstance]
INFO = {"name": "words", "api": 1, "hooks": ["annotate", "query", "crawl", "replicate"], "capabilities": ["search"]}


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "wait_after", lambda failures: 0.01)


class Far:
    """Reads what it is told of, and counts who asks."""

    def __init__(self, shown: Certificate, token: str = "open sesame") -> None:
        self.envelopes: list[dict[str, Any]] = []
        self.plugin = SocketPlugin("words", "1", on_event=self.on_event, on_request=self.on_request, info=INFO)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        target = ("127.0.0.1", self.port), shown.file, shown.key
        self._thread = threading.Thread(target=self.plugin.run_tls, args=target, kwargs={"token": token})
        self._thread.start()

    def on_event(self, envelope: dict[str, Any]) -> dict[str, Any]:
        self.envelopes.append(envelope)
        data, whole = self.plugin.read(envelope["payload"]["file_id"])
        return {"text": data.decode(), "whole": whole}

    def on_request(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        if name != "query":
            raise Failed("give_up", "no", code="unsupported")
        return {"description": "x" * 200_000, "results": []}

    def close(self) -> None:
        self.plugin.stop()
        self._thread.join()


@contextmanager
def far(shown: Certificate) -> Iterator[Far]:
    found = Far(shown)
    try:
        yield found
    finally:
        found.close()


def instance_of(make: Make, plugin: Far, shown: Certificate, **config: object) -> PluginInstance:
    address = f"127.0.0.1:{plugin.port}"
    members = {"plugin_type": "tcp", "socket_address": address, "tls_fingerprint": shown.fingerprint}
    return make(config={"token": "open sesame", "colour": "red", **config}, **members)


async def test_events_reads_and_queries_go_over_tls(
    ground: PluginGround, instance: Make, entry: Entry, tmp_path: Path
) -> None:
    shown = certificate(tmp_path)
    (tmp_path / "report").write_text("content")
    with far(shown) as plugin:
        joined = FAR_SOCKETS.join(ground, instance_of(instance, plugin, shown))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(joined.run)
            await until(lambda: joined.standing[0] == "ready")
            asked: Any = joined.module
            assert asked.PLUGIN.hooks == ("annotate", "query")
            assert await asked.annotate(event(), entry, tmp_path / "report") == {"text": "content", "whole": True}
            answer = await asked.query(Query(capability="search", query="x"))
            assert len(answer.description) == 200_000
            nursery.cancel_scope.cancel()
    (envelope,) = plugin.envelopes
    assert envelope["payload"]["content_path"] is None
    assert plugin.plugin.config == {"colour": "red"}


async def test_to_another_certificate_nothing_is_said(ground: PluginGround, instance: Make, tmp_path: Path) -> None:
    right, wrong = certificate(tmp_path), certificate(tmp_path, "other")
    with far(wrong) as plugin:
        joined = FAR_SOCKETS.join(ground, instance_of(instance, plugin, right))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(joined.run)
            await until(lambda: joined.standing[0] == "refused")
            assert wrong.fingerprint in joined.standing[1]
            assert plugin.plugin.config == {}
            joined.take(instance_of(instance, plugin, wrong))
            await until(lambda: joined.standing[0] == "ready")
            nursery.cancel_scope.cancel()


async def test_a_wrong_token_is_refused_and_not_named(ground: PluginGround, instance: Make, tmp_path: Path) -> None:
    shown = certificate(tmp_path)
    with far(shown) as plugin:
        joined = FAR_SOCKETS.join(ground, instance_of(instance, plugin, shown, token="open barley"))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(joined.run)
            await until(lambda: joined.standing[0] == "refused")
            assert "token" in joined.standing[1]
            assert "barley" not in joined.standing[1]
            nursery.cancel_scope.cancel()
    assert plugin.plugin.config == {}


async def test_who_speaks_no_tls_is_not_connected(ground: PluginGround, instance: Make, tmp_path: Path) -> None:
    shown = certificate(tmp_path)
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listeners[0].socket.getsockname()[1]

    async def talk(stream: trio.SocketStream) -> None:
        await stream.send_all(b'{"type":"hello"}\n' * 100)

    members = {"plugin_type": "tcp", "socket_address": f"localhost:{port}", "tls_fingerprint": shown.fingerprint}
    joined = FAR_SOCKETS.join(ground, instance(**members))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, talk, listeners)
        nursery.start_soon(joined.run)
        await until(lambda: joined.standing[0] == "disconnected" and joined.standing[1] != "it was not reached yet")
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("address", "fingerprint", "member"),
    [
        (None, "a" * 64, "socket_address"),
        ("host", "a" * 64, "socket_address"),
        (":80", "a" * 64, "socket_address"),
        ("host:0", "a" * 64, "socket_address"),
        ("host:٣", "a" * 64, "socket_address"),
        ("host:99999", "a" * 64, "socket_address"),
        ("host:1", None, "tls_fingerprint"),
        ("127.0.0.1:1", "", "tls_fingerprint"),
        ("host:1", "x" * 64, "tls_fingerprint"),
        ("host:1", "a" * 63, "tls_fingerprint"),
    ],
)
def test_what_is_no_address_or_fingerprint_is_refused(
    address: str | None, fingerprint: str | None, member: str
) -> None:
    with pytest.raises(RefusedError, match=member):
        address_in(document(plugin_type="tcp", socket_address=address, tls_fingerprint=fingerprint))


def test_a_fingerprint_is_read_as_tools_print_it() -> None:
    told = document(plugin_type="tcp", socket_address="[::1]:7000", tls_fingerprint=":".join(["AB"] * 32))
    assert address_in(told) == ("::1", 7000, "ab" * 32)
