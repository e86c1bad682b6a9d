"""What a node that has joined answers its owner from its replica, and what it sends to the control plane."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
import trio
from structlog.testing import capture_logs

from mosaicfs.identity.authority import Authority
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.model.configuration import AgentSettings, MetricsSettings, Settings
from mosaicfs.model.json import JsonObject
from mosaicfs.model.kernel import Started
from mosaicfs.model.standing import Standing
from mosaicfs.model.store import Store
from mosaicfs.paths import find_places
from mosaicfs.services.standing import NodeStanding
from mosaicfs_control import local_socket
from mosaicfs_control.metrics.names import METRICS, PREFIX
from mosaicfs_control.replica import plugin
from mosaicfs_control.replica.face import socket_path
from mosaicfs_control.rest.routing import Endpoint
from mosaicfs_control.routes.api import ROUTES
from plugins.builtin.control.tests.api.conftest import Kernel, TurnedClock
from plugins.builtin.control.tests.api.seeds import HERE, REPORT, Put, file, file_id
from plugins.builtin.control.tests.api.shelf import Shelf
from plugins.builtin.control.tests.api.test_directories import HOME, made
from plugins.builtin.control.tests.api.test_event_routes import STREAM, Frames

URL = "https://nas.example:8443"
AGE = "mosaicfs-replica-age"
NAMES = {"{file_id}": REPORT, "{node_id}": "node-laptop", "{rule_id}": "rule", "{path}": "", "{hold_id}": "h1"}

ENDPOINTS = sorted(ROUTES, key=lambda endpoint: endpoint.name)
ONLY_THERE = {
    "/api/activity",
    "/api/agent/credentials",
    "/api/auth/whoami",
    "/api/credentials",
    "/api/credentials/{key_id}",
    "/api/files/{file_id}/download",
    "/api/files/{file_id}/token",
    "/api/jobs",
    "/api/jobs/{job_id}",
    "/api/jobs/{job_id}/errors",
    "/api/nodes/join-codes",
    "/api/nodes/{node_id}/plugins",
    "/api/nodes/{node_id}/plugins/available",
    "/api/nodes/{node_id}/plugins/{plugin_name}",
    "/api/nodes/{node_id}/plugins/{plugin_name}/jobs",
    "/api/plugins",
    "/api/system/audit",
    "/api/system/info",
    "/api/widgets",
}
"""What may be read of the control plane alone: keys, links, jobs, plugins of others, and what it alone remembers."""

CONTENT = bytes(range(256)) * 800


@dataclass
class JoinedKernel(Kernel):
    """`contact` is when the control plane was reached last."""

    contact: list[float] = field(default_factory=list)
    fares: NodeStanding = field(default_factory=lambda: NodeStanding(HERE))

    @property
    def standing(self) -> Standing:
        return self.fares

    def last_contact(self) -> float | None:
        return self.contact[-1] if self.contact else None


@pytest.fixture
def kernel(store: Store, api: httpx.AsyncClient, tmp_path: Path) -> JoinedKernel:
    """Of another machine, whose replica has all that `api` shows."""
    home = tmp_path / "desk"
    home.mkdir(mode=0o700)
    names = ("RUNTIME_DIR", "STATE_HOME", "CONFIG_HOME", "CACHE_HOME", "DATA_HOME")
    places = find_places({"HOME": str(home), **{f"XDG_{name}": str(home) for name in names}})
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
        kernel.content.tiers = [Shelf(contents={REPORT: CONTENT})]
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
    api: httpx.AsyncClient, instance: Any, kernel: JoinedKernel, replica: httpx.AsyncClient
) -> None:
    instance.kernel.content.tiers = kernel.content.tiers
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
        "/api/filesystems",
        "/api/storage",
        "/api/conflicts",
        "/api/system/settings",
        "/api/openapi.json",
        "/api/vfs?path=/ana",
        "/api/vfs/tree?path=/&depth=2",
        "/api/vfs/directories/ana",
        "/api/explain?path=/ana/Documents/report.pdf",
    ):
        shown, told = await api.get(path), await replica.get(path)
        assert told.status_code == shown.status_code == 200, (path, told.text)
        assert _lasting(told) == _lasting(shown), path


def _lasting(answer: httpx.Response) -> object:
    """Without times, and without who answers."""

    def kept(told: Any) -> Any:
        if isinstance(told, list):
            return [kept(each) for each in told]
        if not isinstance(told, dict):
            return told
        return {name: kept(each) for name, each in told.items() if name not in ("took_ms", "evaluated_at", "from")}

    return kept(answer.json())


async def test_an_explanation_says_who_would_read(api: httpx.AsyncClient, replica: httpx.AsyncClient) -> None:
    await made(api, "/ana", mounts=[HOME])
    path = "/api/explain?path=/ana/Documents/report.pdf"
    assert [(await each.get(path)).json()["from"] for each in (api, replica)] == ["control_plane", HERE]


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
    for path in ("/api/unheard-of", "/api/replication/mosaicfs", "/api/replication/mosaicfs/_changes", "/"):
        assert refusal(await replica.get(path)) == (503, "control_plane_required"), path


async def test_of_the_calls_that_read_only_those_need_the_control_plane_that_no_replica_could_answer(
    replica: httpx.AsyncClient,
) -> None:
    described = (await replica.get("/api/openapi.json")).json()["paths"]
    refused = set()
    for path in [path for path, methods in described.items() if "get" in methods]:
        asked = path
        for name, value in {**NAMES, "{key_id}": "key", "{job_id}": "job"}.items():
            asked = asked.replace(name, value)
        if (await replica.get(asked)).status_code == 503:
            refused.add(path)
    assert refused == ONLY_THERE


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


# --- bytes -----------------------------------------------------------------------------------------------------------


async def test_the_bytes_that_can_be_had_here_are_given_with_their_digest(replica: httpx.AsyncClient) -> None:
    digest = sha256(CONTENT).hexdigest()
    part = await replica.get(f"/api/files/{REPORT}/content", headers={"range": "bytes=1-2"})
    assert (part.status_code, part.content) == (206, CONTENT[1:3])
    told = [(await replica.get(f"/api/files/{REPORT}/digest")).json() for _ in range(2)]
    assert [each["hex"] for each in told] == [digest, digest]
    assert told[0]["origin"] == "source"
    whole = await replica.get(f"/api/files/{REPORT}/content")
    assert whole.content == CONTENT
    assert whole.headers["repr-digest"] == told[0]["repr_digest"]
    assert refusal(await replica.get(f"/api/files/{file_id(1)}/content")) == (503, "source_unavailable")


# --- events ---------------------------------------------------------------------------------------------------------


async def followed(replica: httpx.AsyncClient) -> int:
    """The number to go on after."""
    last: int = (await replica.get("/api/events")).json()["last"]
    return last


async def test_changes_of_the_replica_are_told_as_they_happen(
    kernel: JoinedKernel, replica: httpx.AsyncClient, put: Put
) -> None:
    since = await followed(replica)
    await put({file_id(77): file("/home/ana/new.txt")})
    told = (await replica.get(f"/api/events?since={since}&timeout_s=20&types=files.changed")).json()
    assert [(event["type"], event["data"]["added"]) for event in told["items"]] == [("files.changed", 1)]
    async with await trio.open_unix_socket(str(socket_path(kernel.places.runtime_dir))) as socket:
        assert isinstance(socket, trio.SocketStream)
        frames = Frames(socket)
        await frames.ask(f"/api/events?since={since}", STREAM)
        assert [(await frames.next())["type"] for _ in range(2)] == ["hello", "files.changed"]


async def test_a_number_from_before_the_agent_was_started_is_not_kept(
    kernel: JoinedKernel, put: Put, nursery: trio.Nursery
) -> None:
    """Nobody followed the store meanwhile, so nobody knows what has happened after it."""
    numbers: list[int] = []
    for number in (77, 78, 79):
        async with trio.open_nursery() as living:
            await living.start(partial(_serve, kernel))
            async with _asking(kernel) as client:
                for since in numbers:
                    assert refusal(await client.get(f"/api/events?since={since}")) == (410, "events_expired")
                numbers.append(await followed(client))
            living.cancel_scope.cancel()
        await put({file_id(number): file("/home/ana/new.txt")})
    assert numbers == sorted(set(numbers))


def _asking(kernel: JoinedKernel) -> httpx.AsyncClient:
    path = socket_path(kernel.places.runtime_dir)
    transport = httpx.AsyncHTTPTransport(uds=str(path), verify=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=20)


# --- metrics --------------------------------------------------------------------------------------------------------


async def scraped(client: httpx.AsyncClient) -> dict[str, float]:
    """By name and labels, as they are written."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200, answer.text
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
    return {name.removeprefix(PREFIX): float(value) for name, _, value in lines}


