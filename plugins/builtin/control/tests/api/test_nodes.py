"""Nodes, file systems and notifications, as the API lists them."""

from __future__ import annotations

import httpx
import pytest
import trio

from mosaicfs.model.search import Search, SearchPage
from mosaicfs.model.store import Store
from plugins.builtin.control.tests.api.seeds import HERE, SEEDS, Put, node, status

NODE = "/api/nodes/node-laptop"


async def test_nodes_come_with_their_files_counted(api: httpx.AsyncClient) -> None:
    found = (await api.get("/api/nodes")).json()
    assert [(each["node_id"], each["file_count"], each["replica_lag_s"]) for each in found["items"]] == [
        ("node-laptop", 3, 0),
        ("node-nas", 1, None),
    ]
    assert found["items"][0]["version"] == "0.1.0"
    offline = (await api.get("/api/nodes?status=offline")).json()
    assert [each["node_id"] for each in offline["items"]] == ["node-nas"]


async def test_a_page_of_nodes_is_cut_and_counted(api: httpx.AsyncClient) -> None:
    page = (await api.get("/api/nodes?limit=1&offset=1")).json()
    assert ([each["node_id"] for each in page["items"]], page["total"], page["offset"], page["limit"]) == (
        ["node-nas"],
        2,
        1,
        1,
    )
    assert (await api.get("/api/nodes?count=none")).json()["total"] is None


async def test_one_node_is_shown_whole_without_members_of_the_store(api: httpx.AsyncClient) -> None:
    found = (await api.get(NODE)).json()
    assert found == {**node("node-laptop"), "file_count": 3, "replica_lag_s": 0}


@pytest.mark.parametrize("rest", ["", "/status", "/storage", "/utilization", "/holds"])
async def test_a_node_that_nobody_knows_is_not_found(api: httpx.AsyncClient, rest: str) -> None:
    for name in ("node-none", "%00", "x" * 2000, "..", "node-laptop%2F"):
        answer = await api.get(f"/api/nodes/{name}{rest}".replace("/../", "/%2E%2E/"))
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_the_status_is_the_document(api: httpx.AsyncClient) -> None:
    assert (await api.get(f"{NODE}/status")).json() == SEEDS["status::node-laptop"]


async def test_held_deletions_are_those_that_the_crawler_told_of(api: httpx.AsyncClient, put: Put) -> None:
    held = (await api.get(f"{NODE}/holds")).json()
    assert [each["hold_id"] for each in held["items"]] == ["h1"]
    assert (await api.get("/api/nodes/node-nas/holds")).json() == {"items": []}
    await put({"status::node-nas": status("node-nas")})
    assert (await api.get("/api/nodes/node-nas/holds")).json() == {"items": []}


async def test_storage_and_utilization_are_the_last_snapshot_and_all(api: httpx.AsyncClient, put: Put) -> None:
    found = (await api.get(f"{NODE}/storage")).json()
    assert (found["storage"], found["latest"]["captured_at"]) == ([], "2026-01-15T14:00:00Z")
    assert (await api.get("/api/nodes/node-nas/storage")).json() == {"storage": [], "latest": None}
    late = {"type": "utilization_snapshot", "node_id": "node-laptop", "captured_at": "2999-01-01T00:00:00Z"}
    await put({"utilization::node-laptop::2999-01-01T00:00:00Z": late})
    assert (await api.get(f"{NODE}/utilization?days=1")).json()["items"] == [late]
    assert (await api.get(f"{NODE}/utilization?days=91")).status_code == 422


async def test_file_systems_are_listed_by_owner(api: httpx.AsyncClient) -> None:
    assert [each["filesystem_id"] for each in (await api.get("/api/filesystems")).json()["items"]] == ["fs-1"]
    for node_id, total in (("node-laptop", 1), ("node-nas", 0)):
        assert (await api.get(f"/api/filesystems?node_id={node_id}")).json()["total"] == total


async def test_notifications_are_listed_gravest_first(api: httpx.AsyncClient) -> None:
    found = (await api.get("/api/notifications")).json()
    assert [each["notification_id"] for each in found["items"]] == ["node-laptop::b", "node-laptop::a"]
    warnings = (await api.get("/api/notifications?severity=warning&node_id=node-laptop")).json()
    assert (warnings["total"], warnings["items"][0]["severity"]) == (1, "warning")
    assert (await api.get("/api/notifications?offset=1")).json()["items"][0]["notification_id"] == "node-laptop::a"


async def test_history_is_what_is_over(api: httpx.AsyncClient) -> None:
    found = (await api.get("/api/notifications/history")).json()
    assert [each["notification_id"] for each in found["items"]] == ["node-laptop::c"]
    assert (await api.get("/api/notifications/history?since=2026-01-14T00:00:00Z")).json()["total"] == 0
    assert (await api.get("/api/notifications/history?since=yesterday")).status_code == 422


async def test_a_list_that_has_not_changed_is_not_sent_again(api: httpx.AsyncClient, put: Put) -> None:
    first = await api.get("/api/nodes")
    assert first.headers["etag"].startswith('W/"')
    again = await api.get("/api/nodes", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (await api.get("/api/nodes?limit=2")).headers["etag"] != first.headers["etag"]
    await put({"node::node-nas": node("node-nas", status="online")})
    changed = await api.get("/api/nodes", headers={"if-none-match": first.headers["etag"]})
    assert (changed.status_code, changed.json()["items"][1]["status"]) == (200, "online")


async def test_one_object_has_a_strong_tag_of_its_revision(api: httpx.AsyncClient, put: Put) -> None:
    for path, again in ((NODE, node("node-laptop", draining=True)), (f"{NODE}/status", status("node-laptop"))):
        tag = (await api.get(path)).headers["etag"]
        assert tag.startswith('"')
        known = {"if-none-match": f'"other", {tag}'}
        assert (await api.get(path, headers=known)).status_code == 304
        await put({f"{'status' if path.endswith('status') else 'node'}::node-laptop": again})
        assert (await api.get(path, headers=known)).status_code == 200


async def test_files_are_counted_while_the_index_of_names_is_made(
    api: httpx.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def counts() -> list[int]:
        listed = (await api.get("/api/nodes")).json()["items"]
        one = (await api.get(f"/api/nodes/{HERE}")).json()
        return [node["file_count"] for node in (*listed, one)]

    async def never(search: Search) -> SearchPage:
        await trio.sleep_forever()
        raise AssertionError

    expected = await counts()
    monkeypatch.setattr(store, "search", never)
    with trio.fail_after(15):
        assert await counts() == expected
    assert any(expected)
