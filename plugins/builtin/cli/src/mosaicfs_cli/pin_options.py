"""What a pin is about, as options."""

from __future__ import annotations

from mosaicfs_cli.options import Parser


def add_scope(parser: Parser) -> None:
    parser.add_argument("dir", nargs="?", metavar="DIR", help="directory of the tree, with everything below it")
    parser.add_argument("--label", action="append", metavar="LABEL", help="files with this label; repeated, with all")
    parser.add_argument("--search", metavar="QUERY", help="files that a search finds, those to come too")
    parser.add_argument("--node", metavar="NODE", help="id or name of the node that keeps them (this machine)")
    parser.add_argument("--budget", metavar="SIZE", help="most bytes to keep: 500M, 40G (10G)")
