"""Changing nodes: names, mounts, taking part, and what is left of one that is gone."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest
import trio

from mosaicfs import wire
from mosaicfs.model.document import Document
from mosaicfs.model.ids import filesystem_doc_id
from mosaicfs.model.role import CONTROL
from plugins.builtin.control.tests.api.accounts.conftest import Server
from plugins.builtin.control.tests.api.accounts.test_agents import BEAT, beat
from plugins.builtin.control.tests.api.seeds import file, file_id

ATTIC = "/api/nodes/node-attic"
MOUNT = {
    "remote_node_id": "node-cellar",
    "remote_base_export_path": "/srv/media",
    "local_mount_path": "/mnt/cellar",
    "mount_type": "nfs",
}


@pytest.fixture
async def owner(server: Server) -> httpx.AsyncClient:
    for name in ("Attic", "Cellar"):
        assert (await server.join(name)).status_code == 201
    return await server.owner()


async def put(server: Server, bodies: dict[str, Any]) -> None:
    documents = [Document(doc_id, "", wire.canonical(body)) for doc_id, body in bodies.items()]
    rows = await server.store.write(documents, writer=CONTROL)
    assert not [row for row in rows if row.error]


async def over(server: Server, location: str) -> Any:
    owner = await server.owner()
    with trio.fail_after(20):
        while True:
            job = (await owner.get(location)).json()
            if job["finished_at"] is not None:
                return job
            await trio.sleep(0.02)


async def test_a_node_is_renamed_where_the_caller_has_seen_it(server: Server, owner: httpx.AsyncClient) -> None:
    tag = (await owner.get(ATTIC)).headers["etag"]
    renamed = await owner.patch(ATTIC, json={"friendly_name": "Loft"}, headers={"if-match": tag})
    assert (renamed.status_code, renamed.json()["friendly_name"]) == (200, "Loft")
    assert renamed.headers["etag"] == (await owner.get(ATTIC)).headers["etag"]
    stale = await owner.patch(ATTIC, json={"draining": True}, headers={"if-match": tag})
    assert (stale.status_code, stale.json()["error"]["detail"]["current"]["friendly_name"]) == (412, "Loft")
    assert (await owner.patch(ATTIC, json={"draining": True})).json()["draining"] is True
    assert "draining" not in (await owner.patch(ATTIC, json={"draining": None})).json()


@pytest.mark.parametrize(
    "patch",
    [{"status": "online"}, {"public_key": "x"}, {"friendly_name": ""}, {"friendly_name": None}, {"requests": {}}],
)
async def test_nothing_else_of_a_node_can_be_changed(
    server: Server, owner: httpx.AsyncClient, patch: dict[str, Any]
) -> None:
    before = await server.known("node-attic")
    refused = await owner.patch(ATTIC, json=patch)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "validation_failed")
    assert await server.known("node-attic") == before


async def test_folders_are_added_and_removed_beside_those_of_the_machine_itself(
    server: Server, owner: httpx.AsyncClient
) -> None:
    node = await server.node("node-attic")
    await node.post(BEAT, content=beat(server, watch_paths=("/srv/media",)))
    added = await owner.patch(ATTIC, json={"watch_paths": ["/srv/media", "/home/ana/", "/home/ana", "/"]})
    assert added.status_code == 200, added.text
    assert added.json()["watch_paths"] == ["/srv/media", "/home/ana", "/"]
    assert (await server.known("node-attic")).added_paths == ("/home/ana", "/")
    await node.post(BEAT, content=beat(server, watch_paths=("/srv/media", "/srv/own"), adopted_paths=("/home/ana",)))
    assert (await owner.get(ATTIC)).json()["watch_paths"] == ["/srv/media", "/srv/own", "/home/ana", "/"]
    for left in ([], ["/srv/own", "/home/ana"]):
        refused = await owner.patch(ATTIC, json={"watch_paths": left})
        assert (refused.status_code, refused.json()["error"]["detail"]["reason"]) == (409, "set_on_the_node")
    removed = await owner.patch(ATTIC, json={"watch_paths": ["/srv/own", "/srv/media"]})
    assert removed.json()["watch_paths"] == ["/srv/media", "/srv/own"]
    assert (await server.known("node-attic")).added_paths is None


@pytest.mark.parametrize("paths", [["srv"], ["/a/../b"], ["/a//b"], [""], [3], "/srv", None])
async def test_what_is_no_path_is_refused_and_named(server: Server, owner: httpx.AsyncClient, paths: Any) -> None:
    before = await server.known("node-attic")
    refused = await owner.patch(ATTIC, json={"watch_paths": paths})
    assert refused.status_code == 422
    assert "watch_paths" in refused.json()["error"]["message"]
    assert await server.known("node-attic") == before


@pytest.mark.parametrize(("method", "rest"), [("PATCH", ""), ("DELETE", ""), ("POST", "/enable"), ("GET", "/mounts")])
async def test_what_nobody_knows_is_not_found(owner: httpx.AsyncClient, method: str, rest: str) -> None:
    answer = await owner.request(method, f"/api/nodes/node-none{rest}", json={} if method == "PATCH" else None)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_a_reading_key_changes_no_node(server: Server, owner: httpx.AsyncClient) -> None:
    reader = (await server.key("read"))[2]
    assert (await reader.get(ATTIC)).status_code == 200
    for method, path in (("PATCH", ATTIC), ("DELETE", ATTIC), ("POST", f"{ATTIC}/enable"), ("POST", f"{ATTIC}/mounts")):
        assert (await reader.request(method, path, json={})).status_code == 403
    assert (await reader.get("/api/nodes/join-codes")).status_code == 403


async def test_files_of_a_disabled_node_are_forgotten_and_no_others(server: Server, owner: httpx.AsyncClient) -> None:
    mine = {file_id(n): file(f"/srv/{n}", node_id="node-attic") for n in range(1_200)}
    theirs = {file_id(5_000): file("/srv/x", node_id="node-cellar")}
    await put(server, {**mine, **theirs})
    refused = await owner.delete(f"{ATTIC}?forget_files=true")
    assert (refused.status_code, refused.json()["error"]["detail"]["reason"]) == (409, "node_enabled")
    assert (await owner.delete(ATTIC)).status_code == 204
    begun = await owner.delete(f"{ATTIC}?forget_files=true")
    assert (begun.status_code, begun.json()["kind"]) == (202, "node_forget")
    job = await over(server, begun.headers["location"])
    assert (job["state"], job["result"]) == ("done", {"node_id": "node-attic", "files": 1_200})
    for doc_id, expected in ((file_id(0), "deleted"), (file_id(1_199), "deleted"), (file_id(5_000), "active")):
        found = await server.document(doc_id)
        assert found is not None
        assert msgspec.json.decode(found.body)["status"] == expected
    gone = msgspec.json.decode((await server.document(file_id(7)) or Document("", "", b"{}")).body)
    assert gone["deleted_reason"] == "node_removed"


async def test_a_mount_says_where_the_files_of_another_node_are(server: Server, owner: httpx.AsyncClient) -> None:
    root = {
        "type": "filesystem",
        "filesystem_id": "node-cellar::srv-media-film",
        "friendly_name": "Film",
        "owning_node_id": "node-cellar",
        "export_root": "/srv/media/film",
        "availability": [],
        "created_at": "2026-01-15T14:30:00Z",
    }
    doc_id = filesystem_doc_id("node-cellar::srv-media-film")
    await put(server, {doc_id: root})

    async def available() -> list[tuple[str, str, str]]:
        found = await server.document(doc_id)
        assert found is not None
        places = msgspec.json.decode(found.body)["availability"]
        return [(place["node_id"], place["local_mount_path"], place["mount_type"]) for place in places]

    made = await owner.post(f"{ATTIC}/mounts", json=MOUNT)
    mount = made.json()
    assert made.status_code == 201
    assert mount == {**MOUNT, "mount_id": mount["mount_id"], "priority": 0}
    assert await available() == [("node-attic", "/mnt/cellar/film", "nfs")]
    at = made.headers["location"]
    changed = await owner.patch(at, json={"local_mount_path": "/mnt/other", "priority": 7})
    assert (changed.json()["local_mount_path"], changed.json()["priority"]) == ("/mnt/other", 7)
    assert await available() == [("node-attic", "/mnt/other/film", "nfs")]
    assert (await owner.get(ATTIC)).json()["network_mounts"] == [changed.json()]
    assert (await owner.get(f"{ATTIC}/mounts")).json()["items"] == [changed.json()]
    assert (await owner.delete(at)).status_code == 204
    assert await available() == []
    assert (await owner.delete(at)).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"remote_node_id": "node-none"}, "remote_node_id"),
        ({"remote_node_id": "node-attic"}, "remote_node_id"),
        ({"remote_base_export_path": "srv"}, "remote_base_export_path"),
        ({"local_mount_path": "/mnt/../etc"}, "local_mount_path"),
        ({"mount_type": "smoke"}, "mount_type"),
        ({"mount_id": "00000000"}, ""),
    ],
)
async def test_a_mount_that_cannot_be_is_refused_by_name(
    owner: httpx.AsyncClient, wrong: dict[str, str], field: str
) -> None:
    refused = await owner.post(f"{ATTIC}/mounts", json={**MOUNT, **wrong})
    assert refused.status_code == 422
    assert refused.json()["error"]["detail"]["fields"][0]["field"] == field


async def test_the_same_mount_is_there_once(owner: httpx.AsyncClient) -> None:
    assert (await owner.post(f"{ATTIC}/mounts", json=MOUNT)).status_code == 201
    again = await owner.post(f"{ATTIC}/mounts", json=MOUNT)
    assert (again.status_code, again.json()["error"]["detail"]["reason"]) == (409, "exists")


async def test_an_exported_root_is_renamed(server: Server, owner: httpx.AsyncClient) -> None:
    root = {
        "type": "filesystem",
        "filesystem_id": "node-attic::srv",
        "friendly_name": "Attic srv",
        "owning_node_id": "node-attic",
        "export_root": "/srv",
        "availability": [],
        "created_at": "2026-01-15T14:30:00Z",
    }
    await put(server, {filesystem_doc_id("node-attic::srv"): root})
    renamed = await owner.patch("/api/filesystems/node-attic::srv", json={"friendly_name": "Media"})
    assert renamed.json() == {**root, "friendly_name": "Media"}
    assert (await owner.patch("/api/filesystems/node-attic::srv", json={"export_root": "/"})).status_code == 422
    assert (await owner.patch("/api/filesystems/none", json={"friendly_name": "x"})).status_code == 404
