"""The description of the API is complete, and says nothing that is not so."""

from __future__ import annotations

import json

import httpx
import msgspec

from mosaicfs_control.rest.asking import NoQuery, parameters_of
from mosaicfs_control.rest.lists import Page
from mosaicfs_control.rest.openapi import codes_of
from mosaicfs_control.rest.refusals import CODES
from mosaicfs_control.routes.api import ROUTES
from plugins.builtin.control.tests.api.seeds import REPORT

CLOSED_LIST = {
    400: {"invalid_request", "invalid_cursor", "backup_malformed"},
    401: {"unauthorized", "token_expired", "clock_skew", "replayed"},
    403: {
        "forbidden",
        "path_refused",
        "path_not_allowed",
        "origin_refused",
        "write_disabled",
        "developer_mode_required",
    },
    404: {"not_found"},
    405: {"not_supported"},
    409: {"conflict"},
    410: {"source_gone", "events_expired"},
    412: {"precondition_failed"},
    413: {"too_large"},
    415: {"unsupported_media_type"},
    416: {"range_not_satisfiable"},
    421: {"misdirected"},
    422: {"validation_failed"},
    429: {"rate_limited"},
    500: {"internal"},
    502: {"source_failed"},
    503: {"not_ready", "shutting_down", "control_plane_required", "source_unavailable", "source_changed"},
    504: {"timeout"},
}


def test_every_code_is_of_the_closed_list_with_its_status() -> None:
    strangers = {code: status for code, status in CODES.items() if code not in CLOSED_LIST.get(status, set())}
    assert strangers == {}


async def test_every_route_is_described_with_its_parameters_and_codes(api: httpx.AsyncClient) -> None:
    document = (await api.get("/api/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    routes = list(ROUTES)
    assert {(route.path, route.method.lower()) for route in routes} == {
        (path, method) for path, methods in document["paths"].items() for method in methods if method != "head"
    }
    for route in routes:
        described = document["paths"][route.path][route.method.lower()]
        assert described["summary"], route.name
        named = {each["name"] for each in described["parameters"] if each["in"] == "query"}
        assert named == (set() if route.query is NoQuery else set(parameters_of(route.query))), route.name
        assert all(each["description"] for each in described["parameters"] if each["in"] == "query"), route.name
        told = {code for refused in described["responses"].values() for code in refused["description"].split(", ")}
        assert set(codes_of(route)) <= told, route.name
        assert (route.method == "GET") == ("head" in document["paths"][route.path])


async def test_all_references_lead_somewhere(api: httpx.AsyncClient) -> None:
    text = (await api.get("/api/openapi.json")).text
    document = json.loads(text)
    named = {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named <= set(document["components"]["schemas"])
    assert "~unknown" not in text


async def test_what_is_described_is_what_is_answered(api: httpx.AsyncClient) -> None:
    for route in ROUTES:
        if route.answer is None or route.method != "GET" or route.path in _OPEN:
            continue
        path = route.path.replace("{node_id}", "node-laptop").replace("{file_id}", REPORT)
        content = (await api.get(path + _QUESTIONS.get(route.path, ""))).content
        if "items" in route.answer.__struct_fields__ or not issubclass(route.query, Page):
            msgspec.json.decode(content, type=route.answer)
        else:
            items = msgspec.json.decode(content)["items"]
            msgspec.convert(items, list[route.answer])  # type: ignore[name-defined]  # by the route


_OPEN = {"/api/nodes/{node_id}/status"}
"""Its subsystems keep counters of their own, which the description allows and the noun does not name."""

_QUESTIONS = {
    "/api/search": "?q=report&facets=node&limit=1",
    "/api/files/by-path": "?node=Laptop&path=/home/ana/Documents/report.pdf",
}


async def test_operations_have_names_of_their_own(api: httpx.AsyncClient) -> None:
    paths = (await api.get("/api/openapi.json")).json()["paths"]
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(names) == len(set(names))


async def test_each_route_that_takes_nothing_answers(api: httpx.AsyncClient) -> None:
    for route in ROUTES:
        if route.method == "GET" and "{file_id}" not in route.path and not route.path.endswith(("by-path", "search")):
            answer = await api.get(route.path.replace("{node_id}", "node-laptop"))
            assert answer.status_code == 200, (route.name, answer.text)
            assert '"_id"' not in answer.text
            assert '"_rev"' not in answer.text
