"""`mosaicfs labels rules preview NODE:PREFIX`: which files a rule would label."""

from __future__ import annotations

import sys

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs labels rules preview laptop:/home/ana/work",)


def arguments(parser: Parser) -> None:
    parser.add_argument("prefix", metavar="NODE:PREFIX", help="folder of a node, * for every node; a path of this one")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli import showing  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.label_rules import RULES, scope_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.listing import path_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count, items  # noqa: PLC0415 - as above

    api = api_of(call)
    answer = api.post(f"{RULES}/preview", scope_of(call, api, call.given.prefix))
    if call.json:
        print_json(answer)
        return 0
    examples, total = list(items(answer)), count(answer, "total")
    sys.stdout.write(f"{showing.files(total)}\n" + "".join(f"  {printable(path_of(each))}\n" for each in examples))
    if total > len(examples):
        sys.stdout.write(f"  … {total - len(examples):,} more\n")
    return 0
