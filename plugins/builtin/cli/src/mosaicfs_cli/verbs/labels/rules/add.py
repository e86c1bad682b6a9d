"""`mosaicfs labels rules add NODE:PREFIX LABEL…`: labels for all files below a folder, those to come too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from mosaicfs.model.json import Json

EXAMPLES = (
    "mosaicfs labels rules add laptop:/home/ana/work work --name 'Work documents'",
    "mosaicfs labels rules add '*:/srv/scans' scan,paper --name Scans",
)


def arguments(parser: Parser) -> None:
    parser.add_argument("prefix", metavar="NODE:PREFIX", help="folder of a node, * for every node; a path of this one")
    parser.add_argument("labels", nargs="+", metavar="LABEL", help="labels for all files below it")
    parser.add_argument("--name", help="what people call the rule (its labels and its folder)")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli import showing  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.label_rules import RULES, scope_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.labelled_files import labels_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count, text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api = api_of(call)
    scope, labels = scope_of(call, api, call.given.prefix), labels_of(call, ",".join(call.given.labels))
    files = showing.files(count(api.post(f"{RULES}/preview", scope), "total"))
    given: list[Json] = list(labels)
    rule = {**scope, "labels": given, "name": call.given.name or f"{', '.join(labels)} below {scope['path_prefix']}"}
    if call.given.dry_run:
        print_rehearsal(call, f"Would label {files} {', '.join(labels)}.", rule)
        return 0
    answer = api.post(RULES, rule)
    print_done(call, answer, f"Added as {text(answer, 'rule_id')}: {files}.")
    return 0
