"""From a path to its endpoint, without a server."""

from __future__ import annotations

import pytest

from mosaicfs_control.answers import Answer, Ready
from mosaicfs_control.errors import RefusedError
from mosaicfs_control.routing import Call, Routes

routes = Routes()
PATHS = ["/", "/_up", "/{db}", "/{db}/{id}", "/{db}/_changes", "/{db}/_local/{name}", "/{db}/{id}/{name}"]


async def nothing(call: Call) -> Answer:
    return Ready()


for path in PATHS:
    routes.on("GET", path)(nothing)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", {}),
        ("/", {}),
        ("/_up/", {}),
        ("/m", {"db": "m"}),
        ("/m/", {"db": "m"}),
        ("/m/a%2Fb", {"db": "m", "id": "a/b"}),
        ("/m/a%252Fb", {"db": "m", "id": "a%2Fb"}),
        ("/m/a+b", {"db": "m", "id": "a+b"}),
        ("/m/%C3%A4", {"db": "m", "id": "ä"}),
        ("/m/_changes", {"db": "m"}),
        ("/m/_local/x", {"db": "m", "name": "x"}),
        ("/m/_local/_x%2Fy", {"db": "m", "name": "_x/y"}),
        ("/m/_local%2Fx", {"db": "m", "name": "x"}),
        ("/m/a/picture.png", {"db": "m", "id": "a", "name": "picture.png"}),
    ],
)
def test_a_path_is_taken_apart_before_it_is_decoded(path: str, found: dict[str, str]) -> None:
    assert routes.find("GET", path)[1] == found
    assert routes.find("HEAD", path)[1] == found


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/m", 405),
        ("GET", "/m/_purge", 501),
        ("POST", "/_replicate", 501),
        ("GET", "/m/a/b/c", 404),
        ("PUT", "/m/a/b/c", 501),
        ("GET", "/m/%ff", 400),
    ],
)
def test_what_is_not_there_is_told_apart(method: str, path: str, status: int) -> None:
    with pytest.raises(RefusedError) as refused:
        routes.find(method, path)
    assert refused.value.status == status
