"""Prints the options of plugins into the pages that speak of them, from the help that stands beside each option.

    python -m mosaicfs_sdk.docs.options [--check] FILE…

A page says where with two lines, and has everything between them printed anew:

    <!-- options of mosaicfs_bridge_s3.plugin -->
    <!-- end of options -->

`--check` writes nothing and fails when a page is not what would be printed.
"""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path

from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.plugin_host.options import Option, schema_of

_place = re.compile(r"(<!-- options of ([\w.]+) -->\n).*?(<!-- end of options -->)", re.DOTALL)


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a page is not current")
    parser.add_argument("files", nargs="+", type=Path)
    given = parser.parse_args()
    stale = [file for file in given.files if file.read_text(encoding="utf-8") != printed(file)]
    for file in stale:
        if given.check:
            sys.stderr.write(f"{file} is not current. Print it with: python -m mosaicfs_sdk.docs.options {file}\n")
        else:
            file.write_text(printed(file), encoding="utf-8")
    return int(given.check and bool(stale))


def printed(page: Path) -> str:
    """The page as it should be."""
    text = page.read_text(encoding="utf-8")
    return _place.sub(lambda found: f"{found[1]}{table(_info(found[2]))}{found[3]}", text)


def table(info: PluginInfo) -> str:
    options = schema_of(info.options).options
    rows = [f"| `{each.name}` | {_default(each)} | {each.description} |" for each in options]
    return "\n".join(("| Option | Default | Meaning |", "|---|---|---|", *rows)) + "\n"


def _info(module: str) -> PluginInfo:
    info = import_module(module).PLUGIN
    assert isinstance(info, PluginInfo), f"{module} has no PLUGIN"
    return info


def _default(option: Option) -> str:
    if option.type == "secret":
        return "a secret"
    if option.required:
        return "must be given"
    if option.default in ("", None):
        return "empty"
    shown = str(option.default).lower() if isinstance(option.default, bool) else str(option.default)
    choices = [f"`{each}`" for each in option.choices if each != option.default]
    return f"`{shown}`" + (f"; or {', '.join(choices)}" if choices else "")


if __name__ == "__main__":
    sys.exit(main())
