"""Labels through the API: given to files, by rules, to many at once, and looked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
import trio

from mosaicfs.model.json import JsonObject
from mosaicfs.model.store import Store
from mosaicfs_control.rest.routing import Instance
from plugins.builtin.control.tests.api.seeds import REPORT, Put, file, file_id, node

ASSIGNMENTS = "/api/labels/assignments"
RULES = "/api/labels/rules"
RULE: Mapping[str, Any] = {
    "node_id": "node-laptop",
    "path_prefix": "/home/ana/Documents/",
    "labels": ["work"],
    "name": "Work",
}


async def assign(api: httpx.AsyncClient, doc_id: str, *labels: str) -> httpx.Response:
    return await api.put(ASSIGNMENTS, json={"file_id": doc_id, "labels": list(labels)})


async def made(api: httpx.AsyncClient, **members: object) -> JsonObject:
    answer = await api.post(RULES, json={**RULE, **members})
    assert answer.status_code == 201, answer.text
    found: JsonObject = answer.json()
    return found


async def over(api: httpx.AsyncClient, begun: httpx.Response) -> Any:
    assert begun.status_code == 202, begun.text
    with trio.fail_after(20):
        while (job := (await api.get(f"{begun.headers['location']}?wait_s=5")).json())["finished_at"] is None:
            pass
    return job


async def found(api: httpx.AsyncClient, query: str) -> list[str]:
    answer = await api.get(f"/api/search?{query}&sort=name")
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def fields_of(answer: httpx.Response) -> list[str]:
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "validation_failed"), answer.text
    return [each["field"] for each in error["detail"]["fields"]]


# --- one file ----------------------------------------------------------------------------------------------------


async def test_labels_of_a_file_keep_their_order_and_none_is_twice(api: httpx.AsyncClient) -> None:
    answer = await assign(api, REPORT, "z", " a ", "z", "u\u0308")
    shown = answer.json()
    assert (answer.status_code, shown["labels"]) == (200, ["z", "a", "ü"])
    assert (shown["file_id"], shown["updated_by"], shown["file"]["name"]) == (REPORT, "owner", "report.pdf")
    assert shown["file"]["source"]["export_path"] == "/home/ana/Documents/report.pdf"
    again = await api.get(ASSIGNMENTS, params={"file_id": REPORT.removeprefix("file::")})
    assert (again.json(), again.headers["etag"]) == (shown, answer.headers["etag"])
    assert (await assign(api, REPORT, "z", "a", "ü")).headers["etag"] == answer.headers["etag"]
    assert (await api.get(f"/api/files/{REPORT}")).json()["labels"] == ["a", "z", "ü"]


async def test_an_empty_list_and_a_deletion_take_all_labels_away(api: httpx.AsyncClient) -> None:
    for _ in range(2):
        await assign(api, REPORT, "a")
        assert (await assign(api, REPORT)).status_code == 204
        assert (await assign(api, REPORT)).status_code == 204
        assert (await api.get(ASSIGNMENTS, params={"file_id": REPORT})).status_code == 404
        await assign(api, REPORT, "a")
        assert (await api.delete(ASSIGNMENTS, params={"file_id": REPORT})).status_code == 204
        assert (await api.delete(ASSIGNMENTS, params={"file_id": REPORT})).status_code == 404
    assert (await api.get("/api/labels")).json()["items"] == []


async def test_whoever_has_not_seen_the_newest_labels_is_told(api: httpx.AsyncClient) -> None:
    stale = {"if-match": (await assign(api, REPORT, "a")).headers["etag"]}
    fresh = {"if-match": (await assign(api, REPORT, "b")).headers["etag"]}
    body = {"file_id": REPORT, "labels": ["c"]}
    refused = await api.put(ASSIGNMENTS, json=body, headers=stale)
    assert (refused.status_code, refused.json()["error"]["detail"]["current"]["labels"]) == (412, ["b"])
    assert (await api.delete(ASSIGNMENTS, params={"file_id": REPORT}, headers=stale)).status_code == 412
    assert (await api.put(ASSIGNMENTS, json=body, headers=fresh)).status_code == 200


@pytest.mark.parametrize(
    "labels",
    [["a\nb"], ["tab\t"], [""], ["   "], ["x" * 201], ["ü" * 101], ["\x7f"], [f"l{n}" for n in range(101)], [1]],
)
async def test_what_is_no_label_is_refused_by_its_field(api: httpx.AsyncClient, labels: list[Any]) -> None:
    answer = await api.put(ASSIGNMENTS, json={"file_id": REPORT, "labels": labels})
    assert fields_of(answer)[0].startswith("labels")
    assert (await api.get(ASSIGNMENTS)).json()["total"] == 0


async def test_a_hundred_labels_are_not_too_many(api: httpx.AsyncClient) -> None:
    assert (await assign(api, REPORT, *(f"l{n}" for n in range(100)))).status_code == 200


async def test_a_file_that_nobody_knows_gets_no_labels(api: httpx.AsyncClient) -> None:
    assert (await assign(api, "file::none", "a")).status_code == 404
    for path in (ASSIGNMENTS, "/api/labels/effective"):
        assert (await api.get(path, params={"file_id": "file::none"})).status_code == 404
    assert fields_of(await api.get("/api/labels/effective")) == [""]


# --- lists -------------------------------------------------------------------------------------------------------


async def test_assignments_are_found_by_label_node_and_part_of_the_path(api: httpx.AsyncClient) -> None:
    await assign(api, file_id(1), "a")
    await assign(api, file_id(2), "a", "b")
    await assign(api, file_id(3), "b")

    async def ids(**params: str) -> list[str]:
        shown = (await api.get(ASSIGNMENTS, params=params)).json()
        assert shown["total"] == len(shown["items"])
        return [item["file_id"] for item in shown["items"]]

    assert await ids() == [file_id(1), file_id(2), file_id(3)]
    assert await ids(label="a") == [file_id(1), file_id(2)]
    assert await ids(label="b", node_id="node-nas") == [file_id(3)]
    assert await ids(path="Pictures") == [file_id(2)]
    assert await ids(path="Pictures", label="none") == []


@pytest.mark.parametrize("filters", [{}, {"label": "a"}, {"path": "/many/"}])
async def test_a_walk_through_assignments_meets_each_once_while_others_come_and_go(
    api: httpx.AsyncClient, put: Put, filters: dict[str, str]
) -> None:
    await put({file_id(100 + n): file(f"/many/{n}") for n in range(40)})
    for n in range(0, 40, 2):
        await assign(api, file_id(100 + n), "a", "b")
    met: list[str] = []
    params = {"limit": "7", "count": "none", **filters}
    while True:
        page = (await api.get(ASSIGNMENTS, params=params)).json()
        met += [item["file_id"] for item in page["items"]]
        if "next_cursor" not in page:
            break
        params["cursor"] = page["next_cursor"]
        await assign(api, file_id(101 + 2 * len(met)), "a")
        await api.delete(ASSIGNMENTS, params={"file_id": met[0]})
    steady = {file_id(100 + n) for n in range(0, 40, 2)}
    assert [each for each in met if each in steady] == sorted(steady)
    assert len(met) == len(set(met))
    other = {**params, "label": "b"}
    assert (await api.get(ASSIGNMENTS, params=other)).json()["error"]["code"] == "invalid_cursor"


async def test_all_labels_are_listed_with_their_counts(api: httpx.AsyncClient) -> None:
    await assign(api, REPORT, "work", "q3")
    await assign(api, file_id(2), "q3")
    await made(api, labels=["work", "play"], enabled=False)
    shown = (await api.get("/api/labels")).json()
    assert shown["total"] == 3
    assert [(item["label"], item["assignment_count"], item["rule_count"]) for item in shown["items"]] == [
        ("play", 0, 1),
        ("q3", 2, 0),
        ("work", 1, 1),
    ]
    assert [item["label"] for item in (await api.get("/api/labels?prefix=w")).json()["items"]] == ["work"]
    assert [item["label"] for item in (await api.get("/api/labels?offset=1&limit=1")).json()["items"]] == ["q3"]


# --- rules -------------------------------------------------------------------------------------------------------


async def test_a_rule_gives_its_labels_to_all_files_below_it(api: httpx.AsyncClient) -> None:
    await assign(api, REPORT, "work", "urgent")
    rule = await made(api)
    assert rule["match_count"] == 2
    effective = (await api.get("/api/labels/effective", params={"file_id": REPORT})).json()
    assert effective["file_id"] == REPORT
    by_rule = {"label": "work", "source": "rule", "rule_id": rule["rule_id"], "rule_name": "Work"}
    assert effective["labels"] == [
        {"label": "urgent", "source": "direct"},
        {"label": "work", "source": "direct"},
        by_rule,
    ]
    shown = (await api.get(f"/api/files/{REPORT}?include=labels")).json()
    assert shown["labels"] == effective["labels"]
    assert await found(api, "label=work") == ["Report 2025.txt", "report.pdf"]
    assert await found(api, "label=work&label=urgent") == ["report.pdf"]
    assert await found(api, "label_any=urgent,none&label_not=none") == ["report.pdf"]
    assert await found(api, "label_not=work") == ["cat.jpg", "report.tar.gz"]
    assert await found(api, "q=label:work -label:urgent") == ["Report 2025.txt"]


async def test_a_rule_is_changed_switched_off_moved_and_deleted(api: httpx.AsyncClient) -> None:
    made_one = await api.post(RULES, json=RULE)
    at, tag = made_one.headers["location"], made_one.headers["etag"]
    assert (await api.get(at)).json() == made_one.json()
    off = await api.patch(at, json={"enabled": False}, headers={"if-match": tag})
    assert (off.status_code, off.json()["enabled"], off.json()["match_count"]) == (200, False, 2)
    assert await found(api, "label=work") == []
    assert (await api.patch(at, json={"enabled": True}, headers={"if-match": tag})).status_code == 412
    moved = await api.patch(at, json={"enabled": True, "node_id": "*", "path_prefix": "/", "labels": ["all"]})
    assert (moved.status_code, moved.json()["match_count"], moved.json()["labels"]) == (200, 4, ["all"])
    assert len(await found(api, "label=all")) == 4
    assert (await api.get(f"{RULES}?node_id=*&enabled=true")).json()["total"] == 1
    assert (await api.get(f"{RULES}?enabled=false")).json()["items"] == []
    assert (await api.delete(at, headers={"if-match": tag})).status_code == 412
    assert (await api.delete(at)).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert (await api.request(method, at, json={} if method == "PATCH" else None)).status_code == 404
    assert await found(api, "label_any=all,work") == []


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"path_prefix": "/home/ana"}, "path_prefix"),
        ({"path_prefix": "home/"}, "path_prefix"),
        ({"path_prefix": "/home//"}, "path_prefix"),
        ({"path_prefix": "/home/../"}, "path_prefix"),
        ({"path_prefix": ""}, "path_prefix"),
        ({"node_id": "node-none"}, "node_id"),
        ({"labels": []}, "labels"),
        ({"labels": ["a", "b\x00"]}, "labels[1]"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"color": "red"}, ""),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_by_its_field(
    api: httpx.AsyncClient, members: dict[str, Any], field: str
) -> None:
    assert fields_of(await api.post(RULES, json={**RULE, **members})) == [field]
    rule = await made(api)
    assert fields_of(await api.patch(f"{RULES}/{rule['rule_id']}", json=members)) == [field]
    assert (await api.get(RULES)).json()["items"] == [rule]


async def test_a_rule_can_be_looked_at_before_it_is_made(api: httpx.AsyncClient, put: Put) -> None:
    await put({file_id(100 + n): file(f"/srv/many/{n}", node_id="node-nas") for n in range(20)})
    scope = {"node_id": "node-nas", "path_prefix": "/srv/"}
    shown = (await api.post(f"{RULES}/preview", json=scope)).json()
    assert (shown["total"], len(shown["items"])) == (21, 10)
    everywhere = (await api.post(f"{RULES}/preview", json={"node_id": "*", "path_prefix": "/"})).json()
    assert everywhere["total"] == 24
    assert fields_of(await api.post(f"{RULES}/preview", json={**scope, "path_prefix": "/srv"})) == ["path_prefix"]
    assert (await api.get(RULES)).json()["items"] == []


async def test_a_rule_for_all_nodes_leaves_peers_out(api: httpx.AsyncClient, put: Put) -> None:
    await put(
        {
            "node::node-peer": node("node-peer", role="peer"),
            file_id(100): file("/shared/plan.txt", node_id="node-peer"),
            file_id(101): file("/shared/own.txt"),
        }
    )
    every = await made(api, node_id="*", path_prefix="/shared/")
    assert (every["match_count"], await found(api, "label=work")) == (1, ["own.txt"])
    assert (await api.get(f"/api/files/{file_id(100)}")).json()["labels"] == []
    one = await made(api, node_id="node-peer", path_prefix="/shared/")
    assert (one["match_count"], await found(api, "label=work")) == (1, ["own.txt", "plan.txt"])


async def test_one_key_makes_one_rule(api: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "once"}
    first, second = [await api.post(RULES, json=RULE, headers=headers) for _ in range(2)]
    assert (first.json(), second.headers["idempotent-replay"]) == (second.json(), "true")
    assert (await api.get(RULES)).json()["total"] == 1


# --- many files --------------------------------------------------------------------------------------------------


async def test_many_files_are_labelled_by_id_and_each_that_cannot_be_is_named(api: httpx.AsyncClient) -> None:
    await assign(api, REPORT, "old", "work")
    await assign(api, file_id(1), "work")
    await assign(api, file_id(2), "old")
    await assign(api, file_id(3), *(f"l{n}" for n in range(100)))
    ids = [REPORT, file_id(1), file_id(2).removeprefix("file::"), file_id(3), "file::none", REPORT]
    body = {"file_ids": ids, "add": ["work"], "remove": ["old"]}
    job = await over(api, await api.post(f"{ASSIGNMENTS}/bulk", json=body))
    assert (job["kind"], job["state"], job["result"]) == ("label_bulk", "done_with_errors", {"files": 2})
    assert job["counts"] == {"planned": 5, "done": 2, "skipped": 1, "failed": 2}
    assert sorted((error["file_id"], error["code"]) for error in job["errors"]) == [
        (file_id(3), "validation_failed"),
        ("file::none", "not_found"),
    ]
    shown = (await api.get(f"{ASSIGNMENTS}?label=work")).json()["items"]
    assert [(item["file_id"], item["labels"]) for item in shown] == [
        (file_id(1), ["work"]),
        (file_id(2), ["work"]),
        (REPORT, ["work"]),
    ]


async def test_all_that_a_filter_finds_is_labelled_once(api: httpx.AsyncClient, put: Put) -> None:
    await put({file_id(1_000 + n): file(f"/srv/many/{n}.log", node_id="node-nas") for n in range(1_200)})
    filters = {"q": "ext:log", "node": ["Nas"], "label_not": ["seen"], "size_max": 10}
    job = await over(api, await api.post(f"{ASSIGNMENTS}/bulk", json={"filter": filters, "add": ["seen"]}))
    assert (job["state"], job["result"], job["counts"]["planned"]) == ("done", {"files": 1_200}, 1_200)
    assert (await api.get("/api/search?label=seen&limit=1")).json()["total"] == 1_200
    again = await over(api, await api.post(f"{ASSIGNMENTS}/bulk", json={"filter": filters, "add": ["seen"]}))
    assert again["result"] == {"files": 0}
    filters = {"label": "seen", "ext": "log"}
    gone = await over(api, await api.post(f"{ASSIGNMENTS}/bulk", json={"filter": filters, "remove": ["seen"]}))
    assert gone["result"] == {"files": 1_200}
    assert (await api.get("/api/labels")).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"file_ids": [REPORT]}, "add"),
        ({"add": ["a"]}, "file_ids"),
        ({"file_ids": [REPORT], "filter": {"q": "a"}, "add": ["a"]}, "file_ids"),
        ({"file_ids": [REPORT], "add": ["a"], "remove": ["a"]}, "remove"),
        ({"file_ids": [REPORT] * 5_001, "add": ["a"]}, "file_ids"),
        ({"filter": {}, "add": ["a"]}, "filter"),
        ({"filter": {"limit": 1}, "add": ["a"]}, "filter.limit"),
        ({"filter": {"q": {"a": 1}}, "add": ["a"]}, "filter.q"),
        ({"filter": {"nonsense": "a"}, "add": ["a"]}, "nonsense"),
        ({"filter": {"node": "nobody"}, "add": ["a"]}, "node"),
        ({"file_ids": [REPORT], "add": ["a\n"]}, "add[0]"),
    ],
)
async def test_work_on_many_that_makes_no_sense_makes_no_job(
    api: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    assert fields_of(await api.post(f"{ASSIGNMENTS}/bulk", json=body)) == [field]
    assert (await api.get("/api/jobs")).json()["total"] == 0


async def test_a_renamed_label_joins_one_that_is_in_use(api: httpx.AsyncClient) -> None:
    await assign(api, REPORT, "a", "old", "new")
    await assign(api, file_id(1), "old", "z")
    await assign(api, file_id(2), "z")
    rule = await made(api, labels=["new", "old"], enabled=False)
    job = await over(api, await api.post("/api/labels/rename", json={"from": "old", "to": " new"}))
    assert (job["kind"], job["state"], job["result"]) == ("label_rename", "done", {"rules": 1, "files": 2})
    assert job["request"] == {"from": "old", "to": "new"}
    shown = (await api.get(ASSIGNMENTS)).json()["items"]
    labels = {item["file_id"]: item["labels"] for item in shown}
    assert labels == {REPORT: ["a", "new"], file_id(1): ["new", "z"], file_id(2): ["z"]}
    assert (await api.get(f"{RULES}/{rule['rule_id']}")).json()["labels"] == ["new"]
    unknown = await api.post("/api/labels/rename", json={"from": "old", "to": "x"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")
    assert fields_of(await api.post("/api/labels/rename", json={"from": "new", "to": "new"})) == ["to"]
    assert fields_of(await api.post("/api/labels/rename", json={"from": "new", "to": "a\x00"})) == ["to"]


# --- searches and events -----------------------------------------------------------------------------------------


async def test_a_search_counts_labels_and_says_what_it_understood(api: httpx.AsyncClient) -> None:
    await made(api)
    await assign(api, file_id(1), "urgent")
    answer = (await api.get("/api/search?q=report&label=work&label_not=x&facets=label")).json()
    assert answer["interpretation"] == "Names that contain “report”, labelled work, not labelled x"
    assert answer["facets"]["label"] == [{"value": "work", "count": 2}, {"value": "urgent", "count": 1}]
    assert [item["labels"] for item in answer["items"]] == [["work"], ["urgent", "work"]]
    listed = (await api.get("/api/files?label=work&include=labels,paths&sort=name")).json()["items"]
    assert [[each["source"] for each in item["labels"]] for item in listed] == [["direct", "rule"], ["rule"]]
    assert [item["paths"] for item in listed] == [[], []]
    looked_up = (await api.post("/api/files/lookup", json={"file_ids": [REPORT], "include": "labels"})).json()
    assert looked_up["items"][0]["labels"][0]["rule_name"] == "Work"


@pytest.mark.parametrize("query", ["include=everything", "include=annotations"])
async def test_what_cannot_be_included_is_refused(api: httpx.AsyncClient, query: str) -> None:
    assert fields_of(await api.get(f"/api/files?{query}")) == ["include"]
    assert fields_of(await api.get(f"/api/files/{REPORT}?{query}")) == ["include"]


async def test_a_deleted_file_has_no_labels_in_force(api: httpx.AsyncClient) -> None:
    await made(api, path_prefix="/")
    await assign(api, file_id(4), "urgent")
    assert (await api.get(f"/api/files/{file_id(4)}")).json()["labels"] == []
    assert (await api.get(ASSIGNMENTS, params={"file_id": file_id(4)})).json()["labels"] == ["urgent"]
    assert (await api.get("/api/search?label=urgent&status=any")).json()["total"] == 0


async def test_everybody_is_told_of_labels_and_rules(api: httpx.AsyncClient, instance: Instance, store: Store) -> None:
    since = (await api.get("/api/events?timeout_s=0", headers={"accept": "application/json"})).json()["last"]
    await assign(api, REPORT, "a")
    rule = await made(api)
    told: dict[str, Any] = {}
    with trio.fail_after(10):
        while {"labels.changed", "label_rule.changed"} - set(told):
            answer = await api.get(
                f"/api/events?since={since}&timeout_s=5&types=labels.changed,label_rule.changed",
                headers={"accept": "application/json"},
            )
            told = {event["type"]: event["data"] for event in answer.json()["items"]}
    assert told["labels.changed"] == {"file_ids": [REPORT], "count": 1, "truncated": False}
    assert (told["label_rule.changed"]["id"], told["label_rule.changed"]["change"]) == (rule["rule_id"], "created")
