"""`mosaicfs doctor`: looks at everything that MosaicFS needs here, and says how to put right what is not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_changing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mosaicfs_cli.doctoring.check import Check, Status
    from mosaicfs_cli.painting import Paint, Style

EXAMPLES = ("mosaicfs doctor", "mosaicfs doctor --fix", "mosaicfs doctor --fix --dry-run", "mosaicfs doctor --json")


STYLES: dict[Status, Style] = {"ok": "good", "warn": "warning", "fail": "bad", "skip": "bold"}


def arguments(parser: Parser) -> None:
    parser.add_argument("--fix", action="store_true", help="put right what needs no root and loses nothing")
    add_changing(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.errors import UnhealthyError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above
    from mosaicfs_cli.painting import paint_for  # noqa: PLC0415 - as above

    checks = _checks(call)
    if call.given.fix and not call.given.dry_run and any(_repaired(check) for check in checks):
        checks = _checks(call)
    if call.json:
        print_json({"checks": [check.as_object() for check in checks], "summary": _counts(checks)})
    elif not call.quiet:
        _print(checks, paint_for(call))
        if call.given.fix and call.given.dry_run:
            _print_repairs(checks)
    if failures := [check.title for check in checks if check.status == "fail"]:
        raise UnhealthyError(f"Not well: {', '.join(failures)}.")
    return 0


def _checks(call: Call) -> list[Check]:
    from mosaicfs_cli.doctoring.index import check_index  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.doctoring.machine import check_machine  # noqa: PLC0415 - as above
    from mosaicfs_cli.doctoring.network import check_network  # noqa: PLC0415 - as above
    from mosaicfs_cli.doctoring.places import check_places  # noqa: PLC0415 - as above

    configured = call.configured()
    return [*check_places(configured), *check_index(configured), *check_machine(configured), *check_network(configured)]


def _repaired(check: Check) -> bool:
    if not check.is_repairable:
        return False
    assert check.repair is not None
    check.repair()
    return True


def _print_repairs(checks: Sequence[Check]) -> None:
    from mosaicfs_cli.output import printable  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.rehearsing import NOTHING_CHANGED  # noqa: PLC0415 - as above

    would = ", ".join(check.fix for check in checks if check.is_repairable) or "nothing"
    sys.stdout.write(printable(f"Would do: {would}. {NOTHING_CHANGED}") + "\n")


def _counts(checks: Sequence[Check]) -> dict[str, int]:
    return {status: sum(check.status == status for check in checks) for status in ("ok", "warn", "fail", "skip")}


def _print(checks: Sequence[Check], paint: Paint) -> None:
    from mosaicfs_cli.output import printable  # noqa: PLC0415 - its help needs none of this

    for check in checks:
        detail = f": {check.detail}" if check.detail else ""
        fix = f"  → {check.fix}" if check.fix else ""
        status = paint(check.status.ljust(4), STYLES[check.status])
        sys.stdout.write(f"{status}  {printable(f'{check.title}{detail}{fix}')}\n")
    counts = _counts(checks)
    failures = f"{counts['fail']} failure{'' if counts['fail'] == 1 else 's'}"
    warnings = f"{counts['warn']} warning{'' if counts['warn'] == 1 else 's'}"
    sys.stdout.write(f"{counts['ok']} ok, {warnings}, {failures}\n")
