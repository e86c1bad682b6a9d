"""`mosaicfs service install`: write the unit, tell who keeps it, enable it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_changing
from mosaicfs_cli.verbs.service import add_service, keeper_for

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs_cli.units.keeper import Keeper

EXAMPLES = (
    "mosaicfs service install --now",
    "sudo mosaicfs service install --system --duty server",
    "mosaicfs service install --dry-run",
)


def arguments(parser: Parser) -> None:
    add_service(parser)
    parser.add_argument("--now", action="store_true", help="start it too")
    add_changing(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.units import putting  # noqa: PLC0415 - its help needs none of this

    keeper = keeper_for(call)
    path, text = keeper.path, keeper.text(_command(call))
    try:
        change = putting.foreseen(path, text)
    except putting.UnitEditedError as edited:
        sys.stderr.write(f"{edited.difference}\n" if edited.difference and not call.json else "")
        raise
    keeper.refuse_unfit()
    if call.given.dry_run:
        return _rehearse(call, path, text, change)
    keeper.prepare()
    if change != "unchanged":
        putting.put(path, text)
    keeper.enable(now=call.given.now)
    _tell(call, keeper, change)
    return 0


def _command(call: Call) -> list[str]:
    """This program, wherever it was installed, with the configuration that was named."""
    from pathlib import Path  # noqa: PLC0415 - its help needs none of this

    beside = Path(sys.executable).with_name("mosaicfs")
    program = [str(beside)] if beside.exists() else [sys.executable, "-P", "-m", "mosaicfs_cli"]
    return [*program, *([f"--config={Path(call.given.config).absolute()}"] if call.given.config else [])]


def _rehearse(call: Call, path: Path, text: str, change: str) -> int:
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - its help needs none of this

    would = {"written": "write", "updated": "update", "unchanged": "leave"}[change]
    print_rehearsal(call, f"Would {would} {path} and enable it.", {"path": str(path), "unit": path.name, "text": text})
    return 0


def _tell(call: Call, keeper: Keeper, change: str) -> None:
    from mosaicfs_cli.output import print_json, print_note  # noqa: PLC0415 - its help needs none of this

    standing, path = keeper.standing(), keeper.path
    if call.json:
        print_json({"unit": path.name, "path": str(path), "enabled": standing.enabled, "active": standing.active})
    elif not call.quiet:
        sys.stdout.write(f"{path} was {change}; it is {standing.enabled} and {standing.active}.\n")
    if (hint := keeper.hint()) and not call.quiet:
        print_note(hint)
