"""Documents by id, by selector, and what is kept apart from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from mosaicfs.model.document import Document

DB = "/mosaicfs"


def ids_of(answer: httpx.Response) -> list[str]:
    return [row["id"] for row in answer.json()["rows"]]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ('?startkey="w"', ["widget::1", "widget::2"]),
        ('?startkey="status"&endkey="widget::1"', ["status::node-a", "status::node-b", "widget::1"]),
        ('?start_key="status"&end_key="widget::1"&inclusive_end=false', ["status::node-a", "status::node-b"]),
        ('?descending=true&startkey="widget::2"&endkey="widget::1"', ["widget::2", "widget::1"]),
        ("?descending=true&limit=1", ["widget::2"]),
        ("?limit=2&skip=5", ["widget::1", "widget::2"]),
        ("?limit=0", []),
        ('?key="file::f"', ["file::f"]),
        ('?key="none"', []),
    ],
)
async def test_a_range_of_ids(
    query: str, ids: list[str], control: httpx.AsyncClient, seeded: Mapping[str, Document]
) -> None:
    assert ids_of(await control.get(f"{DB}/_all_docs{query}")) == ids


async def test_a_listing_counts_what_the_caller_may_see(
    client: Callable[..., httpx.AsyncClient], seeded: Mapping[str, Document]
) -> None:
    found = (await client("browser").get(f"{DB}/_all_docs?limit=1&skip=1&update_seq=true")).json()
    assert (found["total_rows"], found["offset"]) == (3, 1)
    assert [row["id"] for row in found["rows"]] == ["status::node-a"]
    assert found["update_seq"].startswith("7-")


async def test_named_documents_come_in_the_order_asked(
    control: httpx.AsyncClient, seeded: Mapping[str, Document]
) -> None:
    rev = (await control.delete(f"{DB}/widget::2?rev=1-aa")).json()["rev"]
    keys = {"keys": ["widget::2", "never", "widget::1"]}
    rows = (await control.post(f"{DB}/_all_docs?include_docs=true", json=keys)).json()["rows"]
    assert rows[0] == {"id": "widget::2", "key": "widget::2", "value": {"rev": rev, "deleted": True}, "doc": None}
    assert rows[1] == {"key": "never", "error": "not_found"}
    assert rows[2]["doc"] == {"_id": "widget::1", "_rev": "1-aa", "n": 1, "type": "widget"}
    turned = (await control.post(f"{DB}/_all_docs?descending=true&limit=1", json=keys)).json()["rows"]
    assert [row["key"] for row in turned] == ["widget::1"]


@pytest.mark.parametrize("query", ["limit=x", "skip=-1", "startkey=5", "startkey=w", "descending=1", "limit=1e9"])
async def test_a_parameter_that_makes_no_sense_is_named(query: str, control: httpx.AsyncClient) -> None:
    answer = await control.get(f"{DB}/_all_docs?{query}")
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert query.partition("=")[0] in answer.json()["reason"]


async def test_a_query_finds_shows_and_goes_on(control: httpx.AsyncClient, seeded: Mapping[str, Document]) -> None:
    asked: dict[str, Any] = {"selector": {"n": {"$gt": 0}}, "fields": ["_id", "n"], "limit": 3, "execution_stats": True}
    first = (await control.post(f"{DB}/_find", json=asked)).json()
    assert first["docs"][0] == {"_id": "credential::k", "n": 5}
    assert first["execution_stats"]["results_returned"] == 3
    rest = (await control.post(f"{DB}/_find", json=asked | {"bookmark": first["bookmark"]})).json()
    assert [doc["_id"] for doc in first["docs"] + rest["docs"]] == [
        "credential::k", "file::f", "label_rule::a/b", "widget::1", "widget::2",
    ]  # fmt: skip
    sorted_down = {"selector": {"type": "widget"}, "sort": [{"n": "desc"}], "fields": ["n"]}
    assert (await control.post(f"{DB}/_find", json=sorted_down)).json()["docs"] == [{"n": 2}, {"n": 1}]


async def test_a_query_sees_its_scope_alone(
    client: Callable[..., httpx.AsyncClient], seeded: Mapping[str, Document]
) -> None:
    found = (await client("node:node-a").post(f"{DB}/_find", json={"selector": {}})).json()
    assert {doc["_id"] for doc in found["docs"]} == set(seeded) - {"credential::k", "status::node-b"}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "bad_request"),
        ({"selector": 5}, "bad_request"),
        ({"selector": {"a": {"$near": 1}}}, "invalid_operator"),
        ({"selector": {"a": {"$in": 1}}}, "bad_arg"),
        ({"selector": {"a": {"$regex": "("}}}, "bad_arg"),
        ({"selector": {}, "limit": 10_001}, "bad_request"),
        ({"selector": {}, "sort": [{"a": "asc"}, {"b": "desc"}]}, "unsupported_mixed_sort"),
        ({"selector": {}, "bookmark": "nonsense!"}, "bad_request"),
    ],
)
async def test_a_query_that_is_wrong_is_refused(body: object, error: str, control: httpx.AsyncClient) -> None:
    answer = await control.post(f"{DB}/_find", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, error), answer.text


async def test_an_index_is_there_already(control: httpx.AsyncClient) -> None:
    made = (await control.post(f"{DB}/_index", json={"index": {"fields": ["n"]}, "name": "by-n"})).json()
    assert (made["result"], made["name"]) == ("exists", "by-n")
    assert (await control.get(f"{DB}/_index")).json()["indexes"][0]["name"] == "_all_docs"


async def test_a_checkpoint_is_kept_for_its_caller_alone(client: Callable[..., httpx.AsyncClient]) -> None:
    mirror, node = client("mirror"), client("node:node-a")
    path = f"{DB}/_local/_odd.name"
    first = (await mirror.put(path, json={"session_id": "s", "n": 1.5})).json()
    assert first == {"ok": True, "id": "_local/_odd.name", "rev": "0-1"}
    assert (await mirror.get(path)).json() == {"_id": "_local/_odd.name", "_rev": "0-1", "n": 1.5, "session_id": "s"}
    assert (await mirror.get(f"{DB}/_local%2F_odd.name")).status_code == 200
    assert (await node.get(path)).status_code == 404
    assert (await mirror.put(path, json={"session_id": "t"})).status_code == 409
    second = (await mirror.put(path, json={"_id": "_local/_odd.name", "_rev": "0-1", "session_id": "t"})).json()
    assert second["rev"] == "0-2"
    listed = (await mirror.get(f"{DB}/_local_docs")).json()["rows"]
    assert listed == [{"id": "_local/_odd.name", "key": "_local/_odd.name", "value": {"rev": "0-2"}}]
    assert (await mirror.delete(f"{path}?rev=0-1")).status_code == 409
    assert (await mirror.delete(f"{path}?rev=0-2")).status_code == 200
    assert (await mirror.get(path)).status_code == 404


async def test_a_checkpoint_is_neither_listed_nor_in_the_feed(control: httpx.AsyncClient) -> None:
    await control.put(f"{DB}/_local/c", json={"a": 1})
    assert ids_of(await control.get(f"{DB}/_all_docs")) == []
    assert (await control.get(f"{DB}/_changes")).json()["results"] == []


async def test_a_checkpoint_has_a_size(control: httpx.AsyncClient) -> None:
    answer = await control.put(f"{DB}/_local/c", json={"a": "x" * 65_536})
    assert (answer.status_code, answer.json()["error"]) == (413, "document_too_large")
    assert (await control.put(f"{DB}/_local/c", json={"_rev": 5})).status_code == 400