async def test_the_metrics_are_of_this_node_as_it_is_now(kernel: JoinedKernel, replica: httpx.AsyncClient) -> None:
    kernel.contact.append(TurnedClock()() - 100)
    counters: JsonObject = {"pending_push": 9, "pending_pull": 0, "last_success": "2026-01-15T14:30:00Z"}
    kernel.fares.tell("replication", "healthy", counters=counters)
    kernel.fares.tell("crawler", "healthy", counters={"phase": "idle", "seen": 40, "watch_paths": []})
    values = await scraped(replica)
    assert values[f'replication_pending_documents{{direction="push",node="{HERE}"}}'] == 9
    assert 100 <= values[f'replication_lag_seconds{{node="{HERE}"}}'] <= 160
    assert values[f'crawl_files{{node="{HERE}"}}'] == 40
    assert values[f'index_files{{node="{HERE}",status="active"}}'] == 3
    kernel.fares.tell("replication", "degraded", "cannot be reached", {**counters, "pending_push": 11})
    values = await scraped(replica)
    assert values[f'replication_pending_documents{{direction="push",node="{HERE}"}}'] == 11
    assert values[f'replication_lag_seconds{{node="{HERE}"}}'] > 160
    assert values['http_requests_total{code="200",method="GET",part="metrics"}'] == 1
    assert "node-nas" not in " ".join(values)
    assert not [name for name in values if name.startswith("node_up")]


