"""Whole conversations as replicators of the field hold them, request by request in their order and manner.

The peers themselves take part in `tests/journeys`; here each step and its status stands written down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import httpx
import msgspec

from mosaicfs.model.document import Document
from mosaicfs.model.role import UPSTREAM
from mosaicfs.model.store import Store

DB = "/mosaicfs"
POUCHDB = {"accept": "application/json", "content-type": "application/json"}


class Step(NamedTuple):
    method: str
    path: str
    status: int
    body: object = None


async def hold(
    caller: httpx.AsyncClient, steps: list[Step], headers: Mapping[str, str] = POUCHDB
) -> list[httpx.Response]:
    """The answers, once each status was the expected one."""
    found = []
    for step in steps:
        content = None if step.body is None else msgspec.json.encode(step.body)
        answer = await caller.request(step.method, step.path, content=content, headers=headers)
        assert answer.status_code == step.status, (step, answer.text)
        found.append(answer)
    return found


async def test_pouchdb_pulls_as_a_browser(
    client: Callable[..., httpx.AsyncClient], seeded: Mapping[str, Document]
) -> None:
    """It looks for its checkpoint, finds none to be had here, and keeps it on its own side."""
    browser = client("browser")
    opening = [
        Step("GET", "/", 200),
        Step("GET", f"{DB}/", 200),
        Step("GET", f"{DB}/_local/5AlBvI0Sqrlh6FQf2mJdTg%3D%3D", 404),
        Step("GET", f"{DB}/_changes?style=all_docs&since=0&limit=100", 200),
    ]
    page = (await hold(browser, opening))[-1].json()
    asked = {"docs": [{"id": row["id"], "rev": change["rev"]} for row in page["results"] for change in row["changes"]]}
    closing = [
        Step("POST", f"{DB}/_bulk_get?revs=true&latest=true", 200, asked),
        Step("GET", f"{DB}/", 200),
        Step("GET", f"{DB}/_changes?style=all_docs&since={page['last_seq']}&limit=100", 200),
        Step("GET", f"{DB}/_changes?style=all_docs&feed=longpoll&timeout=100&since={page['last_seq']}&limit=25", 200),
        Step("PUT", f"{DB}/_local/5AlBvI0Sqrlh6FQf2mJdTg%3D%3D", 403, {"last_seq": page["last_seq"]}),
    ]
    bulk, _, rest, live, _ = await hold(browser, closing)
    assert {result["docs"][0]["ok"]["_id"] for result in bulk.json()["results"]} == {
        "label_rule::a/b", "status::node-a", "status::node-b",
    }  # fmt: skip
    assert (rest.json()["results"], live.json()["results"]) == ([], [])


async def test_pouchdb_pushes_as_a_node(client: Callable[..., httpx.AsyncClient]) -> None:
    checkpoint = f"{DB}/_local/_x.y%3D%3D"
    edited = {"_id": "w", "type": "widget", "node_id": "node-a", "n": 2}
    docs = [edited | {"_rev": "2-bb", "_revisions": {"start": 2, "ids": ["bb", "aa"]}}]
    steps = [
        Step("GET", "/", 200),
        Step("GET", f"{DB}/", 200),
        Step("GET", checkpoint, 404),
        Step("POST", f"{DB}/_revs_diff", 200, {"w": ["2-bb"]}),
        Step("POST", f"{DB}/_bulk_docs", 201, {"docs": docs, "new_edits": False}),
        Step("PUT", checkpoint, 201, {"_id": "_local/_x.y==", "session_id": "s", "last_seq": 1, "history": []}),
        Step("POST", f"{DB}/_revs_diff", 200, {"w": ["2-bb"]}),
        Step("GET", checkpoint, 200),
    ]
    *_, missing, refused, put, nothing, kept = [answer.json() for answer in await hold(client("node:node-a"), steps)]
    assert (missing, refused, nothing) == ({"w": {"missing": ["2-bb"]}}, [], {})
    assert (put["rev"], kept["_rev"], kept["last_seq"]) == ("0-1", "0-1", 1)


async def test_couchdb_pulls_as_a_mirror(client: Callable[..., httpx.AsyncClient], store: Store) -> None:
    """Its sequences are JSON in the query, it may fetch leaf by leaf, and it reads parts."""
    path = ("bb", "aa")
    await store.write([Document("a/b", "2-bb", b'{"type":"widget"}', path=path)], writer=UPSTREAM, new_edits=False)
    mirror = client("mirror")
    steps = [
        Step("POST", "/_session", 404, {"name": "mirror", "password": "x"}),
        Step("GET", "/", 200),
        Step("HEAD", DB, 200),
        Step("GET", DB, 200),
        Step("GET", f"{DB}/_local%2Fc0ffee%2Bcontinuous", 404),
        Step("PUT", f"{DB}/_local%2Fc0ffee%2Bcontinuous", 201, {"_id": "_local/c0ffee+continuous"}),
        Step("GET", f"{DB}/_changes?feed=normal&style=all_docs&since=0&timeout=10000", 200),
        Step("POST", f"{DB}/_bulk_get?latest=true&revs=true&attachments=false", 200, {"docs": [{"id": "a/b"}]}),
    ]
    *_, feed, bulk = await hold(mirror, steps)
    page = feed.json()
    assert bulk.json()["results"][0]["docs"][0]["ok"]["_revisions"] == {"start": 2, "ids": ["bb", "aa"]}
    leaf = f"{DB}/a%2Fb?revs=true&open_revs=%5B%222-bb%22%5D&latest=true"
    last = f'{DB}/_changes?feed=continuous&style=all_docs&since="{page["last_seq"]}"&timeout=100'
    closing = [
        Step("GET", leaf, 200),
        Step("GET", last, 200),
        Step("POST", f"{DB}/_ensure_full_commit", 201),
        Step("PUT", f"{DB}/_local%2Fc0ffee%2Bcontinuous", 201, {"_rev": "0-1", "source_last_seq": page["last_seq"]}),
    ]
    parts, lines, _, again = await hold(mirror, closing, POUCHDB | {"accept": "multipart/mixed"})
    assert '"_rev":"2-bb"' in parts.text
    assert lines.text.split() == [msgspec.json.encode({"last_seq": page["last_seq"], "pending": 0}).decode()]
    assert again.json()["rev"] == "0-2"
