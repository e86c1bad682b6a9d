"""One document over HTTP: its revisions, its tombstones, its id in a path."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Mapping
from urllib.parse import quote

import httpx
import pytest

from mosaicfs.model.document import Document
from mosaicfs.model.role import UPSTREAM
from mosaicfs.model.store import Store

ODD_IDS = ["a/b", "a b", "ä::ö/ü", "50%", "a?b#c", "a+b", "x" * 1024, '"quoted"']


async def branched(store: Store) -> None:
    """`tree` with two live leaves and a tombstone; the winner is 2-cc."""
    paths = [("bb", "aa"), ("cc", "aa"), ("dd", "aa")]
    docs = [Document("tree", f"2-{path[0]}", b'{"type":"widget"}', path[0] == "dd", path) for path in paths]
    assert not any(row.error for row in await store.write(docs, writer=UPSTREAM, new_edits=False))


@pytest.mark.parametrize("doc_id", ODD_IDS)
async def test_any_id_goes_into_a_path_and_comes_back(doc_id: str, control: httpx.AsyncClient) -> None:
    path = "/mosaicfs/" + quote(doc_id, safe="")
    put = await control.put(path, json={"type": "widget", "n": 1})
    assert put.status_code == 201
    assert (await control.get(path)).json() == {"_id": doc_id, "_rev": put.json()["rev"], "type": "widget", "n": 1}
    assert (await control.get(put.headers["location"].removeprefix("/api/replication"))).json()["_id"] == doc_id
    assert (await control.get(path + "/")).status_code == 200


async def test_an_edit_names_the_revision_in_body_or_query_or_header(control: httpx.AsyncClient) -> None:
    rev = (await control.put("/mosaicfs/w", json={"type": "widget"})).json()["rev"]
    for n, (query, headers, body) in enumerate([("", {}, {"_rev": 1}), ("?rev=", {}, {}), ("", {"if-match": 1}, {})]):
        sent = {"type": "widget", "n": n} | dict.fromkeys(body, rev)
        answer = await control.put(
            f"/mosaicfs/w{query and query + rev}", json=sent, headers=dict.fromkeys(headers, f'"{rev}"')
        )
        assert answer.status_code == 201, answer.text
        assert answer.headers["etag"] == f'"{answer.json()["rev"]}"'
        rev = answer.json()["rev"]
    assert rev.startswith("4-")


async def test_two_different_revisions_in_one_request_are_a_mistake(control: httpx.AsyncClient) -> None:
    answer = await control.put("/mosaicfs/w?rev=1-aa", json={"type": "widget", "_rev": "1-bb"})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


async def test_an_edit_of_an_old_revision_is_a_conflict(
    control: httpx.AsyncClient, seeded: Mapping[str, Document]
) -> None:
    for rev in ("", "?rev=1-bb", "?rev=2-aa"):
        answer = await control.put(f"/mosaicfs/widget::1{rev}", json={"type": "widget"})
        assert answer.status_code == 409
        assert answer.json() == {"error": "conflict", "reason": "Document update conflict."}
    assert (await control.get("/mosaicfs/widget::1")).json()["_rev"] == "1-aa"


async def test_a_document_that_was_deleted_is_shown_by_its_revision_alone(
    control: httpx.AsyncClient, seeded: Mapping[str, Document]
) -> None:
    deleted = await control.delete("/mosaicfs/widget::1?rev=1-aa")
    assert deleted.status_code == 200
    rev = deleted.json()["rev"]
    gone = await control.get("/mosaicfs/widget::1")
    assert (gone.status_code, gone.json()["reason"]) == (404, "deleted")
    assert (await control.get(f"/mosaicfs/widget::1?rev={rev}")).json()["_deleted"] is True
    assert (await control.delete("/mosaicfs/widget::1")).status_code == 404
    assert (await control.get("/mosaicfs/never")).json() == {"error": "not_found", "reason": "missing"}


async def test_a_tombstone_still_says_what_it_was_and_whose(control: httpx.AsyncClient) -> None:
    body = {"type": "thing", "node_id": "node-a", "source": {"node_id": "node-a", "path": "/x"}, "size": 5}
    rev = (await control.put("/mosaicfs/t", json=body)).json()["rev"]
    dead = (await control.delete("/mosaicfs/t", headers={"if-match": f'"{rev}"'})).json()["rev"]
    assert (await control.get(f"/mosaicfs/t?rev={dead}")).json() == {
        "_id": "t", "_rev": dead, "_deleted": True, "type": "thing", "node_id": "node-a",
        "source": {"node_id": "node-a"},
    }  # fmt: skip


async def test_a_document_that_has_not_changed_is_not_sent_again(
    control: httpx.AsyncClient, seeded: Mapping[str, Document]
) -> None:
    first = await control.get("/mosaicfs/widget::1")
    again = await control.get("/mosaicfs/widget::1", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_all_there_is_to_know_of_a_document(control: httpx.AsyncClient, store: Store) -> None:
    await branched(store)
    found = (await control.get("/mosaicfs/tree?revs=true&meta=true&local_seq=true")).json()
    assert found["_rev"] == "2-cc"
    assert found["_revisions"] == {"start": 2, "ids": ["cc", "aa"]}
    assert found["_revs_info"] == [{"rev": "2-cc", "status": "available"}, {"rev": "1-aa", "status": "missing"}]
    assert (found["_conflicts"], found["_deleted_conflicts"]) == (["2-bb"], ["2-dd"])


async def test_nothing_of_it_is_told_unasked(control: httpx.AsyncClient, store: Store) -> None:
    await branched(store)
    assert (await control.get("/mosaicfs/tree")).json() == {"_id": "tree", "_rev": "2-cc", "type": "widget"}


async def test_a_revision_is_asked_for_by_name(control: httpx.AsyncClient, store: Store) -> None:
    await branched(store)
    assert (await control.get("/mosaicfs/tree?rev=2-bb")).json()["_rev"] == "2-bb"
    assert (await control.get("/mosaicfs/tree?rev=1-aa")).status_code == 404
    assert (await control.get("/mosaicfs/tree?rev=1-aa&latest=true")).json()["_rev"] == "2-cc"
    answer = await control.get("/mosaicfs/tree?rev=nonsense")
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


async def test_leaves_come_as_json_where_that_is_asked_for(control: httpx.AsyncClient, store: Store) -> None:
    await branched(store)
    rows = (
        await control.get('/mosaicfs/tree?revs=true&open_revs=["2-bb","9-zz"]', headers={"accept": "application/json"})
    ).json()
    assert rows[0]["ok"]["_revisions"] == {"start": 2, "ids": ["bb", "aa"]}
    assert rows[1] == {"missing": "9-zz"}
    newest = (
        await control.get('/mosaicfs/tree?latest=true&open_revs=["1-aa"]', headers={"accept": "application/json"})
    ).json()
    assert {row["ok"]["_rev"] for row in newest} == {"2-bb", "2-cc", "2-dd"}


async def test_leaves_come_as_parts_for_everybody_else(control: httpx.AsyncClient, store: Store) -> None:
    await branched(store)
    answer = await control.get('/mosaicfs/tree?open_revs=["2-bb","9-zz"]', headers={"accept": "multipart/mixed"})
    kind = answer.headers["content-type"]
    assert kind.startswith('multipart/mixed; boundary="')
    head = b"Content-Type: " + kind.encode() + b"\r\n\r\n"
    found, missing = email.message_from_bytes(head + answer.content, policy=email.policy.HTTP).iter_parts()
    assert found.get_content_type() == missing.get_content_type() == "application/json"
    assert found.get_content() == b'{"_id":"tree","_rev":"2-bb","type":"widget"}'
    assert missing["content-type"].params["error"] == "true"
    assert missing.get_content() == b'{"missing":"9-zz"}'


async def test_all_leaves_of_nothing_are_not_found(control: httpx.AsyncClient) -> None:
    assert (await control.get("/mosaicfs/never?open_revs=all")).status_code == 404


async def test_a_replicated_document_keeps_its_revision(control: httpx.AsyncClient) -> None:
    body = {"type": "widget", "_rev": "3-cc", "_revisions": {"start": 3, "ids": ["cc", "bb", "aa"]}}
    answer = await control.put("/mosaicfs/w?new_edits=false", json=body)
    assert (answer.status_code, answer.json()["rev"]) == (201, "3-cc")


async def test_a_document_without_an_id_gets_one(control: httpx.AsyncClient) -> None:
    answer = (await control.post("/mosaicfs", json={"type": "widget"})).json()
    assert len(answer["id"]) == 32
    named = (await control.post("/mosaicfs", json={"type": "widget", "_id": "mine"})).json()
    assert named["id"] == "mine"


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("w", {"type": "widget", "_id": "other"}, 400, "bad_request"),
        ("w", {"type": "widget", "_rev": 5}, 400, "bad_request"),
        ("w", {"type": "widget", "_rev": "nonsense"}, 400, "bad_request"),
        ("w", {"type": "widget", "_strange": 1}, 400, "doc_validation"),
        ("w", {"n": 1}, 400, "doc_validation"),
        ("w", ["no", "object"], 400, "bad_request"),
        ("w", {"type": "widget", "_attachments": {"a": {"data": ""}}}, 403, "forbidden"),
        ("w", {"type": "widget", "text": "x" * 8_000_001}, 413, "document_too_large"),
        ("x" * 1025, {"type": "widget"}, 400, "illegal_docid"),
        ("label_rule::l", {"type": "label_rule"}, 400, "doc_validation"),
        ("label_rule::l", {"type": "widget"}, 400, "doc_validation"),
    ],
)
async def test_a_document_that_is_wrong_is_refused_and_nothing_is_kept(
    path: str, body: object, status: int, error: str, control: httpx.AsyncClient
) -> None:
    before = (await control.get("/mosaicfs")).json()["update_seq"]
    answer = await control.put(f"/mosaicfs/{path}", json=body)
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert (await control.get("/mosaicfs")).json()["update_seq"] == before


async def test_attachments_are_refused_by_name(control: httpx.AsyncClient) -> None:
    sent = {"type": "widget", "_attachments": {"a": {"data": ""}}}
    answer = await control.put("/mosaicfs/w", json=sent)
    assert answer.json()["reason"] == "attachments are not supported"
    parts = await control.put("/mosaicfs/w", content=b"--x--", headers={"content-type": "multipart/related;boundary=x"})
    assert (parts.status_code, parts.json()["error"]) == (415, "bad_content_type")
