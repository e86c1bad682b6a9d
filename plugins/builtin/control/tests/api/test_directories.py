"""Making, changing, moving and removing directories over the API, and every way in which that is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import trio

from mosaicfs.model.json import JsonObject
from plugins.builtin.control.tests.api.seeds import Put

BASE = "/api/vfs/directories"
HOME: JsonObject = {
    "source": {"node_id": "node-laptop", "export_path": "/home/ana"},
    "strategy": "prefix_replace",
}
PDF: JsonObject = {"op": "glob", "pattern": "*.pdf"}


async def made(api: httpx.AsyncClient, path: str, **members: Any) -> JsonObject:
    answer = await api.post(BASE, json={"virtual_path": path, **members}, params={"parents": "true"})
    assert answer.status_code == 201, answer.text
    found: JsonObject = answer.json()
    return found


def fields_of(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {each["field"] for each in answer.json()["error"]["detail"]["fields"]}


async def test_a_directory_is_made_and_shown_with_its_mounts(api: httpx.AsyncClient) -> None:
    answer = await api.post(BASE, json={"virtual_path": "/papers", "name": "papers", "mounts": [HOME]})
    assert (answer.status_code, answer.headers["location"]) == (201, f"{BASE}/papers")
    found = answer.json()
    (mount,) = found["mounts"]
    assert (found["virtual_path"], found["name"], found["parent_path"]) == ("/papers", "papers", "/")
    assert len(mount["mount_id"]) == 8
    assert mount["conflict_policy"] == "last_write_wins"
    assert not [name for name in found if name.startswith("_")]
    again = await api.get(f"{BASE}/papers")
    assert (again.json(), again.headers["etag"]) == (found, answer.headers["etag"])
    known = await api.get(f"{BASE}/papers", headers={"if-none-match": again.headers["etag"]})
    assert known.status_code == 304


async def test_names_in_a_path_are_encoded_one_by_one(api: httpx.AsyncClient) -> None:
    await made(api, "/a b/100%/é?#")
    found = await api.get(f"{BASE}/a%20b/100%25/%C3%A9%3F%23")
    assert found.json()["virtual_path"] == "/a b/100%/é?#"
    made_again = await api.post(BASE, json={"virtual_path": "/a b/100%/é?#"})
    assert made_again.status_code == 409
    for encoded in ("a%20b%2F100%25", "%2Fa%20b", "a%20b%2f"):
        assert (await api.get(f"{BASE}/{encoded}")).status_code == 404
    assert (await api.get(f"{BASE}/a%20b/100%25/e%CC%81%3F%23")).json() == found.json(), "kept in NFC"
    assert (await api.get(f"{BASE}/%FF")).status_code == 400
    assert (await api.get(f"{BASE}/a%20b/")).status_code == 200


async def test_a_directory_called_preview_is_none_but_for_post(api: httpx.AsyncClient) -> None:
    await made(api, "/x/preview")
    assert (await api.get(f"{BASE}/x/preview")).json()["virtual_path"] == "/x/preview"
    assert (await api.delete(f"{BASE}/x/preview")).status_code == 204
    refused = await api.post(f"{BASE}/x", json={})
    assert (refused.status_code, refused.headers["allow"]) == (405, "DELETE, GET, HEAD, PATCH")


async def test_without_its_parent_a_directory_is_not_made(api: httpx.AsyncClient) -> None:
    refused = await api.post(BASE, json={"virtual_path": "/a/b"})
    assert (refused.status_code, refused.json()["error"]["detail"]) == (404, {"reason": "no_parent"})
    assert "parents=true" in refused.json()["error"]["message"]
    await made(api, "/a/b")
    assert (await api.get(f"{BASE}/a")).json()["mounts"] == []
    exists = await api.post(BASE, json={"virtual_path": "/a"})
    assert (exists.status_code, exists.json()["error"]["detail"]["reason"]) == (409, "exists")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "virtual_path"),
        ({"virtual_path": ""}, "virtual_path"),
        ({"virtual_path": None}, "virtual_path"),
        ({"virtual_path": "papers"}, "virtual_path"),
        ({"virtual_path": "/a/"}, "virtual_path"),
        ({"virtual_path": "/a/../b"}, "virtual_path"),
        ({"virtual_path": "/federation"}, "virtual_path"),
        ({"virtual_path": "/.mosaic/x"}, "virtual_path"),
        ({"virtual_path": "/" + "x" * 256}, "virtual_path"),
        ({"virtual_path": "/a" * 65}, "virtual_path"),
        ({"virtual_path": "/" + "/".join(["x" * 200] * 20)}, "virtual_path"),
        ({"virtual_path": "/a\nb"}, "virtual_path"),
        ({"virtual_path": "/a", "name": "b"}, "name"),
        ({"virtual_path": "/a", "colour": 1}, "colour"),
        ({"virtual_path": "/a", "inode": 7}, "inode"),
        ({"virtual_path": "/a", "steps": None}, "steps"),
        ({"virtual_path": "/a", "steps": {}}, "steps"),
        ({"virtual_path": "/a", "steps": [{"op": "glob"}]}, "steps[0].pattern"),
        ({"virtual_path": "/a", "steps": [{"op": "regex", "pattern": "("}]}, "steps[0].pattern"),
        ({"virtual_path": "/a", "steps": [{"op": "x", "on_match": "maybe"}]}, "steps[0].on_match"),
        ({"virtual_path": "/a", "steps": [{"op": "glob", "pattern": "a", "on_match": None}]}, "steps[0].on_match"),
        ({"virtual_path": "/a", "steps": [{"op": "later", "n": 2**60}]}, "steps[0].n"),
        ({"virtual_path": "/a", "mounts": [{**HOME, "stepz": []}]}, "mounts[0].stepz"),
        ({"virtual_path": "/a", "mounts": [{"source": HOME["source"]}]}, "mounts[0].strategy"),
        ({"virtual_path": "/a", "mounts": [{**HOME, "steps": None}]}, "mounts[0].steps"),
        ({"virtual_path": "/a", "mounts": [HOME, {**HOME, "source": {}}]}, "mounts[1].source"),
        ({"virtual_path": "/a", "mounts": [{**HOME, "source": {"lable": "x"}}]}, "mounts[0].source.lable"),
        ({"virtual_path": "/a", "mounts": [{**HOME, "source_prefix": "/elsewhere"}]}, "mounts[0].source_prefix"),
        (
            {"virtual_path": "/a", "mounts": [{**HOME, "steps": [PDF, PDF, {"op": "regex", "pattern": "("}]}]},
            "mounts[0].steps[2].pattern",
        ),
        ({"virtual_path": "/a", "mounts": [{**HOME, "source": {"search": "nonsense:x"}}]}, "mounts[0].source.search"),
    ],
)
async def test_what_cannot_be_is_named_by_its_field(api: httpx.AsyncClient, body: JsonObject, field: str) -> None:
    assert field in fields_of(await api.post(BASE, json=body))
    assert (await api.get(f"{BASE}/a")).status_code == 404


async def test_steps_of_a_newer_version_are_taken_and_kept(api: httpx.AsyncClient) -> None:
    later = {"op": "by_moonlight", "phase": {"full": True}, "on_match": "exclude"}
    await made(api, "/a", steps=[later], mounts=[{**HOME, "steps": [later]}])
    found = (await api.get(f"{BASE}/a")).json()
    assert (found["steps"], found["mounts"][0]["steps"]) == ([later], [later])
    answer = await api.patch(f"{BASE}/a", json={"enforce_steps_on_children": True})
    assert (answer.json()["steps"], answer.json()["mounts"]) == (found["steps"], found["mounts"])


async def test_members_of_a_newer_version_come_back_as_they_were(api: httpx.AsyncClient, put: Put) -> None:
    mount: dict[str, Any] = {**HOME, "mount_id": "aaaaaaaa", "glow": {"a": 1}, "steps": [], "default_result": "include"}
    mount["conflict_policy"] = "last_write_wins"
    document: JsonObject = {
        "type": "virtual_directory",
        "virtual_path": "/n",
        "name": "n",
        "parent_path": "/",
        "inode": 4711,
    }
    await put(
        {
            "dir::4b1ee0a4f0bd3b12a3f3ff7d5b8e9d04e3b2f6f8d4ac5a61bd9be31f5d46d7c2": {
                **document,
                "created_at": "2026-01-01T00:00:00Z",
                "mounts": [mount],
                "halo": 7,
            }
        }
    )
    found = (await api.get(f"{BASE}/n")).json()
    assert (found["halo"], found["mounts"]) == (7, [mount])
    same = await api.patch(f"{BASE}/n", json={"mounts": [{**mount, "default_result": "exclude"}]})
    assert same.status_code == 200, same.text
    assert same.json()["mounts"] == [{**mount, "default_result": "exclude"}]
    assert same.json()["halo"] == 7
    other = await api.patch(f"{BASE}/n", json={"mounts": [{**mount, "glow": {"a": 2}}]})
    assert fields_of(other) == {"mounts[0].glow"}


async def test_mount_entries_are_added_replaced_and_removed_one_by_one(api: httpx.AsyncClient) -> None:
    await made(api, "/a", mounts=[{**HOME, "mount_id": "aaaaaaaa"}])
    srv: JsonObject = {"source": {"node_id": "*", "export_path": "/srv"}, "strategy": "flatten"}
    ops: list[JsonObject] = [{"op": "add", "mount": srv, "index": 0}, {"op": "remove", "mount_id": "aaaaaaaa"}]
    (mount,) = (await api.patch(f"{BASE}/a", json={"mount_ops": ops})).json()["mounts"]
    assert mount["source"] == srv["source"]
    replaced = {"op": "replace", "mount_id": mount["mount_id"], "mount": {**HOME, "steps": [PDF]}}
    (after,) = (await api.patch(f"{BASE}/a", json={"mount_ops": [replaced]})).json()["mounts"]
    assert (after["mount_id"], after["source"]) == (mount["mount_id"], HOME["source"])
    assert after["steps"] == [{**PDF, "on_match": "continue"}]


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"mount_ops": [{"op": "add"}]}, "mount_ops[0].mount"),
        ({"mount_ops": [{"op": "add", "mount": HOME, "mount_id": "aaaaaaaa"}]}, "mount_ops[0].mount_id"),
        ({"mount_ops": [{"op": "add", "mount": HOME, "index": 9}]}, "mount_ops[0].index"),
        ({"mount_ops": [{"op": "add", "mount": HOME, "colour": 1}]}, "mount_ops[0].colour"),
        ({"mount_ops": [{"op": "remove", "mount_id": "bbbbbbbb"}]}, "mount_ops[0].mount_id"),
        ({"mount_ops": [{"op": "sort"}]}, "mount_ops[0].op"),
        (
            {"mount_ops": [{"op": "add", "mount": {**HOME, "steps": [{"op": "regex", "pattern": "("}]}}]},
            "mount_ops[0].mount.steps[0].pattern",
        ),
        ({"mount_ops": [{"op": "remove", "mount_id": "aaaaaaaa"}], "mounts": []}, "mount_ops"),
        ({"mounts": [{**HOME, "mount_id": "aaaaaaaa"}, {**HOME, "mount_id": "aaaaaaaa"}]}, "mounts[1].mount_id"),
        ({"name": "a/b"}, "name"),
        ({"name": None}, "name"),
        ({"virtual_path": "/b"}, "virtual_path"),
        ({"system": True}, "system"),
    ],
)
async def test_a_change_that_cannot_be_changes_nothing(api: httpx.AsyncClient, patch: JsonObject, field: str) -> None:
    before = await made(api, "/a", mounts=[{**HOME, "mount_id": "aaaaaaaa"}])
    assert field in fields_of(await api.patch(f"{BASE}/a", json=patch))
    assert (await api.get(f"{BASE}/a")).json() == before


async def test_a_move_carries_everything_below(api: httpx.AsyncClient) -> None:
    for path in ("/a/b/c", "/z"):
        await made(api, path)
    before = (await api.get(f"{BASE}/a/b/c")).json()
    answer = await api.patch(f"{BASE}/a", json={"name": "é", "parent_path": "/z"})
    assert (answer.status_code, answer.json()["virtual_path"]) == (200, "/z/é")
    after = (await api.get(f"{BASE}/z/%C3%A9/b/c")).json()
    assert (after["inode"], after["created_at"]) == (before["inode"], before["created_at"])
    assert (await api.get(f"{BASE}/a")).status_code == 404


async def test_moves_that_cannot_be_are_conflicts(api: httpx.AsyncClient) -> None:
    for path in ("/a/b", "/z"):
        await made(api, path)
    taken = await api.patch(f"{BASE}/a", json={"name": "z"})
    below = await api.patch(f"{BASE}/a", json={"parent_path": "/a/b"})
    for answer, reason in ((taken, "exists"), (below, "below_itself")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
        assert answer.json()["error"]["detail"]["reason"] == reason
    nowhere = await api.patch(f"{BASE}/a", json={"parent_path": "/nowhere"})
    assert nowhere.status_code == 404


async def test_what_is_not_empty_is_removed_by_force_alone(api: httpx.AsyncClient) -> None:
    for path in ("/a/b", "/a/c/d"):
        await made(api, path)
    refused = await api.delete(f"{BASE}/a")
    assert refused.status_code == 409
    assert refused.json()["error"] == {
        "code": "conflict",
        "message": "“/a” has 2 subdirectories. Add force=true to delete them too.",
        "detail": {"reason": "not_empty", "children": 2},
    }
    assert (await api.delete(f"{BASE}/a?force=true")).status_code == 204
    for path in ("a", "a/b", "a/c/d"):
        assert (await api.get(f"{BASE}/{path}")).status_code == 404
    assert (await api.delete(f"{BASE}/a")).status_code == 404


async def test_the_root_takes_mounts_and_stays_where_it_is(api: httpx.AsyncClient) -> None:
    answer = await api.patch(f"{BASE}/", json={"mounts": [HOME]})
    assert (answer.status_code, answer.json()["virtual_path"]) == (200, "/"), answer.text
    for refused in (await api.delete(f"{BASE}/"), await api.patch(BASE, json={"name": "x"})):
        assert (refused.status_code, refused.json()["error"]["detail"]["reason"]) == (403, "system")
    assert (await api.get(BASE)).json() == answer.json()


async def test_whoever_was_overtaken_sees_what_is_there_now(api: httpx.AsyncClient) -> None:
    await made(api, "/a")
    seen = {"if-match": (await api.get(f"{BASE}/a")).headers["etag"]}
    first = await api.patch(f"{BASE}/a", json={"steps": [PDF]}, headers=seen)
    assert first.status_code == 200
    for late in (
        await api.patch(f"{BASE}/a", json={"steps": []}, headers=seen),
        await api.patch(f"{BASE}/a", json={"name": "b"}, headers=seen),
        await api.delete(f"{BASE}/a", headers=seen),
    ):
        assert (late.status_code, late.json()["error"]["code"]) == (412, "precondition_failed")
        assert late.json()["error"]["detail"]["current"] == first.json()
    assert (await api.delete(f"{BASE}/a", headers={"if-match": first.headers["etag"]})).status_code == 204


async def test_of_those_who_change_at_once_one_is_first(api: httpx.AsyncClient) -> None:
    await made(api, "/a")
    seen = {"if-match": (await api.get(f"{BASE}/a")).headers["etag"]}
    statuses: list[int] = []

    async def change(number: int) -> None:
        steps = [{"op": "size", "min_bytes": number}]
        statuses.append((await api.patch(f"{BASE}/a", json={"steps": steps}, headers=seen)).status_code)

    async with trio.open_nursery() as nursery:
        for number in range(6):
            nursery.start_soon(change, number)
    assert sorted(statuses) == [200, *[412] * 5]


async def test_mount_entries_added_at_once_are_all_there(api: httpx.AsyncClient) -> None:
    await made(api, "/a")
    async with trio.open_nursery() as nursery:
        for number in range(6):
            mount = {**HOME, "source": {"node_id": "node-laptop", "export_path": f"/{number}"}}
            patch: JsonObject = {"mount_ops": [{"op": "add", "mount": mount}]}
            nursery.start_soon(_patched, api, patch)
    found = (await api.get(f"{BASE}/a")).json()["mounts"]
    assert sorted(each["source"]["export_path"] for each in found) == [f"/{number}" for number in range(6)]


async def _patched(api: httpx.AsyncClient, patch: JsonObject) -> None:
    answer = await api.patch(f"{BASE}/a", json=patch)
    assert answer.status_code == 200, answer.text


async def test_what_is_handed_down_is_shown_below(api: httpx.AsyncClient) -> None:
    await made(api, "/a/b")
    mount = {**HOME, "mount_id": "aaaaaaaa", "steps": [PDF]}
    before = (await api.get(f"{BASE}/a/b")).headers["etag"]
    await api.patch(
        f"{BASE}/a",
        json={"steps": [PDF], "enforce_steps_on_children": True, "mounts": [mount, {**HOME, "mount_id": "bbbbbbbb"}]},
    )
    step = {**PDF, "on_match": "continue"}
    below = await api.get(f"{BASE}/a/b")
    assert below.json()["inherited"] == [
        {"virtual_path": "/a", "steps": [step], "mounts": [{"mount_id": "aaaaaaaa", "steps": [step]}]}
    ]
    assert below.headers["etag"] != before
    changed = await api.patch(f"{BASE}/a/b", json={"steps": [PDF]}, headers={"if-match": before})
    assert changed.status_code == 200, "only another revision is another document"


async def test_the_same_request_makes_one_directory(api: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "once"}
    first = await api.post(BASE, json={"virtual_path": "/a"}, headers=key)
    again = await api.post(BASE, json={"virtual_path": "/a"}, headers=key)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotent-replay"] == "true"
    assert (await api.post(BASE, json={"virtual_path": "/b"}, headers=key)).status_code == 422
