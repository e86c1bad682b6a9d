"""Jobs as callers see them, and the work that a reindex asks of nodes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import trio

from mosaicfs import wire
from mosaicfs.model.heartbeat import JobReport
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.node import Node
from mosaicfs.model.store import Store
from mosaicfs_control.jobs.job import JobError
from mosaicfs_control.jobs.jobs import Work
from mosaicfs_control.rest.routing import Instance
from plugins.builtin.control.tests.api.seeds import Put, node


async def requests_of(store: Store, node_id: str) -> dict[str, Any]:
    document = await store.get(node_doc_id(node_id))
    assert document is not None
    found = wire.decode(document.id, document.body)
    assert isinstance(found, Node)
    return dict(found.requests or {})


async def test_a_job_is_found_where_its_answer_says(api: httpx.AsyncClient, store: Store) -> None:
    answer = await api.post("/api/system/reindex", json={"node_ids": ["node-nas"], "path": "/srv"})
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["location"] == f"/api/jobs/{job['job_id']}"
    assert (job["kind"], job["node_id"], job["state"], job["created_by"]) == ("reindex", "node-nas", "waiting", "owner")
    (request,) = (await requests_of(store, "node-nas")).items()
    assert (request[0], request[1].kind, request[1].args["path"]) == (job["job_id"], "reindex", "/srv")
    shown = await api.get(answer.headers["location"])
    assert shown.json() == job
    listed = (await api.get("/api/jobs?kind=reindex&state=waiting")).json()
    assert [one["job_id"] for one in listed["items"]] == [job["job_id"]]
    assert "errors" not in listed["items"][0]


async def test_a_reindex_of_all_is_one_job_that_follows_the_others(
    api: httpx.AsyncClient, instance: Instance, store: Store, put: Put
) -> None:
    await put({"node::node-old": node("node-old", status="disabled")})
    whole = (await api.post("/api/system/reindex")).json()
    assert whole["request"]["node_ids"] == ["node-laptop", "node-nas"]
    for node_id, job_id in zip(whole["request"]["node_ids"], whole["request"]["job_ids"], strict=True):
        assert list(await requests_of(store, node_id)) == [job_id]
        await instance.reception.requests.reported(node_id, [JobReport(job_id=job_id, state="done")])
    with trio.fail_after(10):
        while (shown := (await api.get(f"/api/jobs/{whole['job_id']}?wait_s=5")).json())["state"] != "done":
            pass
    assert shown["counts"] == {"planned": 2, "done": 2, "skipped": 0, "failed": 0}
    assert await requests_of(store, "node-nas") == {}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"node_ids": ["nobody"]}, 422, "validation_failed"),
        ({"path": "relative"}, 422, "validation_failed"),
        ({"when": "now"}, 422, "validation_failed"),
        ({"node_ids": ["node-old"]}, 409, "conflict"),
    ],
)
async def test_a_reindex_that_makes_no_sense_makes_no_job(
    api: httpx.AsyncClient, put: Put, body: Any, status: int, code: str
) -> None:
    await put({"node::node-old": node("node-old", status="disabled")})
    answer = await api.post("/api/system/reindex", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert (await api.get("/api/jobs")).json()["total"] == 0


async def test_cancelling_is_accepted_once_and_a_conflict_afterwards(
    api: httpx.AsyncClient, instance: Instance
) -> None:
    async def run(work: Work) -> None:
        work.progress("running")
        await trio.sleep_forever()

    job = await instance.jobs.create("reindex", {}, "owner", run=run)
    answer = await api.post(f"/api/jobs/{job.job_id}/cancel")
    assert (answer.status_code, answer.json()["job_id"]) == (202, job.job_id)
    with trio.fail_after(10):
        while (await api.get(f"/api/jobs/{job.job_id}?wait_s=5")).json()["state"] != "cancelled":
            pass
    answer = await api.post(f"/api/jobs/{job.job_id}/cancel")
    assert (answer.status_code, answer.json()["error"]["detail"]["reason"]) == (409, "finished")


async def test_what_was_asked_of_a_node_is_taken_back(api: httpx.AsyncClient, store: Store) -> None:
    job = (await api.post("/api/system/reindex", json={"node_ids": ["node-nas"]})).json()
    assert job["cancellable"]
    answer = await api.post(f"/api/jobs/{job['job_id']}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (202, "cancelled")
    assert await requests_of(store, "node-nas") == {}


async def test_all_errors_of_a_job_are_paged(api: httpx.AsyncClient, instance: Instance) -> None:
    job = await instance.jobs.create("reindex", {}, "owner", "node-nas")
    errors = [JobError(code="source_failed", message=str(n), name=f"f{n}") for n in range(3)]
    await instance.jobs.finish(job.job_id, "done_with_errors", errors=errors)
    assert len((await api.get(f"/api/jobs/{job.job_id}")).json()["errors"]) == 3
    page = (await api.get(f"/api/jobs/{job.job_id}/errors?limit=1&offset=2")).json()
    assert page == {
        "items": [{"code": "source_failed", "message": "2", "name": "f2"}],
        "total": 3,
        "limit": 1,
        "offset": 2,
    }


@pytest.mark.parametrize("path", ["", "/errors"])
async def test_an_unknown_job_is_not_found(api: httpx.AsyncClient, path: str) -> None:
    assert (await api.get(f"/api/jobs/nothing{path}")).status_code == 404
    assert (await api.post("/api/jobs/nothing/cancel")).status_code == 404


async def test_a_waiting_question_ends_with_the_server(
    api: httpx.AsyncClient, instance: Instance, nursery: trio.Nursery
) -> None:
    job = await instance.jobs.create("reindex", {}, "owner", "node-nas")
    answers: list[httpx.Response] = []

    async def ask() -> None:
        answers.append(await api.get(f"/api/jobs/{job.job_id}?wait_s=60"))
        answered.set()

    answered = trio.Event()
    nursery.start_soon(ask)
    await trio.testing.wait_all_tasks_blocked(0.1)
    assert not answers
    instance.stopping.begin()
    with trio.fail_after(10):
        await answered.wait()
    assert answers[0].json()["job_id"] == job.job_id
