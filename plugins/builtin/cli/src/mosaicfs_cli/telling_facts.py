"""Answers that are one object: for people a line a fact, for programs the object of the API."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mosaicfs_cli.asking import Shown
from mosaicfs_cli.output import is_for_people, print_aligned, print_json, print_table, printable
from mosaicfs_cli.reading import items, text

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.options import Call

_TIMES = ("_at", "_seen", "_heartbeat", "since")


def print_facts(call: Call, answer: JsonObject) -> None:
    if call.json:
        print_json(answer)
        return
    shown = Shown(call)
    lines = [(name, printable(cell(shown, name, value))) for name, value in flat(answer)]
    if is_for_people():
        print_aligned(lines or [("", "")])
    else:
        sys.stdout.writelines(f"{name}\t{value}\n" for name, value in lines)


def print_items(call: Call, answer: JsonObject, columns: Sequence[str], name: str = "items") -> None:
    """A table of some fields of each item."""
    if call.json:
        print_json(answer)
        return
    shown = Shown(call)
    rows = [tuple(cell(shown, column, item.get(column)) for column in columns) for item in items(answer, name)]
    print_table(columns, rows, with_header=not call.given.no_header, paint=shown.paint)


def print_done(call: Call, answer: JsonObject, sentence: str) -> None:
    """What a change answered, or in words that it is done."""
    if call.json:
        print_json(answer)
    elif not call.quiet:
        sys.stdout.write(f"{printable(sentence)}\n")


def flat(answer: JsonObject, above: str = "") -> list[tuple[str, object]]:
    """`store.driver` for what is inside of something."""
    found: list[tuple[str, object]] = []
    for name, value in answer.items():
        whole = f"{above}{name}"
        found += flat(value, f"{whole}.") if isinstance(value, Mapping) else [(whole, value)]
    return found


def cell(shown: Shown, name: str, value: object) -> str:
    """By the names of fields: `…_bytes` is a size, `…_at` a time."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() if name.endswith("bytes"):
            return shown.size(value)
        case str() if name.endswith(_TIMES):
            return shown.time(value)
        case list() | tuple():
            return ", ".join(_short(each) for each in value)
    return str(value)


def _short(value: object) -> str:
    return text(value, "name") or str(dict(value)) if isinstance(value, Mapping) else str(value)
