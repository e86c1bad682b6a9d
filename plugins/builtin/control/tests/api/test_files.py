"""Files as the API shows them: one, many, by path, by folder."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest

from mosaicfs.model.json import JsonObject
from mosaicfs_control.rest.file_object import FileObject
from plugins.builtin.control.tests.api.seeds import REPORT, REPORT_TAG, SEEDS, Put, file, file_id


def trouble_of(answer: httpx.Response) -> tuple[int, str, str]:
    error = answer.json()["error"]
    fields = error.get("detail", {}).get("fields", [{"field": ""}])
    return answer.status_code, error["code"], fields[0]["field"]


async def test_a_file_is_shown_as_its_document_and_what_is_computed(api: httpx.AsyncClient) -> None:
    expected: dict[str, Any] = dict(SEEDS[REPORT])
    del expected["type"]
    expected |= {
        "file_id": REPORT,
        "file_type": "document",
        "availability": "local",
        "etag": REPORT_TAG,
        "indexed_at": "2025-02-11T07:01:45Z",
        "labels": [],
    }
    for path in (REPORT, REPORT.removeprefix("file::"), REPORT.replace("::", "%3A%3A")):
        answer = await api.get(f"/api/files/{path}")
        assert answer.json() == expected
        assert msgspec.json.decode(answer.content, type=FileObject).file_id == REPORT


async def test_a_file_of_another_node_or_a_deleted_one_cannot_be_read_here(api: httpx.AsyncClient) -> None:
    for number in (3, 4):
        assert (await api.get(f"/api/files/{file_id(number)}")).json()["availability"] == "unavailable"


async def test_the_version_of_the_source_is_part_of_the_tag(api: httpx.AsyncClient, put: Put) -> None:
    body: dict[str, Any] = dict(SEEDS[REPORT])
    await put({REPORT: {**body, "source": {**body["source"], "version": "v2"}}})
    changed = (await api.get(f"/api/files/{REPORT}")).json()
    assert changed["etag"] != REPORT_TAG
    assert changed["source"]["version"] == "v2"


async def test_what_a_peer_writes_in_the_place_of_what_is_computed_does_not_count(
    api: httpx.AsyncClient, put: Put
) -> None:
    forged: dict[str, Any] = {
        "etag": "x",
        "file_id": "file::other",
        "score": 9,
        "match": {},
        "labels": ["work"],
        "paths": [1],
    }
    await put({REPORT: file("/srv/report.pdf", node_id="node-nas", zebra=1, availability="local", **forged)})
    answer = await api.get(f"/api/files/{REPORT}")
    shown = answer.json()
    assert answer.text.count('"file_id"') == 1
    assert (shown["file_id"], shown["availability"], shown["zebra"]) == (REPORT, "unavailable", 1)
    assert shown["labels"] == []
    assert not {"score", "match", "paths", "type"} & set(shown)


async def test_an_id_of_another_kind_has_no_time_in_it(api: httpx.AsyncClient, put: Put) -> None:
    odd = {"file::plain": file("/a"), "file::0194f3d0-5b2e-4f41-8c90-6a1b2c3d4e5f": file("/b")}
    await put(odd)
    for doc_id in odd:
        assert (await api.get(f"/api/files/{doc_id}")).json()["indexed_at"] is None


@pytest.mark.parametrize("given", ["file::none", "none", "node::node-laptop", "%00", "x" * 5000, "file::..%2F.."])
async def test_a_file_that_nobody_knows_is_not_found(api: httpx.AsyncClient, given: str) -> None:
    assert trouble_of(await api.get(f"/api/files/{given}"))[:2] == (404, "not_found")


async def test_a_document_that_is_no_file_is_not_found(api: httpx.AsyncClient, put: Put) -> None:
    await put({"file::broken": {"type": "file", "name": 5}})
    assert trouble_of(await api.get("/api/files/broken"))[:2] == (404, "not_found")


async def test_when_a_file_was_read_last_is_included_where_it_is_asked_for(api: httpx.AsyncClient, put: Put) -> None:
    seen: JsonObject = {"last_access": "2026-01-20T10:00:00Z", "access_count": 3}
    access: JsonObject = {"type": "access", "file_id": REPORT, "source": {"node_id": "node-laptop"}, **seen}
    await put({f"access::{REPORT.removeprefix('file::')}": access})
    asked = {"file_ids": [REPORT, file_id(2)], "include": "access"}
    found = (await api.post("/api/files/lookup", json=asked)).json()["items"]
    assert [each["access"] for each in found] == [seen, None]
    assert "access" not in (await api.get(f"/api/files/{REPORT}")).json()


async def test_includes_of_later_subjects_are_refused_by_name(api: httpx.AsyncClient) -> None:
    assert trouble_of(await api.get(f"/api/files/{REPORT}?include=labels,replicas")) == (
        422,
        "validation_failed",
        "include",
    )


async def test_many_are_looked_up_in_the_order_asked(api: httpx.AsyncClient) -> None:
    asked = [file_id(2), "none", REPORT.removeprefix("file::"), file_id(2)]
    found = (await api.post("/api/files/lookup", json={"file_ids": asked})).json()
    assert [each["file_id"] for each in found["items"]] == [file_id(2), REPORT, file_id(2)]
    assert found["missing"] == ["none"]


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"{", (400, "invalid_request", "")),
        (b"[" * 100_000, (400, "invalid_request", "")),
        (b"\xff", (400, "invalid_request", "")),
        (b"{}", (422, "validation_failed", "")),
        (b"[]", (422, "validation_failed", "")),
        (b'{"file_ids":"x"}', (422, "validation_failed", "file_ids")),
        (b'{"file_ids":[1]}', (422, "validation_failed", "file_ids[0]")),
        (b'{"file_ids":[],"more":1}', (422, "validation_failed", "")),
        (b'{"file_ids":[],"include":"labels,replicas"}', (422, "validation_failed", "include")),
        (b'{"file_ids":["' + b"x" * 300 + b'"]}', (422, "validation_failed", "file_ids[0]")),
        (b'{"file_ids":[' + b",".join([b'"x"'] * 501) + b"]}", (422, "validation_failed", "file_ids")),
        (b'{"file_ids":["' + b"x" * 2_000_000 + b'"]}', (413, "too_large", "")),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_a_wrong_body_is_told(api: httpx.AsyncClient, content: bytes, trouble: tuple[int, str, str]) -> None:
    headers = {"content-type": "application/json"}
    answer = await api.post("/api/files/lookup", content=content, headers=headers)
    assert trouble_of(answer)[:2] == trouble[:2]
    if trouble[2]:
        assert trouble_of(answer)[2].startswith(trouble[2].partition("[")[0])


async def test_a_form_is_not_read(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/files/lookup", data={"file_ids": "x"})
    assert trouble_of(answer)[:2] == (415, "unsupported_media_type")


async def test_a_file_is_found_by_node_and_path(api: httpx.AsyncClient) -> None:
    for node in ("node-laptop", "Laptop"):
        answer = await api.get("/api/files/by-path", params={"node": node, "path": "/home/ana/Documents/report.pdf"})
        assert answer.json()["file_id"] == REPORT
    missing = await api.get("/api/files/by-path", params={"node": "Laptop", "path": "/home/ana/Documents"})
    assert trouble_of(missing)[:2] == (404, "not_found")
    deleted = await api.get("/api/files/by-path", params={"node": "Laptop", "path": "/home/ana/old report.txt"})
    assert trouble_of(deleted)[:2] == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("path=documents/report.pdf", "path"),
        ("node=Laptop", "path"),
        ("node=nobody&path=/a", "node"),
        ("node=Laptop&path=a", "path"),
        ("node=Laptop&path=/a/../b", "path"),
        ("node=Laptop&path=/a%00b", "path"),
        ("node=Laptop&path=" + "/x" * 3000, "path"),
    ],
)
async def test_a_path_that_is_none_is_told(api: httpx.AsyncClient, query: str, field: str) -> None:
    status, code, named = trouble_of(await api.get(f"/api/files/by-path?{query}"))
    assert (status, code) == (422, "validation_failed")
    assert named in (field, "")


async def test_folders_are_completed(api: httpx.AsyncClient) -> None:
    async def folders(prefix: str) -> list[tuple[str, int]]:
        answer = await api.get("/api/nodes/node-laptop/folders", params={"prefix": prefix})
        return [(each["path"], each["file_count"]) for each in answer.json()["items"]]

    documents, pictures = ("/home/ana/Documents", 2), ("/home/ana/Pictures", 1)
    assert await folders("/") == [documents, pictures]
    assert await folders("/home/ana/P") == [pictures]
    assert await folders("/home/ana/Documents") == [documents]
    assert await folders("/home/ana/Documents/") == []
    assert await folders("") == [documents, pictures]
    assert await folders("nonsense") == []


async def test_no_more_than_fifty_folders_are_offered(api: httpx.AsyncClient, put: Put) -> None:
    await put({file_id(100 + number): file(f"/data/{number:03}/a") for number in range(60)})
    found = (await api.get("/api/nodes/node-laptop/folders?prefix=/data/")).json()["items"]
    assert [each["path"] for each in found] == [f"/data/{number:03}" for number in range(50)]
