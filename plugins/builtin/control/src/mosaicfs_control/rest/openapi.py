"""OpenAPI 3.1, written from what the endpoints say of themselves: queries, bodies, answers, codes, and who may ask.

What a member means is in `glossary`, what an answer looks like in `examples`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

import mosaicfs
from mosaicfs.model.noun import UNKNOWN
from mosaicfs_control.jobs.job import Job
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.examples import example_of
from mosaicfs_control.rest.glossary import meaning_in_path, meaning_of
from mosaicfs_control.rest.lists import Page
from mosaicfs_control.rest.refusals import CODES
from mosaicfs_control.rest.routing import Endpoint

ALWAYS = (
    "invalid_request",
    "origin_refused",
    "misdirected",
    "validation_failed",
    "rate_limited",
    "internal",
    "not_ready",
    "shutting_down",
)
"""Codes that every call may answer with."""

PROVEN = ("unauthorized", "token_expired", "clock_skew", "replayed", "forbidden")
"""Codes of every call that is not public."""

_REFERENCE = "#/components/schemas/{name}"
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "description": meaning_of("Error", "error"),
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "enum": sorted(CODES), "description": meaning_of("Error", "code")},
                "message": {"type": "string", "description": meaning_of("Error", "message")},
                "detail": {"type": "object", "description": meaning_of("Error", "detail")},
            },
        }
    },
}


_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The token of a login."},
    "hmac": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`MOSAICFS-HMAC-SHA256 …`: each request signed with the key of an access key.",
    },
    "ed25519": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`MOSAICFS-ED25519 …`: each request signed with the key of a node.",
    },
    "session": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`MOSAICFS-SESSION …`: a browser's, for the replication protocol alone.",
    },
    "local": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "No header at all: on the Unix socket the operating system says who calls.",
    },
}
_WHO: Mapping[str, list[dict[str, list[str]]]] = {
    "public": [],
    "node": [{"ed25519": []}],
    "read": [{"bearer": []}, {"hmac": []}, {"local": []}],
    "full": [{"bearer": []}, {"hmac": []}, {"local": []}],
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` that was seen; with another one the call is 412 and shows the present object.",
    "schema": {"type": "string"},
}
_OF_BYTES = [
    {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string"},
    }
    for name, description in (
        ("Range", "One range of bytes: `bytes=a-b`, `bytes=a-` or `bytes=-n`."),
        ("If-Range", "The `ETag` of what is there already; with another version the answer is the whole file."),
        ("If-None-Match", "The `ETag` that was seen; with that one the answer is 304."),
    )
]
_BYTES_HEADERS = {
    name: {"description": description, "schema": {"type": kind}}
    for name, kind, description in (
        ("ETag", "string", "Names the version of the file that the bytes are of."),
        ("Content-Length", "integer", "How many bytes the answer has; with fewer it was cut off."),
        ("Last-Modified", "string", "When the file was changed."),
        ("Accept-Ranges", "string", "`bytes`."),
        ("Content-Disposition", "string", "The name of the file, and whether it may be shown or is to be saved."),
        ("Repr-Digest", "string", "`sha-256=:<base64>:` of the whole file, where it is known."),
    )
}
_ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same request with the same key within a day has one effect and the same answer.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,64}$"},
}


def described(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    every = list(endpoints)
    schemas, parts = _schemas(every)
    written = _Written(schemas, parts)
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for endpoint in every:
        operation = _operation(endpoint, written)
        paths[endpoint.path][endpoint.method.lower()] = operation
        if endpoint.method == "GET":
            paths[endpoint.path]["head"] = {**operation, "operationId": f"head_{operation['operationId']}"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "MosaicFS", "version": mosaicfs.__version__},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": {**parts, "Error": _ERROR}, "securitySchemes": _SCHEMES},
    }


def codes_of(endpoint: Endpoint) -> tuple[str, ...]:
    """Every code that this call may answer with."""
    body = ("too_large", "unsupported_media_type") if endpoint.body is not None else ()
    once = ("conflict",) if endpoint.method == "POST" else ()
    proven = PROVEN if endpoint.access != "public" else ()
    return tuple(sorted({*ALWAYS, *endpoint.errors, *body, *once, *proven}))


def access_of(endpoint: Endpoint) -> str:
    return endpoint.access or ("read" if endpoint.method == "GET" else "full")


def status_of(endpoint: Endpoint) -> int:
    """Of the answer when all goes well."""
    if endpoint.status:
        return endpoint.status
    if endpoint.answer is Job and endpoint.method != "GET":
        return 202
    return 204 if endpoint.answer is None and endpoint.method != "GET" else 200


def _schemas(endpoints: list[Endpoint]) -> tuple[Mapping[Any, Any], dict[str, Any]]:
    shapes = [shape for endpoint in endpoints for shape in (endpoint.answer, endpoint.body) if shape is not None]
    shapes = list(dict.fromkeys(shapes))
    found, parts = msgspec.json.schema_components(shapes, ref_template=_REFERENCE)
    bodies = {endpoint.body.__name__ for endpoint in endpoints if endpoint.body is not None}
    told = {name: _told(name, _opened(part, is_body=name in bodies)) for name, part in parts.items()}
    return dict(zip(shapes, found, strict=True)), told


def _told(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Each member with its meaning. A schema's name may hold the module, where two shapes are called alike."""
    shape = name.rpartition(".")[2]
    members = {
        member: part if "description" in part else {**part, "description": meaning_of(shape, member)}
        for member, part in schema.get("properties", {}).items()
    }
    return {**schema, "properties": members} if members else schema


