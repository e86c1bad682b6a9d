"""The whole face of a joined node, over real TLS, against a control plane that answers as the protocol says."""

from pathlib import Path

import msgspec
import pytest
import trio

from mosaicfs.identity.authority import Authority
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs_sdk.fakes.told import FakeNotices
from mosaicfs_sync import plugin
from plugins.builtin.sync.tests.conftest import INSTANCE, Asked, Instance
from plugins.builtin.sync.tests.kernels import FakeKernel
from plugins.builtin.sync.tests.test_control_plane import BEAT


class EmptyDatabase:
    """That of an instance in which nothing was written yet. `heartbeat` is what a heartbeat is answered."""

    def __init__(self) -> None:
        self.heartbeat: dict[str, object] = {}
        self.notes: dict[str, bytes] = {}

    def __call__(self, asked: Asked) -> tuple[str, bytes]:
        path = asked.target.partition("?")[0].removeprefix("/api/replication/mosaicfs")
        if path == "/api/agent/heartbeat":
            return "200 OK", msgspec.json.encode(self.heartbeat)
        if path.startswith("/_local/"):
            if asked.method == "PUT":
                self.notes[path] = asked.body
            return ("200 OK", self.notes[path]) if path in self.notes else ("404 Not Found", b"{}")
        if path == "/_changes":
            return "200 OK", b'{"results":[],"last_seq":"0-e1","pending":0}'
        return "200 OK", b'{"db_name":"mosaicfs","mosaicfs":{"uuid":"u1","epoch":"e1"}}'


@pytest.fixture
async def kernel(instance: Instance, tmp_path: Path) -> FakeKernel:
    await instance.serve()
    (tmp_path / "instance_id").write_text(INSTANCE)
    return FakeKernel(tmp_path, f"https://127.0.0.1:{instance.port}")


async def test_it_is_ready_before_the_control_plane_was_reached_and_says_when_everything_has_come(
    kernel: FakeKernel, instance: Instance, nursery: trio.Nursery
) -> None:
    told: dict[str, str] = {}
    instance.respond = EmptyDatabase()

    def started(**facts: str) -> None:
        assert instance.asked == []
        assert kernel.control_plane is not None
        told.update(facts)

    nursery.start_soon(plugin.serve, kernel, started, FakeNotices())
    with trio.fail_after(20):
        await kernel.is_pulled.wait()
    assert told == {"control_plane": f"https://127.0.0.1:{instance.port}"}
    assert all(instance.is_proven(asked) for asked in instance.asked)
    assert "replication" in kernel.standing.fares


async def test_a_new_authority_is_trusted_on_open_connections_too(
    kernel: FakeKernel, instance: Instance, tmp_path: Path, nursery: trio.Nursery
) -> None:
    """The old one is gone from the server at once here, so only a line that was opened anew goes on."""
    database = EmptyDatabase()
    instance.respond = database
    nursery.start_soon(plugin.serve, kernel, lambda **_: None, FakeNotices())
    with trio.fail_after(20):
        await kernel.is_pulled.wait()
    new = Authority.open(KeyFiles(tmp_path / "next")).certificate_pem
    database.heartbeat = {"ca_certificates": [instance.member.trusted, new]}
    assert kernel.control_plane is not None
    await kernel.control_plane.receive(BEAT)
    assert new in instance.member.trusted
    reached = len(instance.asked)
    with trio.fail_after(20):
        while not any(asked.target.endswith("/mosaicfs") for asked in instance.asked[reached:]):  # noqa: ASYNC110 - it is far
            await trio.sleep(0.01)


async def test_the_last_push_works_when_the_face_is_over(kernel: FakeKernel, instance: Instance) -> None:
    instance.respond = EmptyDatabase()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(plugin.serve, kernel, lambda **_: None, FakeNotices())
        with trio.fail_after(20):
            await kernel.is_pulled.wait()
        nursery.cancel_scope.cancel()
    reached = len(instance.asked)
    assert kernel.control_plane is not None
    with trio.fail_after(20):
        await kernel.control_plane.push()
    assert len(instance.asked) > reached
