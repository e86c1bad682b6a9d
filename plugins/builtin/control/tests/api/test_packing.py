"""Long answers are packed for who takes it, streams as they are written, and the bytes of files never."""

from __future__ import annotations

import json

import httpx
import pytest

from mosaicfs_control.answers import Answer, Ready, Stream, Write
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.refusals import ApiError
from mosaicfs_control.rest.routing import Call, Routes


async def wide(call: Call, query: NoQuery) -> Answer:
    """Answer in three parts."""

    async def write(out: Write) -> None:
        for number in range(3):
            await out(json.dumps({"n": number, "filler": "x" * 600}).encode() + b"\n")

    return Stream(write, "application/x-ndjson", {"x-part": "rows"})


async def broken(call: Call, query: NoQuery) -> Answer:
    """Fail before the first byte."""

    async def write(out: Write) -> None:
        raise ApiError("not_found", "Nothing here.")

    return Stream(write)


async def raw(call: Call, query: NoQuery) -> Answer:
    """Answer the bytes of a file."""
    return Ready(b"a" * 5_000, media_type="application/octet-stream")


@pytest.fixture
def more_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = Routes()
    for route in (wide, broken, raw):
        routes.on("GET", f"/api/{route.__name__}")(route)
    monkeypatch.setattr("mosaicfs_control.rest.surface.ROUTES", routes)


async def test_long_answers_are_packed_for_who_takes_it(api: httpx.AsyncClient) -> None:
    for kind, expected in (
        ("gzip", "gzip"), ("br, gzip;q=0.5", "gzip"), ("gzip;q=0", None), ("gzip; q=0.0", None), ("identity", None),
    ):  # fmt: skip
        answer = await api.get("/api/openapi.json", headers={"accept-encoding": kind})
        assert answer.headers.get("content-encoding") == expected, kind
        assert answer.headers["vary"] == "accept-encoding"
        assert answer.json()["info"]["title"] == "MosaicFS"
    short = await api.get("/api/identity", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in short.headers


async def test_a_stream_is_packed_as_it_is_written(api: httpx.AsyncClient, more_routes: None) -> None:
    for kind in ("gzip", "identity"):
        answer = await api.get("/api/wide", headers={"accept-encoding": kind})
        assert answer.headers.get("content-encoding") == ("gzip" if kind == "gzip" else None)
        assert (answer.headers["x-part"], "x-request-id" in answer.headers) == ("rows", True)
        assert [json.loads(line)["n"] for line in answer.text.splitlines()] == [0, 1, 2]


async def test_a_stream_that_fails_at_once_is_a_status(api: httpx.AsyncClient, more_routes: None) -> None:
    answer = await api.get("/api/broken")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_bytes_of_files_are_never_packed(api: httpx.AsyncClient, more_routes: None) -> None:
    answer = await api.get("/api/raw", headers={"accept-encoding": "gzip"})
    assert ("content-encoding" in answer.headers, answer.headers["content-length"]) == (False, "5000")
