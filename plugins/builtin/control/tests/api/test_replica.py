"""What a node that has joined answers its owner from its replica, and what it sends to the control plane."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import pytest
import trio
from structlog.testing import capture_logs

from mosaicfs.identity.authority import Authority
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.model.configuration import AgentSettings, Settings
from mosaicfs.model.kernel import Started
from mosaicfs.model.store import Store
from mosaicfs.paths import find_places
from mosaicfs_control import local_socket
from mosaicfs_control.replica import plugin
from mosaicfs_control.replica.face import socket_path
from mosaicfs_control.rest.routing import Endpoint
from mosaicfs_control.routes.api import ROUTES
from plugins.builtin.control.tests.api.conftest import Kernel, TurnedClock
from plugins.builtin.control.tests.api.seeds import REPORT
from plugins.builtin.control.tests.api.test_directories import HOME, made

URL = "https://nas.example:8443"
AGE = "mosaicfs-replica-age"
NAMES = {"{file_id}": REPORT, "{node_id}": "node-laptop", "{rule_id}": "rule", "{path}": "", "{hold_id}": "h1"}

ENDPOINTS = sorted(ROUTES, key=lambda endpoint: endpoint.name)


@dataclass
class JoinedKernel(Kernel):
    """`contact` is when the control plane was reached last."""

    contact: list[float] = field(default_factory=list)

    def last_contact(self) -> float | None:
        return self.contact[-1] if self.contact else None


@pytest.fixture
def kernel(store: Store, api: httpx.AsyncClient, tmp_path: Path) -> JoinedKernel:
    """Of another machine, whose replica has all that `api` shows."""
    home = str(tmp_path / "desk")
    places = find_places({"HOME": home, "XDG_RUNTIME_DIR": home}, uid=1000)
    (places.state_dir / "keys").mkdir(mode=0o700, parents=True)
    renewed = Authority.open(KeyFiles(tmp_path / "renewed"))
    trusted = _authority(places.state_dir).certificate_pem + renewed.certificate_pem
    (places.state_dir / "keys" / "ca.crt").write_text(trusted)
    return JoinedKernel(store, places, Settings(agent=AgentSettings(control_plane_url=URL)))


def _authority(state: Path) -> Authority:
    """The one that it trusted when it joined."""
    return Authority.open(KeyFiles(state / "elsewhere"))


@pytest.fixture
async def replica(kernel: JoinedKernel) -> AsyncIterator[httpx.AsyncClient]:
    async with trio.open_nursery() as nursery:
        await nursery.start(partial(_serve, kernel))
        path = socket_path(kernel.places.runtime_dir)
        transport = httpx.AsyncHTTPTransport(uds=str(path), verify=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=20) as client:
            yield client
        nursery.cancel_scope.cancel()
    assert not path.exists()


async def _serve(kernel: JoinedKernel, task_status: trio.TaskStatus[None]) -> None:
    started: Started = lambda **_: task_status.started()  # noqa: E731 - the protocol has no other members
    await plugin.serve(kernel, started)


def path_of(endpoint: Endpoint) -> str:
    path = endpoint.path
    for name, value in NAMES.items():
        path = path.replace(name, value)
    return path


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_it_shows_what_the_control_plane_shows_of_the_same_documents(
    api: httpx.AsyncClient, kernel: JoinedKernel, replica: httpx.AsyncClient
) -> None:
    await made(api, "/ana", mounts=[HOME])
    for path in (
        "/api/files?sort=name",
        f"/api/files/{REPORT}",
        "/api/search?q=report",
        "/api/nodes",
        "/api/nodes/node-nas",
        "/api/nodes/node-laptop/holds",
        "/api/labels",
        "/api/labels/rules",
        f"/api/labels/effective?file_id={REPORT}",
        f"/api/explain?file_id={REPORT}",
        "/api/notifications",
        "/api/notifications/history",
        "/api/health",
        "/api/vfs?path=/ana",
        "/api/vfs/tree?path=/&depth=2",
        "/api/vfs/directories/ana",
        "/api/explain?path=/ana/Documents/report.pdf",
    ):
        shown, told = await api.get(path), await replica.get(path)
        assert told.status_code == shown.status_code == 200, (path, told.text)
        assert _lasting(told) == _lasting(shown), path


def _lasting(answer: httpx.Response) -> object:
    told: dict[str, object] = answer.json()
    return {name: value for name, value in told.items() if name not in ("took_ms", "evaluated_at")}


async def test_whatever_does_not_say_that_it_comes_from_a_replica_needs_the_control_plane(
    replica: httpx.AsyncClient,
) -> None:
    for endpoint in ENDPOINTS:
        answer = await replica.request(endpoint.method, path_of(endpoint))
        if endpoint.from_replica:
            assert answer.status_code in (200, 400, 404, 422), (endpoint.name, answer.text)
        else:
            assert refusal(answer) == (503, "control_plane_required"), endpoint.name
            assert f"mosaicfs login {URL}" in answer.json()["error"]["message"]
    for path in ("/api/unheard-of", "/api/replication/mosaicfs", "/api/replication/mosaicfs/_changes", "/metrics", "/"):
        assert refusal(await replica.get(path)) == (503, "control_plane_required"), path


def test_nothing_that_comes_from_a_replica_changes_anything() -> None:
    offered = [endpoint for endpoint in ENDPOINTS if endpoint.from_replica]
    assert offered
    assert [each.name for each in offered if each.method != "GET" and each.access != "read"] == []


async def test_each_answer_says_how_long_ago_the_control_plane_was_reached(
    kernel: JoinedKernel, replica: httpx.AsyncClient
) -> None:
    assert AGE not in (await replica.get("/api/nodes")).headers
    clock = TurnedClock()
    for ago_s in (3_600, -3_600):
        kernel.contact.append(clock() - ago_s)
        told = [(await replica.get(path)).headers[AGE] for path in ("/api/nodes", "/api/files/file::none", "/api/jobs")]
        assert all(max(ago_s, 0) <= int(age) <= max(ago_s, 0) + 60 for age in told), told


async def test_it_says_which_instance_it_is_a_replica_of(kernel: JoinedKernel, replica: httpx.AsyncClient) -> None:
    told = (await replica.get("/api/identity")).json()
    assert told["ca_fingerprint"] == _authority(kernel.places.state_dir).fingerprint
    assert told["instance_id"] == (kernel.places.state_dir / "instance_id").read_text().strip()


async def test_a_page_and_a_login_are_not_its_to_judge(replica: httpx.AsyncClient) -> None:
    with capture_logs() as logged:
        page = await replica.get("/api/nodes", headers={"origin": "https://page.example"})
    assert [(line["event"], line["target"]) for line in logged] == [("origin_refused", "https://page.example")]
    assert refusal(page) == (403, "origin_refused")
    login = await replica.get("/api/nodes", headers={"authorization": "Bearer guessed"})
    assert refusal(login) == (503, "control_plane_required")


async def test_another_user_of_the_machine_gets_no_answer(
    replica: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_socket, "peer_uid", lambda stream: 54_321)
    with capture_logs() as logged, pytest.raises(httpx.TransportError):
        await replica.get("/api/nodes")
    assert [line["uid"] for line in logged] == [54_321]


async def test_a_node_beside_its_own_control_plane_opens_nothing(kernel: JoinedKernel) -> None:
    kernel.settings = Settings()
    await plugin.serve(kernel, lambda **_: None)
    assert not socket_path(kernel.places.runtime_dir).exists()


def test_nothing_is_loaded_before_somebody_asks(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _ASKED_ONCE, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert told.stdout.split() == ["False", "b'HTTP/1.1'", "True"]


_ASKED_ONCE = """
import sys, trio
from types import SimpleNamespace
from pathlib import Path
from mosaicfs_control.replica import plugin

where = Path(sys.argv[1])
settings = SimpleNamespace(agent=SimpleNamespace(control_plane_url="https://nas.example"))
kernel = SimpleNamespace(settings=settings, places=SimpleNamespace(runtime_dir=where, state_dir=where), store=None)
heavy = {"starlette", "hypercorn", "mosaicfs_control.routes.api"}

async def main():
    ready = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(plugin.serve, kernel, lambda **facts: ready.set())
        await ready.wait()
        print(bool(heavy & set(sys.modules)))
        async with await trio.open_unix_socket(where / "replica.sock") as asking:
            await asking.send_all(b"GET /api/health/live HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
            print((await asking.receive_some(100)).partition(b" ")[0])
        print(heavy <= set(sys.modules))
        nursery.cancel_scope.cancel()

trio.run(main)
"""
