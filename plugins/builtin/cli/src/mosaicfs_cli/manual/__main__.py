"""Prints `docs/reference/cli.md` and the man page beside it from the commands themselves.

    python -m mosaicfs_cli.manual [--check] [FOLDER]

`--check` writes nothing and fails when a page is not what would be printed.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

from mosaicfs_cli.manual.man import man_page
from mosaicfs_cli.manual.page import page

FOLDER = Path("docs/reference")
PAGES = {"cli.md": page, "mosaicfs.1": man_page}


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a page is not current")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    given = parser.parse_args()
    stale = False
    for name, printed in PAGES.items():
        path = given.folder / name
        if not given.check:
            given.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(printed(), encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != printed():
            sys.stderr.write(f"{path} is not current. Print it with: python -m mosaicfs_cli.manual\n")
            stale = True
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
