"""From method and path to the endpoint of the API, without a server."""

from __future__ import annotations

import pytest

from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.refusals import ApiError
from mosaicfs_control.rest.routing import Call, Routes


async def nothing(call: Call, query: NoQuery) -> Ready:
    return Ready()


def collected() -> Routes:
    inner, routes = Routes(), Routes()
    for method, path in (
        ("POST", "/d"),
        ("GET", "/d/{path}"),
        ("PATCH", "/d/{path}"),
        ("POST", "/d/{path}/preview"),
        ("GET", "/f/{file_id}"),
        ("POST", "/f/lookup"),
    ):
        inner.on(method, path)(nothing)
    routes.include(inner)
    return routes


ROUTES = collected()


@pytest.mark.parametrize(
    ("method", "path", "found", "values"),
    [
        ("GET", "/d", "GET /d/{path}", {"path": "/"}),
        ("HEAD", "/d/", "GET /d/{path}", {"path": "/"}),
        ("POST", "/d/", "POST /d", {}),
        ("GET", "/d/a", "GET /d/{path}", {"path": "/a"}),
        ("GET", "/d/a/b%20c/%C3%A9/", "GET /d/{path}", {"path": "/a/b c/é"}),
        ("GET", "/d/a%252Fb", "GET /d/{path}", {"path": "/a%2Fb"}),
        ("GET", "/d/a//b", "GET /d/{path}", {"path": "/a/b"}),
        ("GET", "/d/preview", "GET /d/{path}", {"path": "/preview"}),
        ("GET", "/d/a/preview", "GET /d/{path}", {"path": "/a/preview"}),
        ("POST", "/d/preview", "POST /d/{path}/preview", {"path": "/"}),
        ("POST", "/d/a/preview", "POST /d/{path}/preview", {"path": "/a"}),
        ("POST", "/d/preview/preview", "POST /d/{path}/preview", {"path": "/preview"}),
        ("GET", "/f/a%2Fb", "GET /f/{file_id}", {"file_id": "a/b"}),
    ],
)
def test_a_path_leads_to_its_endpoint(method: str, path: str, found: str, values: dict[str, str]) -> None:
    endpoint, given = ROUTES.find(method, path)
    assert (endpoint.name, given) == (found, values)


@pytest.mark.parametrize(
    ("method", "path", "code", "allowed"),
    [
        ("GET", "/other", "not_found", None),
        ("GET", "/f", "not_found", None),
        ("GET", "/d/a%2Fb", "not_found", None),
        ("GET", "/d/a/%2f", "not_found", None),
        ("GET", "/d/a/%FF", "invalid_request", None),
        ("POST", "/d/a", "not_supported", "GET, HEAD, PATCH"),
        ("DELETE", "/d", "not_supported", "GET, HEAD, PATCH, POST"),
        ("GET", "/f/lookup", "not_supported", "POST"),
    ],
)
def test_what_leads_nowhere_says_what_would(method: str, path: str, code: str, allowed: str | None) -> None:
    with pytest.raises(ApiError) as refused:
        ROUTES.find(method, path)
    assert (refused.value.code, refused.value.headers.get("allow")) == (code, allowed)