async def test_the_metrics_carry_the_age_and_stand_in_the_table(
    kernel: JoinedKernel, replica: httpx.AsyncClient
) -> None:
    kernel.contact.append(TurnedClock()())
    answer = await replica.get("/metrics")
    assert AGE in answer.headers
    named = {line.split()[2].removeprefix(PREFIX) for line in answer.text.splitlines() if line.startswith("# TYPE")}
    assert named <= METRICS.keys()
    assert (await replica.post("/metrics")).status_code == 405


async def test_metrics_that_are_switched_off_are_not_there(kernel: JoinedKernel) -> None:
    kernel.settings = Settings(agent=AgentSettings(control_plane_url=URL), metrics=MetricsSettings(enabled=False))
    async with trio.open_nursery() as living:
        await living.start(partial(_serve, kernel))
        async with _asking(kernel) as client:
            assert refusal(await client.get("/metrics")) == (503, "control_plane_required")
        living.cancel_scope.cancel()


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
agent, metrics = SimpleNamespace(control_plane_url="https://nas.example"), SimpleNamespace(enabled=True)
settings = SimpleNamespace(agent=agent, metrics=metrics)
places = SimpleNamespace(runtime_dir=where, state_dir=where, cache_dir=where)
kernel = SimpleNamespace(settings=settings, places=places, store=None)
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
