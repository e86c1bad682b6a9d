"""The options that narrow down files, and the parameters of the API that they become. What they mean is told there."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError, Namespace
from typing import NamedTuple

from mosaicfs_cli.options import Parser

LIMIT = 100


class Filter(NamedTuple):
    option: str
    parameter: str
    metavar: str
    help: str
    repeated: bool = False


FILTERS = (
    Filter("--type", "type", "T", "image, video, audio, document, text, code, archive, email, font, app, other", True),
    Filter("--mime", "mime", "M", "MIME type or glob, such as 'image/*'", True),
    Filter("--ext", "ext", "E", "extension without the dot", True),
    Filter("--node", "node", "N", "on this node, id or name", True),
    Filter("--size-min", "size_min", "SIZE", "at least: bytes, or 10K, 5M, 1G"),
    Filter("--size-max", "size_max", "SIZE", "at most"),
    Filter("--newer", "mtime_after", "D", "changed since: 2026-01-15, or an age such as 30d, 12h"),
    Filter("--older", "mtime_before", "D", "last changed before that"),
    Filter("--path-prefix", "path_prefix", "PATH", "in this folder of a node, or below it"),
    Filter("--status", "status", "S", "active (the default), deleted, any"),
)


def add_filters(parser: Parser) -> None:
    narrowing = parser.add_argument_group("filters, all of which must fit; repeatable ones: one of the values fits")
    for each in FILTERS:
        action = "append" if each.repeated else "store"
        narrowing.add_argument(each.option, dest=each.parameter, action=action, metavar=each.metavar, help=each.help)


def add_paging(parser: Parser, sorts: str) -> None:
    parser.add_argument("--limit", type=_positive, default=LIMIT, metavar="N", help=f"most files to show ({LIMIT})")
    parser.add_argument("--all", action="store_true", help="every file, however many")
    parser.add_argument("--sort", metavar="S", help=f"{sorts}; - in front for descending")


def parameters(given: Namespace) -> list[tuple[str, str]]:
    """What the API is asked with. A folder of this machine may be named as the shell sees it."""
    asked: list[tuple[str, str]] = []
    for each in FILTERS:
        value = getattr(given, each.parameter)
        values = value if isinstance(value, list) else [value] if value else []
        asked += [(each.parameter, _absolute(each, text)) for text in values]
    if given.sort:
        asked.append(("sort", given.sort))
    return asked


def _absolute(each: Filter, text: str) -> str:
    return os.path.abspath(text) if each.parameter == "path_prefix" else text  # noqa: PTH100 - links stay as typed


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number of files")
    return int(text)
