"""The description of the API is complete, and says nothing that is not so."""

from __future__ import annotations

import json

import httpx
import msgspec
import pytest

from mosaicfs_control.rest.asking import NoQuery, parameters_of
from mosaicfs_control.rest.glossary import MEMBERS, OF_SHAPES
from mosaicfs_control.rest.openapi import access_of, codes_of, described, is_list, status_of
from mosaicfs_control.rest.refusals import CODES
from mosaicfs_control.rest.routing import Endpoint
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
    409: {"conflict", "backend_in_use"},
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
        assert all(each["description"] for each in described["parameters"]), route.name
        assert str(status_of(route)) in described["responses"], route.name
        assert ("get" in document["paths"][route.path]) == ("head" in document["paths"][route.path])


async def test_all_references_lead_somewhere(api: httpx.AsyncClient) -> None:
    text = (await api.get("/api/openapi.json")).text
    document = json.loads(text)
    named = {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named <= set(document["components"]["schemas"])
    assert "~unknown" not in text


async def test_what_is_described_is_what_is_answered(api: httpx.AsyncClient) -> None:
    for route in ROUTES:
        if (
            route.answer is None
            or route.method != "GET"
            or not _can_be_asked(route)
            or route.path in _OPEN | _NOT_IN_SEEDS
        ):
            continue
        path = route.path.replace("{node_id}", "node-laptop").replace("{name}", "archive").replace("{file_id}", REPORT)
        content = (await api.get(path + _QUESTIONS.get(route.path, ""))).content
        if not is_list(route):
            msgspec.json.decode(content, type=route.answer)
        else:
            items = msgspec.json.decode(content)["items"]
            msgspec.convert(items, list[route.answer])  # type: ignore[name-defined]  # by the route


_UNKNOWN = {"{job_id}", "{key_id}", "{rule_id}", "{plugin_name}", "{path}"}
"""What stands for things that the seeds do not hold."""


def _can_be_asked(route: Endpoint) -> bool:
    """By the owner, of what the seeds hold."""
    return access_of(route) != "node" and not _UNKNOWN & set(route.path.split("/"))


_OPEN = {"/api/nodes/{node_id}/status"}
"""Its subsystems keep counters of their own, which the description allows and the noun does not name."""

_NOT_IN_SEEDS = {"/api/files/{file_id}/digest", "/api/files/{file_id}/access", "/api/annotations"}
"""Nobody has read a file there, and no plugin has looked at one; `test_file_bytes` and `test_annotations` do."""

_QUESTIONS = {
    "/api/search": "?q=report&facets=node&limit=1",
    "/api/files/by-path": "?node=Laptop&path=/home/ana/Documents/report.pdf",
    "/api/explain": "?path=/nothing",
    "/api/labels/effective": f"?file_id={REPORT}",
}


async def test_operations_have_names_of_their_own(api: httpx.AsyncClient) -> None:
    paths = (await api.get("/api/openapi.json")).json()["paths"]
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(names) == len(set(names))


async def test_each_route_that_takes_nothing_answers(api: httpx.AsyncClient) -> None:
    for route in ROUTES:
        if route.method == "GET" and _can_be_asked(route) and "{file_id}" not in route.path:
            if route.path.endswith(("by-path", "search", "effective", "explain", "annotations")):
                continue
            answer = await api.get(route.path.replace("{node_id}", "node-laptop").replace("{name}", "archive"))
            assert answer.status_code == 200, (route.name, answer.text)
            assert '"_id"' not in answer.text
            assert '"_rev"' not in answer.text


def test_every_member_says_what_it_means() -> None:
    """Its meaning is in a `Meta` of the field, or in `rest/glossary.py`."""
    silent = [
        f"{name}.{member}"
        for name, schema in _DOCUMENT["components"]["schemas"].items()
        for member, part in schema.get("properties", {}).items()
        if not part.get("description")
    ]
    assert not silent, silent


def test_no_word_of_the_glossary_is_idle() -> None:
    text = json.dumps(_DOCUMENT)
    assert [member for member in MEMBERS if f'"{member}"' not in text] == []
    shapes = {name.rpartition(".")[2]: schema for name, schema in _DOCUMENT["components"]["schemas"].items()}
    idle = [each for each in OF_SHAPES if each.split(".")[1] not in shapes[each.split(".")[0]]["properties"]]
    assert idle == []


@pytest.mark.parametrize("route", [route for route in ROUTES if route.answer is not None], ids=lambda route: route.name)
def test_every_answer_has_an_example_that_could_be_one(route: Endpoint) -> None:
    answer = _DOCUMENT["paths"][route.path][route.method.lower()]["responses"][str(status_of(route))]
    example = answer["content"]["application/json"]["example"]
    if is_list(route):
        assert example["items"]
        msgspec.convert(example["items"], list[route.answer])  # type: ignore[name-defined]  # by the route
    else:
        msgspec.convert(example, route.answer)


def test_every_call_says_who_may_ask() -> None:
    schemes = set(_DOCUMENT["components"]["securitySchemes"])
    assert schemes == {"bearer", "hmac", "ed25519", "session", "local"}
    for route in ROUTES:
        operation = _DOCUMENT["paths"][route.path][route.method.lower()]
        asked = {name for one in operation["security"] for name in one}
        expected = {"public": set(), "node": {"ed25519"}}.get(access_of(route), {"bearer", "hmac", "local"})
        assert asked == expected, route.name
        assert operation["x-mosaicfs-access"] == access_of(route)
        assert ("401" in operation["responses"]) == (access_of(route) != "public" or "unauthorized" in route.errors)


def test_every_post_takes_a_key_and_every_conditional_call_a_tag() -> None:
    for route in ROUTES:
        operation = _DOCUMENT["paths"][route.path][route.method.lower()]
        headers = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
        expected = {"Idempotency-Key"} if route.method == "POST" else set()
        expected |= {"Range", "If-Range", "If-None-Match"} if route.sends_bytes else set()
        assert headers == expected | ({"If-Match"} if "precondition_failed" in route.errors else set()), route.name


def test_the_bytes_of_files_are_described_as_bytes() -> None:
    routes = [route for route in ROUTES if route.sends_bytes]
    assert [route.path.rpartition("/")[2] for route in routes] == ["content", "download"]
    for route in routes:
        responses = _DOCUMENT["paths"][route.path]["get"]["responses"]
        for status in ("200", "206"):
            assert responses[status]["content"]["*/*"]["schema"]["format"] == "binary"
            assert "Repr-Digest" in responses[status]["headers"]
        assert "Content-Range" in responses["206"]["headers"]
        assert {"304", "410", "412", "416", "502", "503", "504"} <= set(responses)


_DOCUMENT = json.loads(msgspec.json.encode(described(ROUTES)))


async def test_people_read_every_call_on_a_page_without_scripts(network: httpx.AsyncClient) -> None:
    answer = await network.get("/api/docs")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    for route in ROUTES:
        assert f'<span class="method">{route.method}</span>{route.path}</code>' in answer.text
