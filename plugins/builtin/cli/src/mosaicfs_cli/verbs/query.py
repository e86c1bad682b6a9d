"""`mosaicfs query CAPABILITY TEXT`: the plugins of all nodes, each answer as it comes, and who did not answer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mosaicfs.model.json import Json, JsonObject

EXAMPLES = (
    "mosaicfs query search 'quarterly earnings'",
    "mosaicfs query search '\"third quarter\" -draft type:pdf' --limit 50",
    "mosaicfs query search invoice --node nas --timeout 2 --strict",
    "mosaicfs query dashboard_widget --json",
)

TIMEOUT_S = 5.0
LONGEST_S = 30.0
MORE_S = 10.0
"""For the server to name who did not answer."""


def arguments(parser: Parser) -> None:
    parser.add_argument("capability", metavar="CAPABILITY", help="what to ask for, such as search")
    parser.add_argument("text", nargs="*", metavar="TEXT", help="the question, in the words of the plugins")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="most results of one plugin (20)")
    parser.add_argument("--node", action="append", default=[], help="only this node; id or name; more than once")
    parser.add_argument("--strict", action="store_true", help="exit 7 when somebody did not answer")
    add_asking(parser, timeout_s=TIMEOUT_S, timeout_help="for each plugin and each node (5, at most 30)")


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of, node_names  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.errors import PartlyDoneError  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, print_note, printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - as above

    asked = _question(call)
    call.given.timeout += MORE_S
    api = api_of(call)
    names = {} if call.json else node_names(api.objects("/api/nodes", ()))
    omitted: list[JsonObject] = []
    for line in api.lines("/api/query", asked):
        if "omitted" in line:
            omitted = list(items(line, "omitted"))
        elif call.json:
            print_json(line)
        else:
            for shown in _section(line, names):
                sys.stdout.write(printable(shown) + "\n")
        sys.stdout.flush()
    if call.json:
        print_json({"end": True, "omitted": omitted})
    else:
        for each in omitted:
            who = ", ".join(filter(None, (_node(each, names), text(each, "plugin_name"))))
            print_note(f"No answer of {who}: {text(each, 'message')}")
    if omitted and call.given.strict:
        raise PartlyDoneError(f"{len(omitted)} of those who can be asked did not answer")
    return 0


def _question(call: Call) -> dict[str, Json]:
    given = call.given
    return {
        "capability": given.capability,
        "query": " ".join(given.text),
        "limit": given.limit,
        "timeout_s": min(given.timeout, LONGEST_S),
        "node_ids": list(given.node),
    }


def _section(envelope: JsonObject, names: dict[str, str]) -> Iterator[str]:
    """The plugin with its node, and below it what it found."""
    from mosaicfs_cli.reading import items, number, text  # noqa: PLC0415 - its help needs none of this

    results = list(items(envelope, "results"))
    total = number(envelope, "total")
    count = f"{len(results):,}" if total is None or total <= len(results) else f"{len(results):,} of {total:,}"
    title = text(envelope, "description") or text(envelope, "plugin_name")
    yield f"{title} on {_node(envelope, names)}: {count}, {number(envelope, 'took_ms') or 0} ms"
    for result in results:
        yield from _result(result)


def _result(result: JsonObject) -> Iterator[str]:
    from mosaicfs_cli.reading import text, texts  # noqa: PLC0415 - its help needs none of this

    if not text(result, "file_id"):
        yield from _pairs(result)
        return
    yield f"  {text(result, 'path') or text(result, 'name') or text(result, 'file_id')}"
    for fragment in texts(result, "fragments"):
        yield f"      {fragment}"


def _pairs(result: JsonObject) -> Iterator[str]:
    """What is not about a file, in the order of the plugin."""
    for name, value in result.items():
        if isinstance(value, dict):
            yield from (f"  {inner}: {shown}" for inner, shown in value.items())
        else:
            yield f"  {name}: {value}"


def _node(given: JsonObject, names: dict[str, str]) -> str:
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - its help needs none of this

    node_id = text(given, "node_id")
    return names.get(node_id, node_id)
