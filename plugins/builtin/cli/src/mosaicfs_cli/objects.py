"""Lists of things that people name, such as pins and rules of labels; and the one of them that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.errors import NotFoundError, UsageError
from mosaicfs_cli.reading import items, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api
    from mosaicfs_cli.options import Call

PAGE = 500


def all_objects(api: Api, path: str) -> Iterator[JsonObject]:
    at = 0
    while True:
        page = list(items(api.get(path, [("limit", str(PAGE)), ("offset", str(at))])))
        yield from page
        at += len(page)
        if len(page) < PAGE:
            return


def the_one(call: Call, objects: Sequence[JsonObject], name: str, kind: str, see: str) -> JsonObject:
    """By its id, else by its name, which need not be its own alone. `kind` is what it is called, such as `pin`."""
    key = f"{kind}_id"
    found = [each for each in objects if text(each, key) == name]
    found = found or [each for each in objects if text(each, "name") == name]
    if len(found) > 1:
        raise UsageError(call.verb, f"{name} is the name of {', '.join(text(each, key) for each in found)}")
    if not found:
        raise NotFoundError(f"The {kind} {name}", f"See: {see}")
    return found[0]
