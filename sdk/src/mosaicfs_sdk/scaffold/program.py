"""The program `mosaicfs-sdk`: what an author types.

What is written is in `templates/`, how it is written in `writing`.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

from mosaicfs_sdk.scaffold.writing import ALIASES, KINDS, NewPlugin, ScaffoldError, write_plugin


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        folder = write_plugin(NewPlugin(ALIASES.get(given.kind, given.kind), given.name), given.into)
    except ScaffoldError as error:
        sys.stderr.write(f"mosaicfs-sdk: {error}\n")
        return 2
    sys.stdout.write(f"{folder} is ready. Its tests pass: cd {folder} && pytest\n")
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="mosaicfs-sdk", description="For authors of MosaicFS plugins.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    new = verbs.add_parser("new", help="begin a plugin: a small working one whose tests pass")
    kinds = "; ".join(f"{name}: {kind.says}" for name, kind in KINDS.items())
    new.add_argument("kind", choices=[*KINDS, *ALIASES], metavar="KIND", help=kinds)
    new.add_argument("name", metavar="NAME", help="name of the plugin, such as “summary”")
    new.add_argument("--into", type=Path, default=Path(), help="folder to write it into (default: here)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
