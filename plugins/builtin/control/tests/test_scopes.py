"""A caller can tell nothing about ids outside its scope, whatever it asks and however it asks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

import httpx
import pytest

from mosaicfs.model.document import Document
from mosaicfs.model.role import UPSTREAM
from mosaicfs.model.store import Store

HIDDEN = {
    "browser": ["widget::1", "widget::2", "file::f", "credential::k"],
    "node:node-a": ["credential::k", "status::node-b"],
}
DB = "/mosaicfs"


def questions(ids: list[str]) -> list[tuple[str, str, object]]:
    """Everything that could be asked about these ids: by name, by range, by filter, in bulk, by writing."""
    asked: list[tuple[str, str, object]] = [
        ("GET", DB, None),
        ("GET", f"{DB}/_all_docs?include_docs=true", None),
        ("GET", f"{DB}/_all_docs?descending=true&skip=1&limit=2", None),
        ("POST", f"{DB}/_all_docs?include_docs=true&conflicts=true", {"keys": ids}),
        ("GET", f"{DB}/_changes?include_docs=true&style=all_docs", None),
        ("GET", f"{DB}/_changes?descending=true&limit=3", None),
        ("POST", f"{DB}/_changes?filter=_doc_ids", {"doc_ids": ids}),
        ("POST", f"{DB}/_changes?filter=_selector", {"selector": {"_id": {"$in": ids}}}),
        ("POST", f"{DB}/_changes?feed=longpoll&timeout=50&filter=_doc_ids", {"doc_ids": ids}),
        ("POST", f"{DB}/_find", {"selector": {"_id": {"$gt": ""}}, "limit": 100}),
        ("POST", f"{DB}/_bulk_get?revs=true", {"docs": [{"id": doc_id} for doc_id in ids]}),
        ("POST", f"{DB}/_bulk_get?latest=true", {"docs": [{"id": doc_id, "rev": "1-aa"} for doc_id in ids]}),
        ("POST", f"{DB}/_revs_diff", {doc_id: ["1-aa", "2-zz"] for doc_id in ids}),
        ("POST", f"{DB}/_missing_revs", {doc_id: ["1-aa"] for doc_id in ids}),
        ("POST", f"{DB}/_bulk_docs", {"docs": [{"_id": doc_id, "type": "widget"} for doc_id in ids]}),
        ("POST", f"{DB}/_bulk_docs", {"new_edits": False, "docs": [{"_id": i, "_rev": "1-aa"} for i in ids]}),
    ]
    for doc_id in ids:
        path = f"{DB}/{quote(doc_id, safe='')}"
        ways = ["", "?rev=1-aa", "?open_revs=all", '?open_revs=["1-aa"]&latest=true', "?meta=true&revs=true"]
        asked += [("GET", path + query, None) for query in ways]
        asked += [
            ("HEAD", path, None),
            ("PUT", path, {"type": "widget"}),
            ("PUT", path + "?rev=1-aa", {"type": "widget"}),
            ("DELETE", path, None),
            ("DELETE", path + "?rev=1-aa", None),
        ]
    return asked


async def answers(caller: httpx.AsyncClient, ids: list[str]) -> list[tuple[str, str, int, str, str | None]]:
    """Without what differs between any two requests."""
    found = []
    for method, path, body in questions(ids):
        answer = await caller.request(method, path, json=body, headers={"accept": "application/json"})
        found.append((method, path, answer.status_code, answer.text, answer.headers.get("etag")))
    return found


@pytest.mark.parametrize("user", HIDDEN)
async def test_a_hidden_document_and_none_at_all_answer_alike(
    user: str, store: Store, client: Callable[..., httpx.AsyncClient], seeded: Mapping[str, Document]
) -> None:
    """Asked while it is there, and again when it has been dropped: not one answer may differ."""
    hidden = HIDDEN[user]
    caller = client(user)
    before = await answers(caller, hidden)
    for doc_id in hidden:
        await store.drop(doc_id)
    after = await answers(caller, hidden)
    for (method, path, *seen), (_, _, *unseen) in zip(before, after, strict=True):
        if path != DB:  # sizes and sequences are the store's own
            assert seen == unseen, (method, path)


@pytest.mark.parametrize("user", HIDDEN)
async def test_no_answer_names_what_is_hidden_unless_it_was_asked_for(
    user: str, client: Callable[..., httpx.AsyncClient], seeded: Mapping[str, Document]
) -> None:
    for method, path, status, text, _ in await answers(client(user), []):
        for doc_id in HIDDEN[user]:
            assert doc_id not in text, (method, path, status)


async def test_what_a_browser_or_a_mirror_sends_changes_nothing(
    client: Callable[..., httpx.AsyncClient], control: httpx.AsyncClient, seeded: Mapping[str, Document]
) -> None:
    before = (await control.get(f"{DB}/_changes?include_docs=true")).text
    for user in ("browser", "mirror"):
        caller = client(user)
        for method, path, body in questions(list(seeded)):
            if method in {"PUT", "DELETE"} or "_bulk_docs" in path:
                assert (await caller.request(method, path, json=body)).status_code == 403, (user, method, path)
    assert (await control.get(f"{DB}/_changes?include_docs=true")).text == before


async def test_a_node_writes_what_it_owns_and_nothing_else(
    client: Callable[..., httpx.AsyncClient], store: Store
) -> None:
    theirs = Document("thing::b", "1-aa", b'{"node_id":"node-b","type":"thing"}', path=("aa",))
    await store.write([theirs], writer=UPSTREAM, new_edits=False)
    node = client("node:node-a")
    own = await node.put(f"{DB}/thing::a", json={"type": "thing", "node_id": "node-a"})
    foreign = await node.put(f"{DB}/thing::b?rev=1-aa", json={"type": "thing", "node_id": "node-a"})
    assert (own.status_code, foreign.status_code, foreign.json()["error"]) == (201, 403, "forbidden")
    assert (await node.get(f"{DB}/thing::b")).json()["node_id"] == "node-b"
