"""`mosaicfs plugins check`: one plugin looked at as a whole, one line a check. Exit code 0, or 1 when one failed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser

if TYPE_CHECKING:
    from mosaicfs.model.plugin_check import PluginCheck
    from mosaicfs_cli.painting import Paint, Style

EXAMPLES = (
    "mosaicfs plugins check checksum",
    "mosaicfs plugins check ./colours",
    "mosaicfs plugins check ./colours.py --json",
)

STYLES: dict[str, Style] = {"ok": "good", "fail": "bad", "skip": "bold"}


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "plugin", metavar="NAME|PATH", help="an installed plugin, a file, or the folder of a distribution"
    )


def run(call: Call) -> int:
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.painting import paint_for  # noqa: PLC0415 - as above
    from mosaicfs_cli.plugin_trials.trying import checks_of  # noqa: PLC0415 - as above

    checks: list[PluginCheck] = []
    paint = paint_for(call)
    for check in checks_of(call.given.plugin, call.configured(), call.given.config or ""):
        checks.append(check)
        if not call.json and not call.quiet:
            _print(check, paint)
    if call.json:
        print_json({"checks": [check._asdict() for check in checks]})
    return 1 if any(check.status == "fail" for check in checks) else 0


def _print(check: PluginCheck, paint: Paint) -> None:
    from mosaicfs_cli.output import printable  # noqa: PLC0415 - its help needs none of this

    detail = f": {check.detail}" if check.detail else ""
    status = paint(check.status.ljust(4), STYLES[check.status])
    sys.stdout.write(f"{status}  {printable(check.title + detail)}\n")
    sys.stdout.flush()
