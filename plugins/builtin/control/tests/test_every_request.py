"""Each request that the protocol knows, asked by each role: who gets which status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import httpx
import pytest

from mosaicfs.model.document import Document

ROLES = ("control", "node:node-a", "mirror", "browser", None)


class Row(NamedTuple):
    """Statuses for control, a node, a mirror, a browser and somebody without a login."""

    method: str
    path: str
    statuses: tuple[int, int, int, int, int]
    body: object = None


DB = "/mosaicfs"
ROWS = [
    Row("GET", "/", (200, 200, 200, 200, 401)),
    Row("GET", "/_up", (200, 200, 200, 403, 401)),
    Row("GET", "/_session", (200, 200, 200, 403, 200)),
    Row("POST", "/_session", (404, 404, 404, 404, 404), {"name": "x"}),
    Row("DELETE", "/_session", (404, 404, 404, 404, 404)),
    Row("GET", "/_all_dbs", (200, 200, 200, 403, 401)),
    Row("GET", "/_uuids?count=3", (200, 200, 200, 403, 401)),
    Row("GET", "/_uuids?count=0", (400, 400, 400, 403, 401)),
    Row("GET", "/_uuids?count=1001", (400, 400, 400, 403, 401)),
    Row("GET", "/_active_tasks", (200, 200, 200, 403, 401)),
    Row("POST", "/_replicate", (501, 501, 501, 403, 401), {}),
    Row("GET", DB, (200, 200, 200, 200, 401)),
    Row("GET", f"{DB}/", (200, 200, 200, 200, 401)),
    Row("HEAD", DB, (200, 200, 200, 200, 401)),
    Row("GET", "/other", (404, 404, 404, 404, 401)),
    Row("PUT", DB, (412, 412, 412, 403, 401)),
    Row("PUT", "/other", (403, 403, 403, 403, 401)),
    Row("DELETE", DB, (403, 403, 403, 403, 401)),
    Row("PATCH", DB, (405, 405, 405, 403, 401), {}),
    Row("GET", f"{DB}/_security", (200, 200, 200, 403, 401)),
    Row("PUT", f"{DB}/_security", (403, 403, 403, 403, 401), {}),
    Row("GET", f"{DB}/_revs_limit", (200, 200, 200, 403, 401)),
    Row("PUT", f"{DB}/_revs_limit", (403, 403, 403, 403, 401), 10),
    Row("POST", f"{DB}/_ensure_full_commit", (201, 201, 201, 403, 401), {}),
    Row("POST", f"{DB}/_compact", (202, 403, 403, 403, 401), {}),
    Row("GET", f"{DB}/_all_docs", (200, 200, 200, 200, 401)),
    Row("POST", f"{DB}/_all_docs", (200, 200, 200, 200, 401), {"keys": ["widget::1"]}),
    Row("GET", f"{DB}/_design_docs", (200, 200, 200, 403, 401)),
    Row("GET", f"{DB}/_design/x", (404, 404, 404, 404, 401)),
    Row("PUT", f"{DB}/_design/x", (403, 403, 403, 403, 401), {"views": {}}),
    Row("GET", f"{DB}/_design/x/_view/y", (501, 501, 501, 403, 401)),
    Row("GET", f"{DB}/_changes", (200, 200, 200, 200, 401)),
    Row("POST", f"{DB}/_changes?filter=_doc_ids", (200, 200, 200, 200, 401), {"doc_ids": []}),
    Row("GET", f"{DB}/_changes?feed=eventsource", (501, 501, 501, 501, 401)),
    Row("GET", f"{DB}/_changes?filter=mine/own", (404, 404, 404, 404, 401)),
    Row("POST", f"{DB}/_find", (200, 200, 200, 403, 401), {"selector": {}}),
    Row("POST", f"{DB}/_explain", (501, 501, 501, 403, 401), {"selector": {}}),
    Row("GET", f"{DB}/_index", (200, 200, 200, 403, 401)),
    Row("POST", f"{DB}/_index", (200, 403, 403, 403, 401), {"index": {"fields": ["n"]}}),
    Row("DELETE", f"{DB}/_index/a/json/b", (403, 403, 403, 403, 401)),
    Row("DELETE", f"{DB}/_index/_design/a/json/b", (403, 403, 403, 403, 401)),
    Row("POST", f"{DB}/_bulk_docs", (201, 201, 403, 403, 401), {"docs": []}),
    Row("POST", f"{DB}/_bulk_get", (200, 200, 200, 200, 401), {"docs": []}),
    Row("POST", f"{DB}/_revs_diff", (200, 200, 200, 200, 401), {}),
    Row("POST", f"{DB}/_missing_revs", (200, 200, 200, 403, 401), {}),
    Row("GET", f"{DB}/_local/c", (404, 404, 404, 404, 401)),
    Row("PUT", f"{DB}/_local/c", (201, 201, 201, 403, 401), {"session_id": "s"}),
    Row("DELETE", f"{DB}/_local/d?rev=0-1", (404, 404, 404, 403, 401)),
    Row("GET", f"{DB}/_local_docs", (200, 200, 200, 404, 401)),
    Row("GET", f"{DB}/label_rule::a%2Fb", (200, 200, 200, 200, 401)),
    Row("HEAD", f"{DB}/widget::1", (200, 200, 200, 404, 401)),
    Row("GET", f"{DB}/status::node-b", (200, 404, 200, 200, 401)),
    Row("GET", f"{DB}/credential::k", (200, 404, 200, 404, 401)),
    Row("GET", f"{DB}/widget::1?open_revs=all", (200, 200, 200, 404, 401)),
    Row("GET", f"{DB}/nowhere", (404, 404, 404, 404, 401)),
    Row("PUT", f"{DB}/widget::1", (409, 403, 403, 403, 401), {"type": "widget"}),
    Row("PUT", f"{DB}/widget::9", (201, 403, 403, 403, 401), {"type": "widget"}),
    Row("POST", DB, (201, 403, 403, 403, 401), {"type": "widget"}),
    Row("DELETE", f"{DB}/widget::2", (409, 409, 403, 403, 401)),
    Row("DELETE", f"{DB}/widget::2?rev=1-aa", (200, 403, 403, 403, 401)),
    Row("COPY", f"{DB}/widget::1", (405, 405, 405, 403, 401)),
    Row("GET", f"{DB}/widget::1/picture.png", (404, 404, 404, 403, 401)),
    Row("PUT", f"{DB}/widget::1/picture.png", (501, 501, 501, 403, 401), "x"),
    Row("POST", f"{DB}/_purge", (501, 501, 501, 403, 401), {}),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
async def test_each_role_gets_its_status(
    row: Row, client: Callable[..., httpx.AsyncClient], seeded: Mapping[str, Document]
) -> None:
    """From the least to the most, so that what a role may not do has not been done before it asks."""
    found = {}
    for user, status in reversed(list(zip(ROLES, row.statuses, strict=True))):
        answer = await client(user).request(row.method, row.path, json=row.body)
        found[user] = answer.status_code
        if row.method != "HEAD" and status >= 400:
            assert {"error", "reason"} <= answer.json().keys(), answer.text
    assert found == dict(zip(ROLES, row.statuses, strict=True))


async def test_a_known_path_tells_which_methods_it_takes(control: httpx.AsyncClient) -> None:
    answer = await control.patch("/mosaicfs/widget::1")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, PUT")


async def test_the_welcome_says_who_we_are(control: httpx.AsyncClient) -> None:
    welcome = (await control.get("/")).json()
    info = (await control.get("/mosaicfs")).json()
    assert (welcome["couchdb"], welcome["version"], welcome["vendor"]["name"]) == ("Welcome", "3.3.0", "MosaicFS")
    assert welcome["uuid"] == info["mosaicfs"]["uuid"]


async def test_a_session_names_its_user(client: Callable[..., httpx.AsyncClient]) -> None:
    assert (await client(None).get("/_session")).json()["userCtx"] == {"name": None, "roles": []}
    who = (await client("node:node-a").get("/_session")).json()["userCtx"]
    assert who == {"name": "node:node-a", "roles": ["node"]}


async def test_random_ids_are_as_many_as_asked_for(control: httpx.AsyncClient) -> None:
    uuids = (await control.get("/_uuids?count=1000")).json()["uuids"]
    assert len(set(uuids)) == 1000


async def test_the_database_is_counted_within_the_scope(
    client: Callable[..., httpx.AsyncClient], seeded: Mapping[str, Document]
) -> None:
    counts = {user: (await client(user).get("/mosaicfs")).json()["doc_count"] for user in ROLES if user}
    assert counts == {"control": 7, "node:node-a": 5, "mirror": 7, "browser": 3}


async def test_an_answer_in_another_form_is_not_to_be_had(control: httpx.AsyncClient) -> None:
    answer = await control.get("/mosaicfs", headers={"accept": "text/html"})
    assert (answer.status_code, answer.json()["error"]) == (406, "not_acceptable")
