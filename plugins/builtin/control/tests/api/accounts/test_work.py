"""Work that is asked of nodes: an entry in the document, an answer by heartbeat, and a job that follows."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import trio
import trio.testing

from mosaicfs.model.heartbeat import Heartbeat, JobReport
from mosaicfs.model.json import JsonObject
from mosaicfs.model.times import now_text
from mosaicfs.services.reception import Reception
from mosaicfs_control.rest.refusals import ApiError
from plugins.builtin.control.tests.api.accounts.conftest import Server
from plugins.builtin.control.tests.api.accounts.test_agents import BEAT, beat, joined
from plugins.builtin.control.tests.api.seeds import HERE, status

ATTIC = "/api/nodes/node-attic"
HELD: JsonObject = {
    "status": "degraded",
    "since": "2026-01-15T14:30:00Z",
    "holds": [{"hold_id": "wp-1", "path": "/srv/media"}],
}


@pytest.fixture
async def node(server: Server) -> httpx.AsyncClient:
    """One that is online and holds deletions."""
    caller = await joined(server)
    await caller.post(BEAT, content=beat(server))
    told = status("node-attic", subsystems={"crawler": HELD})
    assert (await caller.post("/api/agent/status", json=told)).status_code == 204
    return caller


async def asked(server: Server, node_id: str = "node-attic") -> dict[str, tuple[str, Any]]:
    found = (await server.known(node_id)).requests or {}
    return {job_id: (request.kind, request.args) for job_id, request in found.items()}


async def test_a_hold_is_confirmed_by_the_agent(server: Server, node: httpx.AsyncClient) -> None:
    owner = await server.owner()
    begun = await owner.post(f"{ATTIC}/holds/wp-1/confirm")
    job_id = begun.json()["job_id"]
    assert (begun.status_code, begun.headers["location"]) == (202, f"/api/jobs/{job_id}")
    assert (begun.json()["state"], begun.json()["node_id"]) == ("queued", "node-attic")
    assert await asked(server) == {job_id: ("hold_confirm", {"hold_id": "wp-1"})}
    job: dict[str, Any] = {}
    for said, kept in (("running", True), ("running", True), ("done", False)):
        report = JobReport(job_id=job_id, state=said, result={"deleted": 3})
        assert (await node.post(BEAT, content=beat(server, jobs=(report,)))).status_code == 200
        job = (await owner.get(f"/api/jobs/{job_id}")).json()
        assert job["state"] == said
        assert (job_id in await asked(server)) is kept
    assert job["result"] == {"deleted": 3}
    assert (await server.known("node-attic")).requests is None
    late = JobReport(job_id=job_id, state="running")
    await node.post(BEAT, content=beat(server, jobs=(late,)))
    assert (await owner.get(f"/api/jobs/{job_id}")).json()["state"] == "done"


async def test_what_is_not_held_or_watched_is_refused(server: Server, node: httpx.AsyncClient) -> None:
    owner = await server.owner()
    assert (await owner.post(f"{ATTIC}/holds/wp-2/confirm")).status_code == 404
    for path, expected in (("/srv/media", 202), ("/srv", 422), ("srv/media", 422)):
        assert (await owner.post(f"{ATTIC}/accept-path", json={"path": path})).status_code == expected
    assert [kind for kind, _ in (await asked(server)).values()] == ["path_accept"]


async def test_a_node_that_is_away_does_it_later(server: Server, node: httpx.AsyncClient) -> None:
    await node.post(BEAT, content=beat(server, status="offline"))
    owner = await server.owner()
    job = (await owner.post(f"{ATTIC}/accept-path", json={"path": "/srv/media"})).json()
    assert job["state"] == "waiting"
    await node.post(BEAT, content=beat(server, jobs=(JobReport(job_id=job["job_id"], state="done"),)))
    assert (await owner.get(f"/api/jobs/{job['job_id']}")).json()["state"] == "done"


async def test_a_node_is_synced_and_what_failed_of_it_is_told(server: Server, node: httpx.AsyncClient) -> None:
    owner = await server.owner()
    begun = await owner.post(f"{ATTIC}/sync")
    job_id = begun.json()["job_id"]
    assert (begun.status_code, begun.json()["kind"], begun.json()["node_id"]) == (202, "node_sync", "node-attic")
    assert await asked(server) == {job_id: ("source_poll", {"what": "all"})}
    counts: JsonObject = {"planned": 2, "done": 1, "failed": 1}
    under_way = JobReport(job_id=job_id, state="running", progress={"phase": "sources", "counts": counts})
    await node.post(BEAT, content=beat(server, jobs=(under_way,)))
    shown = (await owner.get(f"/api/jobs/{job_id}")).json()
    assert (shown["phase"], shown["counts"]["planned"], shown["counts"]["failed"]) == ("sources", 2, 1)
    over = JobReport(job_id=job_id, state="done", result={"crawls": []}, errors=("/srv/media is away",))
    await node.post(BEAT, content=beat(server, jobs=(over,)))
    shown = (await owner.get(f"/api/jobs/{job_id}")).json()
    assert (shown["state"], shown["errors"][0]["message"]) == ("done_with_errors", "/srv/media is away")


async def test_all_of_a_node_is_its_sources_and_its_plugins(server: Server, node: httpx.AsyncClient) -> None:
    owner = await server.owner()
    made = {"plugin_name": "words", "plugin_type": "executable", "subscribed_events": ["file.added"], "enabled": True}
    assert (await owner.post(f"{ATTIC}/plugins", json=made)).status_code == 201
    wanted = {"": "node_sync", "?what=sources": "source_poll", "?what=plugins": "plugin_sync"}
    for query, kind in wanted.items():
        begun = await owner.post(f"{ATTIC}/sync{query}")
        assert begun.json()["kind"] == "node_sync"
        assert (await asked(server))[begun.json()["job_id"]][0] == kind
        await owner.delete(f"/api/jobs/{begun.json()['job_id']}")
    await node.post(BEAT, content=beat(server, watch_paths=()))
    begun = await owner.post(f"{ATTIC}/sync")
    assert (await asked(server))[begun.json()["job_id"]][0] == "plugin_sync"
    refused = await owner.post(f"{ATTIC}/sync?what=sources")
    assert refused.status_code == 405


async def test_files_of_a_plugin_are_a_source_like_a_backend(server: Server, node: httpx.AsyncClient) -> None:
    owner = await server.owner()
    made = {"plugin_name": "mail", "plugin_type": "socket", "provides_filesystem": True, "file_path_prefix": "/gmail"}
    assert (await owner.post(f"{ATTIC}/plugins", json=made | {"enabled": True})).status_code == 201
    begun = await owner.post(f"{ATTIC}/sync?backend=plugin:mail&full=true")
    kind, args = (await asked(server))[begun.json()["job_id"]]
    assert (kind, args["backend"], args["full"]) == ("source_poll", "plugin:mail", True)


async def test_a_node_without_a_source_has_nothing_to_sync(server: Server, node: httpx.AsyncClient) -> None:
    await node.post(BEAT, content=beat(server, watch_paths=()))
    owner = await server.owner()
    refused = await owner.post(f"{ATTIC}/sync")
    assert (refused.status_code, refused.json()["error"]["code"]) == (405, "not_supported")
    assert (await owner.post(f"{ATTIC}/sync?what=nothing")).status_code == 422
    assert (await owner.get("/api/jobs")).json()["total"] == 0


async def test_a_disabled_node_is_asked_nothing(server: Server, node: httpx.AsyncClient) -> None:
    owner = await server.owner()
    await owner.delete(ATTIC)
    refused = await owner.post(f"{ATTIC}/accept-path", json={"path": "/srv/media"})
    assert (refused.status_code, refused.json()["error"]["detail"]["reason"]) == (409, "node_disabled")
    assert (await owner.get("/api/jobs")).json()["total"] == 0


async def test_work_of_a_node_that_is_disabled_has_failed(server: Server, node: httpx.AsyncClient) -> None:
    owner = await server.owner()
    job = (await owner.post(f"{ATTIC}/accept-path", json={"path": "/srv/media"})).json()
    await owner.delete(ATTIC)
    assert (await owner.get(f"/api/jobs/{job['job_id']}")).json()["state"] == "failed"
    assert await asked(server) == {}


async def test_what_has_not_begun_can_be_taken_back(server: Server, node: httpx.AsyncClient) -> None:
    owner = await server.owner()
    job = (await owner.post(f"{ATTIC}/accept-path", json={"path": "/srv/media"})).json()
    assert (await owner.post(f"/api/jobs/{job['job_id']}/cancel")).status_code == 202
    assert await asked(server) == {}
    assert (await owner.get(f"/api/jobs/{job['job_id']}")).json()["state"] == "cancelled"


async def test_a_node_answers_for_no_other_nodes_work(server: Server, node: httpx.AsyncClient) -> None:
    await server.join("Cellar")
    owner, other = await server.owner(), await server.node("node-cellar")
    job = (await owner.post(f"{ATTIC}/accept-path", json={"path": "/srv/media"})).json()
    lie = JobReport(job_id=job["job_id"], state="done")
    await other.post(BEAT, content=beat(server, node_id="node-cellar", jobs=(lie,)))
    assert (await owner.get(f"/api/jobs/{job['job_id']}")).json()["state"] == "queued"
    assert job["job_id"] in await asked(server)


async def test_the_agent_of_this_machine_answers_through_the_store(server: Server) -> None:
    """It writes its heartbeat itself, in another process."""
    here = Heartbeat(
        node_id=HERE,
        name="Laptop",
        platform="linux",
        version="1",
        vfs_capable=False,
        watch_paths=("/home/ana",),
        status="online",
        overall="healthy",
        subsystems={},
        time=now_text(server.clock),
    )
    agent, owner = Reception(server.store, server.clock), await server.owner()
    await agent.receive(here)
    job = (await owner.post(f"/api/nodes/{HERE}/accept-path", json={"path": "/home/ana"})).json()
    done = JobReport(job_id=job["job_id"], state="done", result={"files": 1})
    await agent.receive(Heartbeat(**{name: getattr(here, name) for name in here.__struct_fields__} | {"jobs": (done,)}))
    with trio.fail_after(20):
        while job["state"] != "done":
            job = (await owner.get(f"/api/jobs/{job['job_id']}?wait_s=5")).json()
        while await asked(server, HERE):
            await server.store.wait_until_changed((await server.store.info()).update_seq, 0.1)
    assert job["result"] == {"files": 1}


async def test_whoever_needs_the_answer_waits_for_it(server: Server, node: httpx.AsyncClient) -> None:
    requests = server.instance.reception.requests
    await requests.ask("node-attic", "job-1", "backend_test", {})
    with pytest.raises(ApiError) as refused:
        await requests.answer_of("node-attic", "job-1", within_s=0.05)
    assert (refused.value.code, refused.value.status) == ("timeout", 504)
    assert "job-1" in await asked(server)  # it stays
    answers: list[JobReport] = []

    async def wait() -> None:
        answers.append(await requests.answer_of("node-attic", "job-1"))

    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await trio.testing.wait_all_tasks_blocked()
            report = JobReport(job_id="job-1", state="done", result={"ok": True})
            await node.post(BEAT, content=beat(server, jobs=(report,)))
    assert answers == [report]
    assert await requests.answer_of("node-attic", "job-1") == report  # also for who asks a moment later
