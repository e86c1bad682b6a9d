"""`mosaicfs doctor`: looks at everything that MosaicFS needs here, and says how to put right what is not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mosaicfs_cli.doctoring.check import Check

EXAMPLES = ("mosaicfs doctor", "mosaicfs doctor --fix", "mosaicfs doctor --json")


def arguments(parser: Parser) -> None:
    parser.add_argument("--fix", action="store_true", help="put right what needs no root and loses nothing")


def run(call: Call) -> int:
    from mosaicfs_cli.errors import UnhealthyError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above

    checks = _checks(call)
    if call.given.fix and any(_repaired(check) for check in checks):
        checks = _checks(call)
    if call.json:
        print_json({"checks": [check.as_object() for check in checks], "summary": _counts(checks)})
    elif not call.quiet:
        _print(checks)
    if failures := [check.title for check in checks if check.status == "fail"]:
        raise UnhealthyError(f"Not well: {', '.join(failures)}.")
    return 0


def _checks(call: Call) -> list[Check]:
    from mosaicfs_cli.doctoring.index import check_index  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.doctoring.machine import check_machine  # noqa: PLC0415 - as above
    from mosaicfs_cli.doctoring.places import check_places  # noqa: PLC0415 - as above

    configured = call.configured()
    return [*check_places(configured), *check_index(configured), *check_machine(configured)]


def _repaired(check: Check) -> bool:
    if check.status in ("ok", "skip") or check.repair is None:
        return False
    check.repair()
    return True


def _counts(checks: Sequence[Check]) -> dict[str, int]:
    return {status: sum(check.status == status for check in checks) for status in ("ok", "warn", "fail", "skip")}


def _print(checks: Sequence[Check]) -> None:
    from mosaicfs_cli.output import printable  # noqa: PLC0415 - its help needs none of this

    for check in checks:
        detail = f": {check.detail}" if check.detail else ""
        fix = f"  → {check.fix}" if check.fix else ""
        sys.stdout.write(printable(f"{check.status.ljust(4)}  {check.title}{detail}{fix}") + "\n")
    counts = _counts(checks)
    failures = f"{counts['fail']} failure{'' if counts['fail'] == 1 else 's'}"
    warnings = f"{counts['warn']} warning{'' if counts['warn'] == 1 else 's'}"
    sys.stdout.write(f"{counts['ok']} ok, {warnings}, {failures}\n")
