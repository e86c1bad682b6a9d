"""The options that narrow down files, and the parameters of the API that they become. What they mean is told there.

Their values are looked at here, before anybody is asked: who mistyped one need not start a server to hear of it.
"""

from __future__ import annotations

import os
import re
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from mosaicfs_cli.options import Parser

if TYPE_CHECKING:
    from mosaicfs.model.json import Json
    from mosaicfs_cli.options import Call

LIMIT = 100

TYPES = ("image", "video", "audio", "document", "text", "code", "archive", "email", "font", "app", "other")
STATUSES = ("active", "deleted", "any")
FACETS = ("node", "type", "mime", "ext", "year", "size", "label")
SORTS = ("name", "mtime", "size", "path", "indexed_at")

_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,3})?[KMGT]?B?", re.IGNORECASE | re.ASCII)
_AGE = re.compile(r"[0-9]{1,6}[hdwmy]")
_DATE = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_MOMENT = re.compile(rf"{_DATE}([Tt ]{_CLOCK})?")


class Values(NamedTuple):
    """What an option takes, and how that is said."""

    fit: Callable[[str], object]
    are: str


def _one_of(names: tuple[str, ...]) -> Values:
    return Values(names.__contains__, f"one of {', '.join(names)}")


_TEXT = Values(bool, "not empty")
_SIZE = Values(_AMOUNT.fullmatch, "bytes, or an amount such as 10K, 5M, 1.5G")
_TIME = Values(
    lambda text: _AGE.fullmatch(text) or _MOMENT.fullmatch(text),
    "a date such as 2026-01-15, a time such as 2026-01-15T14:30:00Z, or an age such as 12h, 30d, 2w, 6m, 1y",
)


class Filter(NamedTuple):
    option: str
    parameter: str
    metavar: str
    help: str
    values: Values = _TEXT
    repeated: bool = False


FILTERS = (
    Filter("--type", "type", "T", ", ".join(TYPES), _one_of(TYPES), True),
    Filter("--mime", "mime", "M", "MIME type or glob, such as 'image/*'", repeated=True),
    Filter("--ext", "ext", "E", "extension without the dot", repeated=True),
    Filter("--node", "node", "N", "on this node, id or name", repeated=True),
    Filter("--size-min", "size_min", "SIZE", "at least: bytes, or 10K, 5M, 1G", _SIZE),
    Filter("--size-max", "size_max", "SIZE", "at most", _SIZE),
    Filter("--newer", "mtime_after", "D", "changed since: 2026-01-15, or an age such as 30d, 12h", _TIME),
    Filter("--older", "mtime_before", "D", "last changed before that", _TIME),
    Filter("--label", "label", "LABEL", "with this label, repeatable: with all of them", repeated=True),
    Filter("--label-any", "label_any", "L,L", "with one of these labels"),
    Filter("--label-not", "label_not", "LABEL", "without this label, repeatable: without any of them", repeated=True),
    Filter("--path-prefix", "path_prefix", "PATH", "in this folder of a node, or below it"),
    Filter("--status", "status", "S", "active (the default), deleted, any", _one_of(STATUSES)),
)


def add_filters(parser: Parser) -> None:
    group = parser.add_argument_group("filters, all of which must fit; of repeated ones one value, or as they say")
    for each in FILTERS:
        action = "append" if each.repeated else "store"
        group.add_argument(each.option, dest=each.parameter, action=action, metavar=each.metavar, help=each.help)


def add_paging(parser: Parser, sorts: tuple[str, ...] = SORTS) -> None:
    parser.add_argument("--limit", type=positive, default=LIMIT, metavar="N", help=f"most files to show ({LIMIT})")
    parser.add_argument("--all", action="store_true", help="every file, however many")
    parser.add_argument("--sort", metavar="S", help=f"{', '.join(sorts)}; - in front for descending")
    parser.set_defaults(sorts=sorts)


def narrowing(call: Call) -> list[tuple[str, str]]:
    """The filters that were given, as parameters; `UsageError` where the API could only refuse."""
    asked: list[tuple[str, str]] = []
    for each in FILTERS:
        for text in _given(call.given, each):
            check(call, each.option, text, each.values)
            asked.append((each.parameter, _absolute(each, text)))
    return asked


def filter_body(call: Call) -> dict[str, Json]:
    """The same as a member of a body: what may be repeated is a list."""
    asked = narrowing(call)
    repeated = {each.parameter for each in FILTERS if each.repeated}
    lists: dict[str, Json] = {name: [text for other, text in asked if other == name] for name, _ in asked}
    return {name: lists[name] if name in repeated else text for name, text in asked}


def parameters(call: Call) -> list[tuple[str, str]]:
    """What the API is asked with; `UsageError` where it could only refuse. A folder may be relative."""
    return [*narrowing(call), *order(call)]


def order(call: Call) -> list[tuple[str, str]]:
    """That of `--sort`, if it was given."""
    if (asked := call.given.sort) is None:
        return []
    orders = call.given.sorts + tuple(f"-{name}" for name in call.given.sorts if name in SORTS)
    check(call, "--sort", asked, Values(orders.__contains__, f"{', '.join(call.given.sorts)}, or one with - before"))
    return [("sort", asked)]


def check(call: Call, option: str, text: str, values: Values) -> None:
    if values.fit(text):
        return
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - only who errs pays for it

    raise UsageError(call.verb, f"{option} {text[:60]!r} cannot be used: it must be {values.are}")


def check_facets(call: Call, text: str) -> str:
    for name in text.split(","):
        check(call, "--facets", name.strip(), Values(FACETS.__contains__, f"some of {', '.join(FACETS)}, with commas"))
    return text


def _given(given: Namespace, each: Filter) -> list[str]:
    value = getattr(given, each.parameter)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _absolute(each: Filter, text: str) -> str:
    return os.path.abspath(text) if each.parameter == "path_prefix" else text  # noqa: PTH100 - links stay as typed


def positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number of files; it must be 1 or more")
    return int(text)
