"""Listings of the tree over the API: entries, order, pages, directories in each other, files at virtual paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from mosaicfs.model.json import JsonObject
from mosaicfs.model.store import Store
from mosaicfs_control.routes.api import vfs
from plugins.builtin.control.tests.api.seeds import REPORT, SEEDS, Put, file, file_id
from plugins.builtin.control.tests.api.test_directories import BASE, HOME, made

PATH = "/api/vfs"


async def listed(api: httpx.AsyncClient, path: str, **parameters: str | int) -> dict[str, Any]:
    answer = await api.get(PATH, params={"path": path, **parameters})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def names(found: Mapping[str, Any]) -> list[str]:
    return [each["name"] for each in found["items"]]


def mount(export_path: str, **members: Any) -> JsonObject:
    source = {"node_id": "node-laptop", "export_path": export_path}
    return {"source": source, "strategy": "prefix_replace", **members}


def files(folder: str, *names: str, begin: int = 1_000) -> dict[str, JsonObject]:
    return {
        file_id(begin + number): file(f"{folder}/{name}", size=begin + number, inode=900_000 + begin + number)
        for number, name in enumerate(names)
    }


async def test_a_directory_shows_its_entries(api: httpx.AsyncClient) -> None:
    directory = await made(api, "/ana", mounts=[{**HOME, "mount_id": "aaaaaaaa"}])
    await made(api, "/ana/own")
    found = await listed(api, "/ana")
    assert (found["total"], found["limit"], found["truncated"], found["problems"]) == (3, 100, False, [])
    assert found["directory"]["mounts"] == directory["mounts"]
    assert (found["directory"]["origin"], found["directory"]["virtual_path"]) == ("document", "/ana")
    documents, pictures, own = found["items"]
    assert (documents["name"], documents["kind"], documents["origin"]) == ("Documents", "directory", "synthetic")
    assert pictures["virtual_path"] == "/ana/Pictures"
    assert (own["origin"], own["mount_count"]) == ("document", 0)
    below = await listed(api, "/ana/Documents")
    assert below["items"][1] == {
        "name": "report.pdf",
        "kind": "file",
        "virtual_path": "/ana/Documents/report.pdf",
        "inode": SEEDS[REPORT]["inode"],
        "size": 204_800,
        "mtime": SEEDS[REPORT]["mtime"],
        "origin": "mount",
        "mime_type": "application/pdf",
        "file_id": REPORT,
        "node_id": "node-laptop",
        "availability": "local",
        "mount_id": "aaaaaaaa",
        "shown_as": "own_name",
    }
    assert (below["directory"]["origin"], below["directory"]["inode"]) == ("synthetic", documents["inode"])
    assert documents["inode"] >= 2**62


async def test_the_root_is_there_before_anybody_made_it(api: httpx.AsyncClient) -> None:
    found = await listed(api, "/")
    assert (found["items"], found["directory"]["inode"], found["directory"]["name"]) == ([], 1, "")
    assert (await api.get("/api/vfs/tree")).json() == {
        "virtual_path": "/",
        "name": "",
        "kind": "directory",
        "mount_count": 0,
        "children": [],
    }


@pytest.mark.parametrize("path", ["relative", "/a//b", "/a/../b", "//", "/."])
async def test_what_is_no_path_is_named(api: httpx.AsyncClient, path: str) -> None:
    for call in (PATH, "/api/vfs/tree", "/api/explain", "/api/files/by-path"):
        answer = await api.get(call, params={"path": path})
        assert answer.status_code == 422, (call, answer.text)
        assert answer.json()["error"]["detail"]["fields"][0]["field"] == "path"


async def test_what_is_not_shown_is_not_found(api: httpx.AsyncClient) -> None:
    await made(api, "/ana", mounts=[HOME])
    for call in (PATH, "/api/vfs/tree"):
        answer = await api.get(call, params={"path": "/ana/nothing"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
        on_file = await api.get(call, params={"path": "/ana/Documents/report.pdf"})
        assert (on_file.status_code, on_file.json()["error"]["detail"]["reason"]) == (404, "is_file")
    assert (await api.get(PATH, params={"path": "/ana/"})).status_code == 200


async def test_order_and_filter(api: httpx.AsyncClient, put: Put) -> None:
    await put(files("/data", "b", "A", "ä", "cab"))
    await put({file_id(2_000): file("/data/sub/x", size=7)})
    await made(api, "/d", mounts=[mount("/data")])
    assert names(await listed(api, "/d")) == ["sub", "A", "b", "cab", "ä"]
    assert names(await listed(api, "/d", sort="-name")) == ["sub", "ä", "cab", "b", "A"]
    assert names(await listed(api, "/d", sort="size")) == ["sub", "b", "A", "ä", "cab"]
    assert names(await listed(api, "/d", sort="-size", limit=2)) == ["sub", "cab"]
    assert names(await listed(api, "/d", sort="-mtime")) == ["sub", "A", "b", "cab", "ä"]
    found = await listed(api, "/d", filter="A")
    assert (names(found), found["total"]) == (["A", "cab"], 2)
    assert names(await listed(api, "/d", filter="A\u0308")) == ["ä"]
    assert (await listed(api, "/d", count="none"))["total"] is None
    assert names(await listed(api, "/d", offset=3, limit=1)) == ["cab"]


@pytest.mark.parametrize("sort", ["name", "-name", "size", "-size", "mtime", "-mtime"])
async def test_a_walk_by_cursor_shows_what_stays_exactly_once(api: httpx.AsyncClient, put: Put, sort: str) -> None:
    await put(files("/data", *(f"stays {number:02}" for number in range(20))))
    await put(files("/data", *(f"goes {number:02}" for number in range(10)), begin=3_000))
    await made(api, "/d", mounts=[mount("/data")])
    seen: list[str] = []
    cursor: str | None = ""
    rounds = 0
    while cursor is not None:
        found = await listed(api, "/d", sort=sort, limit=3, **({"cursor": cursor} if cursor else {}))
        seen += names(found)
        cursor = found.get("next_cursor")
        assert "offset" not in found
        rounds += 1
        gone = file(f"/data/goes {rounds:02}", status="deleted", deleted_at="2026-01-16T00:00:00Z")
        await put({file_id(3_000 + rounds): gone})
        await put(files("/data", f"came {rounds:02}", f"x {rounds}", begin=4_000 + 10 * rounds))
        assert rounds < 60
    assert sorted(name for name in seen if name.startswith("stays")) == [f"stays {number:02}" for number in range(20)]
    assert len(seen) == len(set(seen))


async def test_a_cursor_is_good_for_its_own_question(api: httpx.AsyncClient, put: Put) -> None:
    await put(files("/data", "a", "b", "c"))
    await made(api, "/d", mounts=[mount("/data")])
    cursor = (await listed(api, "/d", limit=1))["next_cursor"]
    assert names(await listed(api, "/d", limit=2, cursor=cursor)) == ["b", "c"]
    for other in ({"sort": "size"}, {"filter": "a"}, {"path": "/"}):
        answer = await api.get(PATH, params={"path": "/d", "cursor": cursor, **other})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_cursor")
    both = await api.get(PATH, params={"path": "/d", "cursor": cursor, "offset": 1})
    assert both.status_code == 422


async def test_an_unchanged_listing_is_not_sent_again(api: httpx.AsyncClient, put: Put) -> None:
    await made(api, "/ana", mounts=[HOME])
    first = await api.get(PATH, params={"path": "/ana/Documents"})
    known = {"if-none-match": first.headers["etag"]}
    assert (await api.get(PATH, params={"path": "/ana/Documents"}, headers=known)).status_code == 304
    await put(files("/home/ana/Documents", "new"))
    after = await api.get(PATH, params={"path": "/ana/Documents"}, headers=known)
    assert (after.status_code, after.json()["total"]) == (200, 3)


async def test_labels_and_paths_come_on_request(api: httpx.AsyncClient, put: Put) -> None:
    await made(api, "/ana", mounts=[HOME])
    await made(api, "/flat", mounts=[{**mount("/home/ana/Documents"), "strategy": "flatten"}])
    uuid = REPORT.partition("::")[2]
    assignment = {"type": "label_assignment", "file_id": REPORT, "labels": ["work"], "updated_by": "owner"}
    await put({f"label_file::{uuid}": {**assignment, "updated_at": "2026-01-15T14:30:00Z"}})
    plain, full = await listed(api, "/flat"), await listed(api, "/flat", include="labels,paths")
    assert not {"labels", "paths"} & plain["items"][1].keys()
    assert full["items"][1]["labels"] == [{"label": "work", "source": "direct"}]
    assert full["items"][1]["paths"] == ["/ana/Documents/report.pdf", "/flat/report.pdf"]
    assert (await api.get(PATH, params={"path": "/flat", "include": "nonsense"})).status_code == 422


async def test_names_come_as_they_are_stored(api: httpx.AsyncClient, put: Put) -> None:
    odd = ["caf\\xe9", "100% %2F", 'quote"', "a\u0301", "\u202etxt", "\ue000", "new line?"]
    await put(files("/data", *odd))
    await put({file_id(5_000): file("/data/tab\tname")})
    await made(api, "/d", mounts=[mount("/data")])
    found = await listed(api, "/d")
    assert (sorted(names(found)), found["invalid_names"]) == (sorted(odd), 1)
    for name in odd:
        answer = await api.get("/api/files/by-path", params={"path": f"/d/{name}"})
        assert (answer.status_code, answer.json()["name"]) == (200, name)
        assert answer.json()["virtual_path"] == f"/d/{name}"


async def test_a_path_of_4096_bytes_is_listed(api: httpx.AsyncClient, put: Put) -> None:
    parts = ["é" * 100] * 20
    folder = "/" + "/".join(parts)
    folder += "/" + "x" * (4_096 - len(folder.encode()) - len("/") - len("/a.txt"))
    await put({file_id(6_000): file(f"{folder}/a.txt")})
    assert len(f"{folder}/a.txt".encode()) == 4_096
    await api.patch(f"{BASE}/", json={"mounts": [mount("/")]})
    assert names(await listed(api, folder)) == ["a.txt"]
    answer = await api.get("/api/files/by-path", params={"path": f"{folder}/a.txt"})
    assert answer.json()["file_id"] == file_id(6_000)
    assert (await api.get(f"{BASE}{quote(folder)}")).status_code == 404


async def test_the_tree_is_drawn_so_deep_and_no_deeper(api: httpx.AsyncClient) -> None:
    await made(api, "/ana", mounts=[HOME])
    await made(api, "/a/b/c")
    found = (await api.get("/api/vfs/tree", params={"depth": 2})).json()
    assert [(each["name"], [inner["name"] for inner in each["children"]]) for each in found["children"]] == [
        ("a", ["b"]),
        ("ana", ["Documents", "Pictures"]),
    ]
    assert found["children"][1]["mount_count"] == 1
    assert found["children"][0]["children"][0]["children"] == []
    whole = (await api.get("/api/vfs/tree", params={"path": "/ana", "files": "true"})).json()
    documents, pictures = whole["children"]
    assert [(each["kind"], each["name"]) for each in documents["children"]] == [
        ("file", "Report 2025.txt"),
        ("file", "report.pdf"),
    ]
    assert pictures["children"][0]["virtual_path"] == "/ana/Pictures/cat.jpg"
    assert "children" not in pictures["children"][0]
    for depth in (0, 11):
        assert (await api.get("/api/vfs/tree", params={"depth": depth})).status_code == 422


async def test_a_tree_that_is_too_large_says_where_it_was_cut(
    api: httpx.AsyncClient, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vfs, "MOST_BRANCHES", 4)
    await put(files("/data", *(f"{number}" for number in range(5))))
    await made(api, "/d", mounts=[mount("/data")])
    await made(api, "/e")
    found = (await api.get("/api/vfs/tree", params={"files": "true"})).json()
    assert found["truncated"] is True
    assert (found["children"][0]["truncated"], len(found["children"][0]["children"])) == (True, 2)


async def test_a_file_is_found_at_its_virtual_path(api: httpx.AsyncClient) -> None:
    await made(api, "/ana", mounts=[HOME])
    path = "/ana/Documents/report.pdf"
    answer = await api.get("/api/files/by-path", params={"path": path, "include": "paths"})
    plain = (await api.get(f"/api/files/{REPORT}")).json()
    assert answer.json() == {**plain, "paths": [path], "virtual_path": path}
    for missing, reason in (("/ana/Documents", "is_directory"), ("/ana/x", None), ("/.mosaic/status.json", None)):
        refused = await api.get("/api/files/by-path", params={"path": missing})
        assert refused.status_code == 404, missing
        assert refused.json()["error"].get("detail", {}).get("reason") == reason


async def test_a_search_by_its_path_is_a_directory(api: httpx.AsyncClient) -> None:
    assert names(await listed(api, "/.mosaic/search/ext:pdf")) == ["report.pdf"]
    refused = await api.get(PATH, params={"path": "/.mosaic/search/nonsense:x"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "validation_failed")
    assert len(names(await listed(api, "/.mosaic/recent"))) == 4


async def test_what_was_written_is_seen_at_once(api: httpx.AsyncClient, store: Store, put: Put) -> None:
    await made(api, "/ana", mounts=[HOME])
    for number in range(5):
        await put(files("/home/ana/Documents", f"n{number}", begin=7_000 + number))
        assert f"n{number}" in names(await listed(api, "/ana/Documents"))
    await api.patch(f"{BASE}/ana", json={"steps": [{"op": "glob", "pattern": "*.pdf"}]})
    assert names(await listed(api, "/ana/Documents")) == ["report.pdf"]


async def test_a_changed_directory_is_told_as_an_event(api: httpx.AsyncClient) -> None:
    start = (await api.get("/api/events", params={"timeout_s": 0})).json()["last"]
    await made(api, "/a")
    await api.patch(f"{BASE}/a", json={"steps": [{"op": "size", "min_bytes": 1}]})
    await api.delete(f"{BASE}/a")
    seen: list[dict[str, Any]] = []
    since = start
    while len(seen) < 1 or seen[-1]["change"] != "deleted":
        asked = {"since": since, "types": "directory.changed", "timeout_s": 10}
        answer = (await api.get("/api/events", params=asked)).json()
        seen += [each["data"] for each in answer["items"]]
        since = answer["last"]
    assert {each["virtual_path"] for each in seen if "virtual_path" in each} <= {"/a"}
    assert len({each["id"] for each in seen}) == 1
