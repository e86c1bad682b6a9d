"""Prints the description of the API without a server, for programs that make types of it: `make web-types`.

    python -m mosaicfs_control.rest.openapi_file [FILE]

It is the one that `GET /api/openapi.json` serves, cut to what types are made from: calls of people, not those of nodes;
one shape for all refusals of a call; no `HEAD`, no examples. Defaults are left out, because a member that has one may
be absent from an answer as from a question, and generators take it for one that is always there.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import msgspec

from mosaicfs_control.rest.openapi import described
from mosaicfs_control.routes.api import ROUTES

_REFUSED = {
    "description": "Refused.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}

_LEFT_OUT = frozenset({"default", "title", "properties"})


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="where to write it; standard output without it")
    given = parser.parse_args()
    text = description()
    if given.file is None:
        sys.stdout.buffer.write(text)
    else:
        given.file.write_bytes(text)
    return 0


def description() -> bytes:
    """The same bytes for the same API."""
    document = described(ROUTES)
    paths = {path: told for path, methods in document["paths"].items() if (told := _of_people(methods))}
    shapes = {name: _without_defaults(shape) for name, shape in document["components"]["schemas"].items()}
    kept = {**document, "paths": paths, "components": {"schemas": shapes}}
    encoded = msgspec.json.encode(kept, order="sorted")
    return msgspec.json.format(encoded, indent=2) + b"\n"


def _of_people(methods: dict[str, Any]) -> dict[str, Any]:
    return {
        method: {**_without_defaults(operation), "security": [], "responses": _answers(operation["responses"])}
        for method, operation in methods.items()
        if method != "head" and operation["x-mosaicfs-access"] != "node"
    }


def _answers(responses: dict[str, Any]) -> dict[str, Any]:
    good = {status: _without_example(answer) for status, answer in responses.items() if status < "4"}
    return {**good, "default": _REFUSED}


def _without_defaults(shape: Any) -> Any:
    """Also without the titles, which repeat the names."""
    if isinstance(shape, list):
        return [_without_defaults(part) for part in shape]
    if not isinstance(shape, dict):
        return shape
    named = shape.get("properties")
    properties = {"properties": {name: _without_defaults(part) for name, part in named.items()}} if named else {}
    rest = {name: _without_defaults(part) for name, part in shape.items() if name not in _LEFT_OUT}
    return {**rest, **properties}


def _without_example(answer: dict[str, Any]) -> dict[str, Any]:
    content = {
        kind: {name: part for name, part in told.items() if name != "example"}
        for kind, told in answer.get("content", {}).items()
    }
    return {**answer, "content": content} if content else answer


if __name__ == "__main__":
    sys.exit(main())
