"""MosaicFS as a service of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser
from mosaicfs_cli.units.unit import DUTIES

if TYPE_CHECKING:
    from mosaicfs_cli.units.keeper import Keeper


def add_service(parser: Parser) -> None:
    """Options of all verbs about a service."""
    parser.add_argument("--duty", choices=DUTIES, default="up", help="what the service runs (up)")
    parser.add_argument("--system", action="store_true", help="a service of the system, as root; else one of yours")


def keeper_for(call: Call) -> Keeper:
    from mosaicfs_cli.units.keeper import keeper_of  # noqa: PLC0415 - their help needs none of this

    given = call.given
    return keeper_of(given.duty, call.environment, call.configured().places.log_dir, is_system=given.system)
