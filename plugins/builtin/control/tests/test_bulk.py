"""Many documents at once: good and bad ones mixed, as replicators send them and as people do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import httpx

from mosaicfs.model.document import Document
from mosaicfs.model.role import UPSTREAM
from mosaicfs.model.store import Store

WIDGET = {"type": "widget"}


async def test_one_bad_document_does_not_spoil_the_others(
    control: httpx.AsyncClient, seeded: Mapping[str, Document]
) -> None:
    docs = [
        {"_id": "good", **WIDGET},
        {"_id": "widget::1", **WIDGET},
        {"_id": "odd", **WIDGET, "_what": 1},
        "no document",
        {"_id": "x" * 1025, **WIDGET},
        {"_id": "with", **WIDGET, "_attachments": {"a": {}}},
        {"_id": "wrong", **WIDGET, "_rev": "7-zz"},
        WIDGET,
    ]
    answer = await control.post("/mosaicfs/_bulk_docs", json={"docs": docs})
    rows = answer.json()
    assert answer.status_code == 201
    errors = [row.get("error") for row in rows]
    assert errors == [
        None, "conflict", "doc_validation", "doc_validation", "illegal_docid", "forbidden", "conflict", None,
    ]  # fmt: skip
    assert [row.get("status") for row in rows] == [None, 409, 400, 400, 400, 403, 409, None]
    assert rows[0] == {"ok": True, "id": "good", "rev": rows[0]["rev"]}
    assert (rows[1]["id"], rows[1]["reason"]) == ("widget::1", "Document update conflict.")
    assert (rows[2]["id"], rows[5]["reason"]) == ("odd", "attachments are not supported")
    assert len(rows[7]["id"]) == 32
    assert (await control.get("/mosaicfs")).json()["doc_count"] == len(seeded) + 2


async def test_the_second_edit_of_a_document_is_judged_after_the_first(control: httpx.AsyncClient) -> None:
    docs = [{"_id": "w", **WIDGET, "n": 1}, {"_id": "w", **WIDGET, "n": 2}]
    rows = (await control.post("/mosaicfs/_bulk_docs", json={"docs": docs})).json()
    assert [row.get("error") for row in rows] == [None, "conflict"]


async def test_a_replicator_hears_of_failures_alone(client: Callable[..., httpx.AsyncClient]) -> None:
    """And every one that will last is `forbidden`: at another error it would stop."""
    docs = [
        {"_id": "w", "_rev": "2-bb", "_revisions": {"start": 2, "ids": ["bb", "aa"]}, "node_id": "node-a", **WIDGET},
        {"_id": "v", "_rev": "1-aa", "node_id": "node-b", **WIDGET},
        {"_id": "u", "_rev": "1-aa", "node_id": "node-a", "_attachments": {"a": {}}, **WIDGET},
        {"_id": "credential::k", "_rev": "1-aa", "node_id": "node-a", **WIDGET},
        {"_id": "label_rule::l", "_rev": "1-aa", "node_id": "node-a", **WIDGET},
        17,
    ]
    node = client("node:node-a")
    answer = await node.post("/mosaicfs/_bulk_docs", json={"new_edits": False, "docs": docs})
    assert answer.status_code == 201
    assert [(row.get("id"), row["error"], row["status"]) for row in answer.json()] == [
        ("v", "forbidden", 403),
        ("u", "forbidden", 403),
        ("credential::k", "forbidden", 403),
        ("label_rule::l", "forbidden", 403),
        ("", "forbidden", 403),
    ]
    assert (await node.get("/mosaicfs/w")).json()["_rev"] == "2-bb"
    assert (await node.post("/mosaicfs/_bulk_docs", json={"new_edits": False, "docs": docs[:1]})).json() == []


async def test_more_documents_than_one_request_may_bring(control: httpx.AsyncClient) -> None:
    answer = await control.post("/mosaicfs/_bulk_docs", json={"docs": [{}] * 10_001})
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert (await control.get("/mosaicfs")).json()["doc_count"] == 0


async def test_revisions_are_fetched_in_bulk(control: httpx.AsyncClient, store: Store) -> None:
    paths = [("bb", "aa"), ("cc", "aa")]
    docs = [Document("tree", f"2-{path[0]}", b'{"type":"widget"}', path=path) for path in paths]
    await store.write(docs, writer=UPSTREAM, new_edits=False)
    asked = [{"id": "tree", "rev": "1-aa"}, {"id": "tree"}, {"id": "tree", "rev": "9-zz"}, {"id": "never"}]
    answer = await control.post("/mosaicfs/_bulk_get?revs=true&latest=true", json={"docs": asked})
    results = answer.json()["results"]
    assert [result["id"] for result in results] == ["tree", "tree", "tree", "never"]
    for result in results[:2]:
        assert {doc["ok"]["_rev"] for doc in result["docs"]} == {"2-bb", "2-cc"}
        assert all(doc["ok"]["_revisions"]["ids"][1:] == ["aa"] for doc in result["docs"])
    missing = {"id": "tree", "rev": "9-zz", "error": "not_found", "reason": "missing"}
    assert results[2]["docs"] == [{"error": missing}]
    assert results[3]["docs"] == [{"error": missing | {"id": "never", "rev": "undefined"}}]


async def test_without_latest_an_older_revision_is_missing(control: httpx.AsyncClient, store: Store) -> None:
    doc = Document("w", "2-bb", b'{"type":"widget"}', path=("bb", "aa"))
    await store.write([doc], writer=UPSTREAM, new_edits=False)
    answer = await control.post("/mosaicfs/_bulk_get", json={"docs": [{"id": "w", "rev": "1-aa"}, {"id": "w"}]})
    first, second = answer.json()["results"]
    assert first["docs"][0]["error"]["error"] == "not_found"
    assert second["docs"] == [{"ok": {"_id": "w", "_rev": "2-bb", "type": "widget"}}]


async def test_a_long_answer_is_whole(control: httpx.AsyncClient, store: Store) -> None:
    """More than is read from the store at once, so that the pieces have to fit together."""
    docs = [Document(f"w{n}", "1-aa", b'{"type":"widget"}', path=("aa",)) for n in range(601)]
    await store.write(docs, writer=UPSTREAM, new_edits=False)
    asked = [{"id": doc.id, "rev": doc.rev} for doc in docs]
    results = (await control.post("/mosaicfs/_bulk_get", json={"docs": asked})).json()["results"]
    assert [result["docs"][0]["ok"]["_id"] for result in results] == [doc.id for doc in docs]
    rows = (await control.get("/mosaicfs/_all_docs?include_docs=true")).json()["rows"]
    assert [row["doc"]["_id"] for row in rows] == sorted(doc.id for doc in docs)
    assert len((await control.get("/mosaicfs/_changes")).json()["results"]) == len(docs)
    keys = [doc.id for doc in docs]
    assert [
        row["id"] for row in (await control.post("/mosaicfs/_all_docs", json={"keys": keys})).json()["rows"]
    ] == keys


async def test_only_what_is_missing_is_named(control: httpx.AsyncClient, store: Store) -> None:
    doc = Document("w", "2-bb", b'{"type":"widget"}', path=("bb", "aa"))
    await store.write([doc], writer=UPSTREAM, new_edits=False)
    asked = {"w": ["1-aa", "2-bb", "3-cc"], "new": ["1-xx"], "same": []}
    missing = (await control.post("/mosaicfs/_revs_diff", json=asked)).json()
    assert missing["w"] == {"missing": ["3-cc"], "possible_ancestors": ["2-bb"]}
    assert missing["new"] == {"missing": ["1-xx"]}
    older = (await control.post("/mosaicfs/_missing_revs", json={"w": ["2-bb", "3-cc"]})).json()
    assert older == {"missing_revs": {"w": ["3-cc"]}}
