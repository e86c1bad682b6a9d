"""OpenAPI 3.1, written from what the endpoints say of themselves: their queries, bodies, answers and codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

import mosaicfs
from mosaicfs.model.noun import UNKNOWN
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.lists import Page
from mosaicfs_control.rest.refusals import CODES
from mosaicfs_control.rest.routing import Endpoint

ALWAYS = ("invalid_request", "origin_refused", "validation_failed", "internal", "not_ready", "shutting_down")
"""Codes that every call may answer with."""

_REFERENCE = "#/components/schemas/{name}"
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "enum": sorted(CODES)},
                "message": {"type": "string"},
                "detail": {"type": "object"},
            },
        }
    },
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
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for endpoint in every:
        operation = _operation(endpoint, schemas)
        paths[endpoint.path][endpoint.method.lower()] = operation
        if endpoint.method == "GET":
            paths[endpoint.path]["head"] = {**operation, "operationId": f"head_{operation['operationId']}"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "MosaicFS", "version": mosaicfs.__version__},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": {**parts, "Error": _ERROR}},
    }


def codes_of(endpoint: Endpoint) -> tuple[str, ...]:
    """Every code that this call may answer with."""
    body = ("too_large", "unsupported_media_type") if endpoint.body is not None else ()
    once = ("conflict",) if endpoint.method == "POST" else ()
    return tuple(sorted({*ALWAYS, *endpoint.errors, *body, *once}))


def _schemas(endpoints: list[Endpoint]) -> tuple[Mapping[Any, Any], dict[str, Any]]:
    shapes = [shape for endpoint in endpoints for shape in (endpoint.answer, endpoint.body) if shape is not None]
    shapes = list(dict.fromkeys(shapes))
    found, parts = msgspec.json.schema_components(shapes, ref_template=_REFERENCE)
    return dict(zip(shapes, found, strict=True)), {name: _opened(part) for name, part in parts.items()}


def _opened(schema: dict[str, Any]) -> dict[str, Any]:
    """Documents keep members that this version does not know, under their own names."""
    properties = {name: part for name, part in schema.get("properties", {}).items() if name != UNKNOWN}
    if len(properties) == len(schema.get("properties", {})):
        return schema
    return {**{name: part for name, part in schema.items() if name != "additionalProperties"}, "properties": properties}


def _operation(endpoint: Endpoint, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.route.__name__ if hasattr(endpoint.route, "__name__") else endpoint.name,
        "summary": endpoint.summary,
        "parameters": [*_in_path(endpoint.path), *_in_query(endpoint.query), *_in_headers(endpoint)],
        "responses": {"200": _answer(endpoint, schemas), **_refusals(endpoint)},
    }
    if endpoint.body is not None:
        body = {"application/json": {"schema": schemas[endpoint.body]}}
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _in_path(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _in_query(query: type) -> list[dict[str, Any]]:
    if query is NoQuery:
        return []
    ((_, parts)) = msgspec.json.schema_components([query], ref_template=_REFERENCE)
    shape = parts[query.__name__]
    required = set(shape.get("required", ()))
    return [_parameter(name, schema, name in required) for name, schema in shape["properties"].items()]


def _in_headers(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [_ONCE] if endpoint.method == "POST" else []


def _parameter(name: str, schema: dict[str, Any], is_required: bool) -> dict[str, Any]:
    plain = {key: value for key, value in schema.items() if key != "description"}
    return {
        "name": name,
        "in": "query",
        "required": is_required,
        "description": schema.get("description", ""),
        "schema": plain,
    }


def _answer(endpoint: Endpoint, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    schema = schemas.get(endpoint.answer, {})
    if issubclass(endpoint.query, Page) and "items" not in endpoint.answer.__struct_fields__:
        schema = _list_of(schema)
    return {"description": "As asked.", "content": {"application/json": {"schema": schema}}}


def _list_of(item: Any) -> dict[str, Any]:
    numbers = {name: {"type": "integer"} for name in ("limit", "offset")}
    total = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    properties = {"items": {"type": "array", "items": item}, "total": total, **numbers}
    return {"type": "object", "required": list(properties), "properties": properties}


def _refusals(endpoint: Endpoint) -> dict[str, Any]:
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in codes_of(endpoint):
        by_status[CODES[code]].append(code)
    content = {"application/json": {"schema": {"$ref": _REFERENCE.format(name="Error")}}}
    return {str(status): {"description": ", ".join(codes), "content": content} for status, codes in by_status.items()}
