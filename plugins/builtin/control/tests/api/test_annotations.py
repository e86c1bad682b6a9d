"""What plugins say of files, through the API; and what waits for them, which their node is asked for."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import trio

from mosaicfs.model.heartbeat import JobReport
from mosaicfs.model.ids import annotation_id, plugin_id, tail_of
from mosaicfs.model.json import JsonObject
from mosaicfs.model.store import Store
from mosaicfs_control.requests import Requests
from mosaicfs_control.rest.routing import Instance
from plugins.builtin.control.tests.api.seeds import REPORT, Put, node

NOTES = "/api/annotations"
NAS = "node-nas"
PLUGIN = f"/api/nodes/{NAS}/plugins/notes"


def annotation(plugin: str, **members: Any) -> JsonObject:
    return {
        "type": "annotation",
        "file_id": REPORT,
        "plugin_name": plugin,
        "source": {"node_id": NAS},
        "data": {"words": 7},
        "status": "ok",
        "annotated_at": "2026-02-16T09:23:00Z",
        "updated_at": "2026-02-16T09:23:00Z",
        **members,
    }


def plugin(name: str) -> JsonObject:
    return {
        "type": "plugin",
        "node_id": NAS,
        "plugin_name": name,
        "name": name,
        "plugin_type": "python",
        "enabled": True,
        "created_at": "2026-02-16T09:00:00Z",
    }


async def take_notes(put: Put) -> None:
    uuid = tail_of(REPORT)
    await put({f"node::{NAS}": node(NAS), plugin_id(NAS, "notes"): plugin("notes")})
    await put({annotation_id(uuid, name): annotation(name) for name in ("notes", "notes@work")})


async def test_what_plugins_say_is_shown_by_their_names_and_of_one(api: httpx.AsyncClient, put: Put) -> None:
    await take_notes(put)
    found = (await api.get(NOTES, params={"file_id": REPORT})).json()
    assert list(found) == ["notes", "notes@work"]
    one = await api.get(NOTES, params={"file_id": tail_of(REPORT), "plugin": "notes@work"})
    assert one.json() == found["notes@work"]
    assert one.json()["data"] == {"words": 7}
    assert "_id" not in one.json()
    assert (await api.get(NOTES, params={"file_id": REPORT, "plugin": "other"})).status_code == 404
    assert (await api.get(NOTES)).status_code == 422


async def test_what_was_said_can_be_taken_away(api: httpx.AsyncClient, put: Put) -> None:
    await take_notes(put)
    one = {"file_id": REPORT, "plugin": "notes"}
    assert (await api.delete(NOTES, params=one)).status_code == 204
    assert (await api.delete(NOTES, params=one)).status_code == 404
    assert (await api.delete(NOTES, params={"file_id": REPORT})).status_code == 204
    assert (await api.get(NOTES, params={"file_id": REPORT})).json() == {}


async def test_asking_anew_takes_it_away_and_asks_the_node_that_said_it(
    api: httpx.AsyncClient, store: Store, put: Put
) -> None:
    await take_notes(put)
    answer = await api.post(f"{NOTES}/refresh", json={"file_id": REPORT, "plugin": "notes"})
    assert (answer.status_code, answer.json()["kind"], answer.json()["node_id"]) == (202, "annotate", NAS)
    assert answer.json()["request"] == {"plugin_name": "notes", "file_ids": [REPORT]}
    assert list((await api.get(NOTES, params={"file_id": REPORT})).json()) == ["notes@work"]


async def test_a_full_sync_is_a_job_of_the_node(api: httpx.AsyncClient, put: Put) -> None:
    await take_notes(put)
    answer = await api.post(f"{PLUGIN}/sync", json={"force": True})
    assert (answer.status_code, answer.json()["kind"]) == (202, "plugin_sync")
    assert answer.json()["request"] == {"plugin_name": "notes", "force": True}
    assert (await api.post(f"/api/nodes/{NAS}/plugins/other/sync", json={})).status_code == 404


async def test_all_plugins_of_a_node_are_synced_by_one_job(api: httpx.AsyncClient, put: Put) -> None:
    await put({f"node::{NAS}": node(NAS)})
    path = f"/api/nodes/{NAS}/sync?what=plugins"
    assert (await api.post(path)).json()["error"]["code"] == "not_supported"
    await take_notes(put)
    answer = await api.post(path)
    assert (answer.status_code, answer.json()["request"]) == (202, {"what": "plugins"})


async def test_jobs_are_those_that_the_node_tells_of(api: httpx.AsyncClient, instance: Instance, put: Put) -> None:
    await take_notes(put)
    job: JsonObject = {"id": 3, "event_type": "file.added", "file_id": REPORT, "status": "failed", "attempts": 3}
    items: list[JsonObject] = [{**job, "last_error": "no model", "created_at": "2026-02-16T09:00:00Z"}]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_answering, instance, {"items": items})
        found = await api.get(f"{PLUGIN}/jobs", params={"status": "failed"})
    assert found.json()["items"] == items
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_answering, instance, {"requeued": 1})
        assert (await api.post(f"{PLUGIN}/jobs/retry", json={"ids": [3]})).json() == {"requeued": 1}


async def test_a_list_of_jobs_that_nobody_waits_for_any_more_is_not_left_with_the_node(
    api: httpx.AsyncClient, instance: Instance, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take_notes(put)
    requests = instance.reception.requests
    monkeypatch.setattr(Requests.answer_of, "__defaults__", (0.05,))
    refused = (await api.get(f"{PLUGIN}/jobs")).json()["error"]
    assert (refused["code"], "what waits" in refused["message"]) == ("timeout", True)
    assert await requests._asked_of(NAS) == frozenset()
    assert (await api.post(f"{PLUGIN}/jobs/retry", json={})).json()["error"]["code"] == "timeout"
    assert len(await requests._asked_of(NAS)) == 1  # it is done when it can be


async def _answering(instance: Instance, result: JsonObject) -> None:
    """As the agent does, by its next heartbeat."""
    requests = instance.reception.requests
    while not (asked := await requests._asked_of(NAS)):  # noqa: ASYNC110 - nobody tells of it
        await trio.sleep(0.01)
    await requests.reported(NAS, [JobReport(job_id=each, state="done", result=result) for each in asked])
