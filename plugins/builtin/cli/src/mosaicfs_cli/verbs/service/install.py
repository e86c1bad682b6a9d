"""`mosaicfs service install`: write the unit, tell systemd, enable it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_changing
from mosaicfs_cli.verbs.service import add_service

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs_cli.units.putting import Ground
    from mosaicfs_cli.units.systemd import Systemd

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
    from mosaicfs_cli.units.systemd import Systemd  # noqa: PLC0415 - as above
    from mosaicfs_cli.units.unit import Asked, unit_text  # noqa: PLC0415 - as above

    given = call.given
    systemd = Systemd(given.duty, call.environment, is_system=given.system)
    ground = putting.Ground(call.environment, given.system)
    path, text = ground.unit(given.duty), unit_text(Asked(given.duty, _command(call), given.system))
    try:
        change = putting.foreseen(path, text)
    except putting.UnitEditedError as edited:
        sys.stderr.write(f"{edited.difference}\n" if edited.difference and not call.json else "")
        raise
    if given.system:
        putting.require_visible(sys.executable, sys.base_prefix)
    if given.dry_run:
        return _rehearse(call, path, text, change)
    putting.require_root(is_system=given.system)
    if given.system:
        putting.prepare_system(ground)
    if change != "unchanged":
        putting.put(path, text)
    systemd.control("daemon-reload")
    systemd.control("enable", *(["--now"] if given.now else []), path.name)
    _tell(call, path, change, systemd, ground)
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


def _tell(call: Call, path: Path, change: str, systemd: Systemd, ground: Ground) -> None:
    from mosaicfs_cli.output import print_json, print_note  # noqa: PLC0415 - its help needs none of this

    standing = systemd.standing(path.name)
    if call.json:
        print_json({"unit": path.name, "path": str(path), "enabled": standing.enabled, "active": standing.active})
    elif not call.quiet:
        sys.stdout.write(f"{path} was {change}; it is {standing.enabled} and {standing.active}.\n")
    if not ground.is_system and not ground.is_lingering() and not call.quiet:
        print_note("It runs while you are logged in. To let it run always: sudo loginctl enable-linger")
