"""`mosaicfs system settings [KEY[=VALUE]]`: what holds for the whole instance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from mosaicfs.model.json import Json, JsonObject

EXAMPLES = (
    "mosaicfs system settings",
    "mosaicfs system settings deleted_files_retention_days",
    "mosaicfs system settings instance_name=Home nightly_crawl=true",
    "mosaicfs system settings offline_notice_s.node-laptop=0",
)


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "settings", nargs="*", metavar="KEY[=VALUE]", help="a value as JSON, or as a text; null: default"
    )
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.errors import NotFoundError, UsageError  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import flat, print_facts  # noqa: PLC0415 - as above

    words: list[str] = call.given.settings
    changes = patch_of([word for word in words if "=" in word])
    names = [word for word in words if "=" not in word]
    if changes and names:
        raise UsageError(call.verb, "either show settings or change them")
    api = api_of(call)
    if changes and call.given.dry_run:
        print_rehearsal(
            call, f"Would set {', '.join(words)}.", {"before": api.get("/api/system/settings"), "set": changes}
        )
        return 0
    answer = api.patch("/api/system/settings", changes) if changes else api.get("/api/system/settings")
    known = {name for name, _ in flat(answer)} | set(answer)
    if missing := [name for name in names if name not in known]:
        raise NotFoundError(f"The setting {missing[0]}", f"There are: {', '.join(answer)}.")
    print_facts(call, {name: _at(answer, name) for name in names} if names and not call.json else answer)
    return 0


def _at(answer: JsonObject, name: str) -> Json:
    """What is named `a.b`, or `a`."""
    from mosaicfs_cli.reading import part  # noqa: PLC0415 - its help needs none of this

    outer, dot, inner = name.partition(".")
    return part(answer, outer).get(inner) if dot else answer.get(outer)


def patch_of(words: list[str]) -> dict[str, Json]:
    """`a.b=1` is `{"a": {"b": 1}}`; what is no JSON is a text."""
    patch: dict[str, Json] = {}
    inside: dict[str, dict[str, Json]] = {}
    for word in words:
        name, _, value = word.partition("=")
        try:
            meant = json.loads(value)
        except ValueError:
            meant = value
        outer, dot, inner = name.partition(".")
        if dot:
            patch[outer] = inside.setdefault(outer, {})
            inside[outer][inner] = meant
        else:
            patch[outer] = meant
    return patch
