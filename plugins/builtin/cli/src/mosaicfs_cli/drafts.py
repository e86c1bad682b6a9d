"""Drafts of a directory's rules as text: JSON with lines of comment, and what they would come to.

A line that begins with `#` or `//` is a comment; no line inside of a JSON text can begin so.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from mosaicfs.errors import RefusedError
from mosaicfs_cli import showing
from mosaicfs_cli.errors import BadDraftError
from mosaicfs_cli.reading import count, items, text
from mosaicfs_cli.virtual_path import url_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mosaicfs.model.json import Json, JsonObject
    from mosaicfs_cli.client import Api

FIELDS = ("steps", "mounts", "enforce_steps_on_children")

_COMMENT = ("#", "//")


def draft_of(directory: JsonObject) -> dict[str, Json]:
    return {name: directory.get(name, False if name == FIELDS[2] else []) for name in FIELDS}


def written(draft: Mapping[str, Json], comments: Iterable[str]) -> str:
    lines = [f"# {line}".rstrip() for line in comments]
    return "".join(f"{line}\n" for line in lines) + json.dumps(draft, indent=2, ensure_ascii=False) + "\n"


def without_comments(given: str) -> str:
    """The lines keep their numbers."""
    return "\n".join("" if line.lstrip().startswith(_COMMENT) else line for line in given.splitlines())


def read_draft(given: str) -> dict[str, Json]:
    """What is left out stays as it is. `BadDraftError` where it is no draft; the API looks at the rest."""
    try:
        draft = json.loads(without_comments(given))
    except ValueError as error:
        raise BadDraftError([f"This is no JSON: {error}"]) from None
    if not isinstance(draft, dict):
        raise BadDraftError([f"This is no object with {', '.join(FIELDS)}"])
    if unknown := [name for name in draft if name not in FIELDS]:
        raise BadDraftError([f"{name}: there is no such field; there are {', '.join(FIELDS)}" for name in unknown])
    return draft


def previewed(api: Api, path: str, draft: Mapping[str, Json], most: int = 1) -> JsonObject:
    """What the directory would show. `BadDraftError` with every fault that the API finds."""
    try:
        return api.post(f"{url_of(path).rstrip('/')}/preview", draft, [("limit", str(most))])
    except RefusedError as error:
        detail = cast("JsonObject", error.detail or {})
        faults = items(detail, "fields") if error.code == "validation_failed" else ()
        if told := [f"{text(each, 'field')}: {text(each, 'problem')}" for each in faults]:
            raise BadDraftError(told) from None
        raise


def amount(preview: JsonObject) -> str:
    """`96 files`."""
    return f"{number(preview)} {'file' if count(preview, 'total') == 1 else 'files'}"


def number(preview: JsonObject) -> str:
    """What was stopped by time is at least so many."""
    least = "at least " if preview.get("partial") is True else ""
    return least + showing.counted(count(preview, "total"))
