"""Whatever stands in a parameter, the answer is a list or a refusal in shape, never a failure of ours."""

from __future__ import annotations

from itertools import product
from urllib.parse import quote

import httpx
import pytest

from mosaicfs_control.rest.asking import parameters_of
from mosaicfs_control.rest.filters import Narrowing
from mosaicfs_control.rest.refusals import CODES

pytestmark = [pytest.mark.parametrize("store", ["sqlite"], indirect=True), pytest.mark.journey]

VALUES = (
    "",
    " ",
    "\0",
    "'; DROP TABLE docs; --",
    "[",
    "[]]",
    "{a,{b,c}}",
    "{" * 200,
    "*" * 200,
    "a*" * 200,
    "\\",
    '"',
    "-",
    "--",
    "-*",
    ":",
    "=",
    "null",
    "NaN",
    "-1",
    "999999999999999T",
    "9" * 30,
    "999999y",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:60Z",
    "2026-02-30",
    "\u212a10K",
    "\u0130I\u0131i\u00df\ufb01",
    "e\u0301" * 50,
    "\U0010ffff",
    "\ufeff\u202e",
    "/" * 100,
    "/../../etc/passwd",
    "../..",
    "x" * 1024,
    "size:>9999999999T",
    "age:<999999999999999y",
    'ext:"',
    "type:",
    "node:\x7f",
    "a\r\nset-cookie: x=1",
)


@pytest.mark.parametrize("path", ["/api/files", "/api/search"])
@pytest.mark.parametrize("name", [*sorted(parameters_of(Narrowing)), "node", "sort", "facets"])
async def test_no_value_of_a_filter_makes_the_server_fail(api: httpx.AsyncClient, path: str, name: str) -> None:
    for value, more in product(VALUES, ("", "&ext=pdf&match=glob")):
        answer = await api.get(f"{path}?{quote(name)}={quote(value)}{more}")
        assert answer.status_code in (200, 400, 422), (name, value, answer.text)
        if answer.status_code != 200:
            assert CODES[answer.json()["error"]["code"]] == answer.status_code
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/api/nodes/{}", "/api/nodes/{}/folders", "/api/nodes/{}/files", "/api/files/{}"])
async def test_no_name_in_a_path_makes_the_server_fail(api: httpx.AsyncClient, path: str) -> None:
    for value in VALUES:
        answer = await api.get(path.format(quote(value, safe="")))
        assert answer.status_code in (200, 404), (value, answer.text)


@pytest.mark.parametrize("call", ["/api/vfs", "/api/vfs/tree", "/api/explain", "/api/files/by-path"])
@pytest.mark.parametrize("name", ["path", "filter", "sort", "cursor", "include", "file_id", "depth"])
async def test_no_question_about_the_tree_makes_the_server_fail(api: httpx.AsyncClient, call: str, name: str) -> None:
    for value in VALUES:
        for prefix in ("", "/", "/.mosaic/search/") if name == "path" else ("",):
            answer = await api.get(call, params={"path": "/", name: prefix + value})
            assert answer.status_code in (200, 400, 404, 422), (name, value, answer.text)


async def test_no_path_of_a_directory_makes_the_server_fail(api: httpx.AsyncClient) -> None:
    for value in VALUES:
        path = f"/api/vfs/directories/{quote(value, safe='')}"
        for answer in (
            await api.post("/api/vfs/directories", json={"virtual_path": f"/{value}", "name": value}),
            await api.get(path),
            await api.post(f"{path}/preview", json={}),
            await api.patch(path, json={"name": value}),
            await api.delete(path),
        ):
            assert answer.status_code in (200, 201, 204, 400, 404, 409, 422, 403), (value, answer.text)


async def test_no_prefix_of_a_folder_makes_the_server_fail(api: httpx.AsyncClient) -> None:
    for value in VALUES:
        answer = await api.get("/api/nodes/node-laptop/folders", params={"prefix": value})
        assert answer.status_code in (200, 422), (value, answer.text)


async def test_words_in_plenty_are_refused_or_found(api: httpx.AsyncClient) -> None:
    for text in ("a " * 512, "-a " * 300, "ext:a " * 150, "{a,b}" * 150, "?" * 1024, "*a" * 500 + "*"):
        answer = await api.get("/api/search", params={"q": text})
        assert answer.status_code in (200, 422), (text[:20], answer.text)


async def test_a_repeated_filter_may_be_repeated_up_to_a_bound(api: httpx.AsyncClient) -> None:
    assert (await api.get("/api/files?" + "&".join(["ext=pdf"] * 900))).status_code == 200
    assert (await api.get("/api/files?" + "&".join(["ext=pdf"] * 1001))).status_code == 400