def _opened(schema: dict[str, Any], *, is_body: bool) -> dict[str, Any]:
    """Documents keep members that this version does not know, under their own names; a body has none of its own."""
    properties = {name: part for name, part in schema.get("properties", {}).items() if name != UNKNOWN}
    if len(properties) == len(schema.get("properties", {})):
        return schema
    shut = {"additionalProperties": False} if is_body else {}
    rest = {name: part for name, part in schema.items() if name != "additionalProperties"}
    return {**rest, "properties": properties, **shut}


class _Written(NamedTuple):
    """Schemas by shape, and the parts that they refer to."""

    schemas: Mapping[Any, Any]
    parts: Mapping[str, Any]


def _operation(endpoint: Endpoint, written: _Written) -> dict[str, Any]:
    access, name = access_of(endpoint), endpoint.route.__name__ if hasattr(endpoint.route, "__name__") else ""
    operation: dict[str, Any] = {
        "operationId": name or endpoint.name,
        "summary": endpoint.summary,
        "security": _WHO[access],
        "x-mosaicfs-access": access,
        "parameters": [*_in_path(endpoint.path), *_in_query(endpoint.query), *_in_headers(endpoint)],
        "responses": {**_answers(endpoint, written), **_job(endpoint), **_refusals(endpoint)},
    }
    if endpoint.body is not None:
        body = {"application/json": {"schema": written.schemas[endpoint.body]}}
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _in_path(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": meaning_in_path(name),
            "schema": {"type": "string"},
        }
        for name in names
    ]


def _in_query(query: type) -> list[dict[str, Any]]:
    if query is NoQuery:
        return []
    ((_, parts)) = msgspec.json.schema_components([query], ref_template=_REFERENCE)
    shape = parts[query.__name__]
    required = set(shape.get("required", ()))
    return [_parameter(name, schema, name in required) for name, schema in shape["properties"].items()]


def _in_headers(endpoint: Endpoint) -> list[dict[str, Any]]:
    once = [_ONCE] if endpoint.method == "POST" else []
    of_bytes = _OF_BYTES if endpoint.sends_bytes else []
    return [*once, *of_bytes, *([_MATCH] if "precondition_failed" in endpoint.errors else [])]


def _parameter(name: str, schema: dict[str, Any], is_required: bool) -> dict[str, Any]:
    plain = {key: value for key, value in schema.items() if key != "description"}
    return {
        "name": name,
        "in": "query",
        "required": is_required,
        "description": schema.get("description", ""),
        "schema": plain,
    }


def _answers(endpoint: Endpoint, written: _Written) -> dict[str, Any]:
    """Those of when all goes well."""
    if endpoint.sends_page:
        return {"200": {"description": "A page.", "content": {"text/html": {"schema": {"type": "string"}}}}}
    if not endpoint.sends_bytes:
        return {str(status_of(endpoint)): _answer(endpoint, written)}
    content = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    part = {"Content-Range": {"description": "Which part it is, and of how much.", "schema": {"type": "string"}}}
    return {
        "200": {"description": "The whole file.", "headers": _BYTES_HEADERS, "content": content},
        "206": {"description": "A range of it.", "headers": {**_BYTES_HEADERS, **part}, "content": content},
        "304": {"description": "What the caller has is still the file."},
    }


def _answer(endpoint: Endpoint, written: _Written) -> dict[str, Any]:
    status = status_of(endpoint)
    if status == 204:
        return {"description": "Done."}
    schema = written.schemas.get(endpoint.answer, {})
    if endpoint.answer is not None and is_list(endpoint):
        schema = _list_of(schema)
    content: dict[str, Any] = {"schema": schema}
    if endpoint.answer is not None:
        content["example"] = example_of(schema, written.parts)
    return {
        "description": "Accepted: the job goes on." if status == 202 else "As asked.",
        "content": {"application/json": content},
    }


def _job(endpoint: Endpoint) -> dict[str, Any]:
    """Where some requests are long work."""
    if not endpoint.may_go_on:
        return {}
    schema = {"$ref": _REFERENCE.format(name="Job")}
    return {"202": {"description": "Accepted: the job goes on.", "content": {"application/json": {"schema": schema}}}}


def is_list(endpoint: Endpoint) -> bool:
    """Whether `answer` is the shape of one item."""
    return issubclass(endpoint.query, Page) and "items" not in endpoint.answer.__struct_fields__


def _list_of(item: Any) -> dict[str, Any]:
    numbers = {name: {"type": "integer", "description": meaning_of("", name)} for name in ("limit", "offset")}
    total = {"anyOf": [{"type": "integer"}, {"type": "null"}], "description": meaning_of("", "total")}
    items = {"type": "array", "items": item, "description": meaning_of("", "items")}
    properties = {"items": items, "total": total, **numbers}
    return {"type": "object", "required": list(properties), "properties": properties}


def _refusals(endpoint: Endpoint) -> dict[str, Any]:
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in codes_of(endpoint):
        by_status[CODES[code]].append(code)
    content = {"application/json": {"schema": {"$ref": _REFERENCE.format(name="Error")}}}
    return {str(status): {"description": ", ".join(codes), "content": content} for status, codes in by_status.items()}
