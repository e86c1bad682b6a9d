"""MosaicFS as a service of this machine."""

from __future__ import annotations

from mosaicfs_cli.options import Parser
from mosaicfs_cli.units.unit import DUTIES


def add_service(parser: Parser) -> None:
    """Options of all verbs about a service."""
    parser.add_argument("--duty", choices=DUTIES, default="up", help="what the service runs (up)")
    parser.add_argument("--system", action="store_true", help="a service of the system, as root; else one of yours")
