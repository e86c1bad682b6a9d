"""The line to the control plane: each request is proven, and nothing is sent to anybody else."""

from pathlib import Path

import pytest
import trio

from mosaicfs.errors import ConfigError, SourceUnavailableError
from mosaicfs.identity.authority import CONTROL_PLANE_NAME, Authority, node_name
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs_sdk.fakes.told import FakeNotices
from mosaicfs_sync.clocks import Clocks
from mosaicfs_sync.line import open_asking, open_peer
from plugins.builtin.sync.tests.conftest import Instance

DATABASE = b'{"db_name":"mosaicfs","mosaicfs":{"uuid":"u1","epoch":"e1"}}'


def clocks(instance: Instance) -> Clocks:
    return Clocks(instance.member.url, "node-n", FakeNotices())


async def test_each_request_is_signed_over_what_is_on_the_wire(instance: Instance) -> None:
    await instance.serve()
    instance.respond = lambda asked: (
        "200 OK",
        DATABASE if "_" not in asked.target else b'{"results":[],"last_seq":"1"}',
    )
    async with open_peer(instance.member, clocks(instance)) as peer:
        await peer.info()
        await peer.changes("1-ä/b", 10, wait=True)
        instance.respond = lambda _: ("200 OK", b"{}")
        await peer.revs_diff({f"note::{n}": [f"1-{n}"] for n in range(200)})
    targets = [asked.target.partition("?")[0] for asked in instance.asked]
    base = "/api/replication/mosaicfs"
    assert targets == [base, f"{base}/_changes", f"{base}/_revs_diff"]
    assert all(instance.is_proven(asked) for asked in instance.asked)
    assert instance.asked[2].headers["content-encoding"] == "gzip", "the hash is of the bytes that were sent"
    assert len({asked.signed.nonce for asked in instance.asked}) == 3
    assert {asked.signed.signer for asked in instance.asked} == {"node-n"}
    assert {asked.headers["host"] for asked in instance.asked} == {f"127.0.0.1:{instance.port}"}


async def test_a_retry_is_signed_anew(instance: Instance) -> None:
    await instance.serve()
    instance.respond = lambda _: ("503 Busy", b"{}")
    async with open_asking(instance.member, clocks(instance)) as server:
        for _ in range(2):
            await server.exchange("POST", "/api/agent/heartbeat", b"{}")
    first, second = (asked.signed for asked in instance.asked)
    assert first.nonce != second.nonce
    assert first.signature != second.signature


async def test_attack_11_a_server_of_another_authority_is_sent_nothing(instance: Instance, tmp_path: Path) -> None:
    other = KeyFiles(tmp_path / "other")
    Authority.open(other).server_pair(other, [CONTROL_PLANE_NAME, "127.0.0.1"])
    await instance.serve(other)
    await refused(instance, "certificate")


async def test_attack_11_a_server_of_another_name_is_sent_nothing(instance: Instance) -> None:
    """A node of the same instance, at the address where the control plane was."""
    Authority.open(instance.server).server_pair(instance.server, [node_name("node-b"), "127.0.0.1", "localhost"])
    await instance.serve()
    await refused(instance, "ostname mismatch")


async def test_attack_11_a_certificate_that_is_over_is_sent_nothing(instance: Instance) -> None:
    year_ago = 0.0
    Authority.open(instance.server, lambda: year_ago).server_pair(instance.server, [CONTROL_PLANE_NAME, "old.example"])
    await instance.serve()
    await refused(instance, "expired")


async def refused(instance: Instance, cause: str) -> None:
    with pytest.raises(SourceUnavailableError, match=cause):
        async with open_asking(instance.member, clocks(instance)) as server:
            await server.ask("POST", "/api/agent/heartbeat", b"{}")
    assert instance.asked == []


async def test_a_plain_server_is_sent_no_request(instance: Instance) -> None:
    heard = b""

    async def answer(stream: trio.SocketStream) -> None:
        nonlocal heard
        heard += await stream.receive_some()
        await stream.aclose()

    listeners = await instance.nursery.start(trio.serve_tcp, answer, 0)
    instance.port = listeners[0].socket.getsockname()[1]
    with pytest.raises(SourceUnavailableError):
        async with open_asking(instance.member, clocks(instance)) as server:
            await server.ask("GET", "/api/identity")
    assert heard[:1] == b"\x16", "a TLS handshake and nothing else"
    assert b"/api" not in heard


async def test_a_redirect_is_no_answer(instance: Instance) -> None:
    await instance.serve()
    instance.extra_headers = f"Location: https://127.0.0.1:{instance.port}/elsewhere\r\n"
    instance.respond = lambda _: ("302 Found", b"")
    with pytest.raises(SourceUnavailableError, match="302"):
        async with open_asking(instance.member, clocks(instance)) as server:
            await server.ask("GET", "/api/identity")
    assert len(instance.asked) == 1


async def test_authorities_that_cannot_be_read_name_the_file(instance: Instance) -> None:
    instance.node.write("ca.crt", b"nothing")
    with pytest.raises(ConfigError, match=r"ca\.crt.*mosaicfs join"):
        async with open_asking(instance.member, clocks(instance)):
            pass
