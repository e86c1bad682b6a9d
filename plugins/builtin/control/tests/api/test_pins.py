"""Pins through the API: made, changed, removed, looked at before they are made, and shown with what nodes tell."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import trio

from mosaicfs.model.store import Store
from plugins.builtin.control.tests.api.seeds import REPORT, Put, file, file_id, node, status

PINS = "/api/pins"
NEW: dict[str, Any] = {"node_id": "node-nas", "name": "Trip", "scope": {"search": "report"}}
NAMED = ("pin_id", "created_at")


async def made(api: httpx.AsyncClient, **members: object) -> dict[str, Any]:
    answer = await api.post(PINS, json={**NEW, **members})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{PINS}/{found['pin_id']}"
    return found


def fields_of(answer: httpx.Response) -> list[str]:
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "validation_failed"), answer.text
    return [each["field"] for each in error["detail"]["fields"]]


async def test_a_pin_is_made_with_its_defaults_shown_changed_and_removed(api: httpx.AsyncClient, store: Store) -> None:
    pin = await made(api)
    assert {name: value for name, value in pin.items() if name not in NAMED and value not in (0, [], "")} == {
        **NEW,
        "type": "pin",
        "enabled": True,
        "budget_bytes": 10_737_418_240,
        "state": "wanted",
    }
    path = f"{PINS}/{pin['pin_id']}"
    scope = {"search": None, "labels": ["a"]}
    changed = await api.patch(path, json={"enabled": False, "scope": scope, "budget_bytes": 5})
    shown = changed.json()
    assert (shown["state"], shown["scope"], shown["budget_bytes"]) == ("disabled", {"labels": ["a"]}, 5)
    listed = (await api.get(PINS)).json()
    assert (listed["total"], listed["items"]) == (1, [shown])
    assert (await api.delete(path)).status_code == 204
    assert [(await api.delete(path)).status_code, (await api.patch(path, json={})).status_code] == [404, 404]
    assert (await api.get(PINS)).json()["items"] == []


async def test_a_scope_is_merged_into_the_one_before(api: httpx.AsyncClient) -> None:
    rule = {"source": {"node_id": "node-nas", "export_path": "/srv"}, "steps": [{"op": "glob", "pattern": "*.pdf"}]}
    path = f"{PINS}/{(await made(api, scope={'rule': rule}))['pin_id']}"
    changed = await api.patch(path, json={"scope": {"rule": {"source": {"export_path": "/srv/work"}}}})
    after = changed.json()["scope"]["rule"]
    assert after["source"] == {"node_id": "node-nas", "export_path": "/srv/work"}
    assert [step["pattern"] for step in after["steps"]] == ["*.pdf"]
    both = await api.patch(path, json={"scope": {"labels": ["trip"]}})
    assert fields_of(both) == ["scope"]
    other = await api.patch(path, json={"scope": {"labels": ["trip"], "rule": None}})
    assert other.json()["scope"] == {"labels": ["trip"]}


async def test_an_end_is_set_and_taken_away_and_a_pin_that_is_over_says_so(api: httpx.AsyncClient) -> None:
    pin = await made(api, expires_at="2020-01-01T00:00:00Z", priority=3)
    assert (pin["state"], pin["priority"]) == ("expired", 3)
    again = await api.patch(f"{PINS}/{pin['pin_id']}", json={"expires_at": None})
    assert (again.json()["state"], "expires_at" in again.json()) == ("wanted", False)


async def test_whoever_has_not_seen_the_newest_pin_is_told(api: httpx.AsyncClient) -> None:
    path = f"{PINS}/{(await made(api))['pin_id']}"
    first = await api.patch(path, json={"name": "One"})
    stale = {"if-match": first.headers["etag"]}
    await api.patch(path, json={"name": "Two"})
    refused = await api.patch(path, json={"name": "Three"}, headers=stale)
    assert (refused.status_code, refused.json()["error"]["detail"]["current"]["name"]) == (412, "Two")
    assert (await api.delete(path, headers=stale)).status_code == 412


async def test_the_same_request_again_makes_no_second_pin(api: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "once"}
    answers = [await api.post(PINS, json=NEW, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert (await api.get(PINS)).json()["total"] == 1


async def test_a_change_of_a_pin_is_an_event(api: httpx.AsyncClient) -> None:
    pin = await made(api)
    await api.patch(f"{PINS}/{pin['pin_id']}", json={"priority": 2})
    seen: list[Any] = []
    with trio.fail_after(20):
        while not seen:
            answer = await api.get("/api/events?since=0&types=pin.changed&timeout_s=5")
            seen = [item["data"] for item in answer.json()["items"]]
    assert {each["id"] for each in seen} == {pin["pin_id"]}


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"node_id": "node-nobody"}, "node_id"),
        ({"name": ""}, "name"),
        ({"budget_bytes": -1}, "budget_bytes"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"priority": 1_001}, "priority"),
        ({"scope": {}}, "scope"),
        ({"scope": {"path": "/a", "labels": ["b"]}}, "scope"),
        ({"scope": {"colour": "red"}}, "scope.colour"),
        ({"scope": {"path": "documents"}}, "scope.path"),
        ({"scope": {"labels": []}}, "scope.labels"),
        ({"scope": {"labels": ["a\nb"]}}, "scope.labels[0]"),
        ({"scope": {"search": "size:>"}}, "scope.search"),
        ({"scope": {"rule": {"source": {"node_id": "node-nas"}}}}, "scope.rule.source.export_path"),
        ({"scope": {"rule": {"source": {"label": "a"}, "colour": 1}}}, "scope.rule.colour"),
        ({"scope": {"rule": {"source": {"label": "a"}, "steps": [{"op": "glob"}]}}}, "scope.rule.steps[0].pattern"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_its_field(
    api: httpx.AsyncClient, members: dict[str, Any], field: str
) -> None:
    assert fields_of(await api.post(PINS, json={**NEW, **members}))[0] == field
    pin, scope = await made(api), members.get("scope")
    patch = members if scope is None else {"scope": {"search": None, **scope}}
    assert fields_of(await api.patch(f"{PINS}/{pin['pin_id']}", json=patch))[0] == field
    assert (await api.get(PINS)).json()["total"] == 1


async def test_what_the_node_tells_is_shown(api: httpx.AsyncClient, put: Put) -> None:
    pin = await made(api)
    told = {"state": "blocked", "kept_bytes": 7, "blocked": ["/srv/a"], "blocked_files": 1, "of_tomorrow": 1}
    part: dict[str, Any] = {"status": "healthy", "since": "2026-01-15T14:30:00Z", "pins": {pin["pin_id"]: told}}
    await put({"status::node-nas": status("node-nas", subsystems={"pins": part})})
    [shown] = (await api.get(PINS)).json()["items"]
    assert (shown["state"], shown["kept_bytes"], shown["blocked"]) == ("blocked", 7, ["/srv/a"])
    assert "of_tomorrow" not in shown


# --- what it would mean --------------------------------------------------------------------------------------------


async def preview(api: httpx.AsyncClient, **members: object) -> dict[str, Any]:
    answer = await api.post(f"{PINS}/preview", json=members)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_preview_tells_what_is_here_what_comes_and_what_has_no_room(api: httpx.AsyncClient, put: Put) -> None:
    far = {file_id(20): file("/far/report", node_id="node-far", size=300), "node::node-far": node("node-far")}
    await put({**far, file_id(21): file("/far/report large", node_id="node-far", size=9_000)})
    found = await preview(api, node_id="node-laptop", scope={"search": "report"}, budget_bytes=6_000)
    assert found == {
        "files": 5,
        "bytes": 204_800 + 10 + 5_000 + 300 + 9_000,
        "already_here_bytes": 204_810,
        "to_fetch_bytes": 5_300,
        "over_budget_bytes": 9_000,
        "unreachable_files": 1,
        "by_tier": {"local": 204_810, "peer": 300},
    }
    assert (await api.get(PINS)).json()["total"] == 0


@pytest.mark.parametrize(
    ("scope", "files"),
    [
        ({"rule": {"source": {"node_id": "node-laptop", "export_path": "/home/ana/Documents"}}}, 2),
        (
            {
                "rule": {
                    "source": {"node_id": "*", "export_path": "/"},
                    "steps": [{"op": "glob", "pattern": "*.jpg", "on_match": "include"}],
                    "default_result": "exclude",
                }
            },
            1,
        ),
        ({"labels": ["work"]}, 1),
        ({"labels": ["work", "urgent"]}, 0),
        ({"path": "/nowhere"}, 0),
        ({"path": "/"}, 3),
    ],
)
async def test_every_kind_of_scope_finds_its_files(api: httpx.AsyncClient, scope: dict[str, Any], files: int) -> None:
    await api.put("/api/labels/assignments", json={"file_id": REPORT, "labels": ["work"]})
    await api.post("/api/vfs/directories", json={"virtual_path": "/"})
    mount = {"source": {"node_id": "node-laptop", "export_path": "/home"}, "strategy": "prefix_replace"}
    answer = await api.post("/api/vfs/directories?parents=true", json={"virtual_path": "/all/of/it", "mounts": [mount]})
    assert answer.status_code == 201, answer.text
    assert (await preview(api, node_id="node-laptop", scope=scope))["files"] == files
    if "path" in scope and files:
        below = {"path": "/all/of/it/ana/Documents/"}
        assert (await preview(api, node_id="node-laptop", scope=below))["files"] == 2
        single = {"path": "/all/of/it/ana/Documents/report.pdf"}
        assert (await preview(api, node_id="node-laptop", scope=single))["files"] == 1
