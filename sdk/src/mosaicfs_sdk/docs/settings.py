"""Prints `docs/operating/configuration.md` from the help that stands beside each setting.

    python -m mosaicfs_sdk.docs.settings [--check] [FILE]

`--check` writes nothing and fails when the page is not what would be printed.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from textwrap import fill
from typing import Any, get_args, get_type_hints

from mosaicfs.model.configuration import SECTIONS
from mosaicfs.services.rereading import FOLLOWED

PAGE = Path("docs/operating/configuration.md")

_BEFORE = """\
# Configuration

<!-- Printed by `python -m mosaicfs_sdk.docs.settings`; change the help in `model/configuration.py` instead. -->

Nothing has to be set. What is set is taken from the first place that has it: an option of the command line, a variable
of the environment, the file `mosaicfs.toml`. An empty variable counts as none; a list is written there with commas.
For `cache.max_bytes`, `cache.min_free_bytes`, `crawl.nightly`, `crawl.nightly_at` and `logging.level` the settings of
the instance come next (`mosaicfs system settings cache_max_bytes=… cache_min_free_bytes=… nightly_crawl=…
nightly_crawl_at=… log_level=…`); they hold on all nodes, without a restart.

The file is the one that `--config` names, else the one that `MOSAICFS_CONFIG` names, else `mosaicfs.toml` in
`~/.config/mosaicfs` for a person and in `/etc/mosaicfs` for root and system accounts. Only one is read;
`mosaicfs paths` shows which. A key that is not on this page, or a value of another type, stops the start with exit
code 11, the file, the line and the nearest known key.
"""

_AFTER = """
## Reading it again

At SIGHUP (`systemctl reload mosaicfs`) every duty reads the file again; `mosaicfs up` passes the signal on. A file with
a mistake in it changes nothing, and the log says what is wrong. The log also names what holds at once and what holds
after a restart. At once (folders to watch: within a minute):

%s.

A duty that runs in a terminal ends when the terminal is closed.

## `[plugin.NAME]`

The options of the plugin NAME, as its own page lists them. They are checked when the plugin is loaded.

## Secrets

A secret does not stand in the file. It is taken from its variable, else from `mosaicfs-SECTION-KEY` (such as
`mosaicfs-store-secret`) in the directory that the service manager names in `CREDENTIALS_DIRECTORY`, else from the file
that the key `…_file` names, which must be yours and have mode 0600.

## Directories

A person's things lie in `~/.config/mosaicfs`, `~/.local/state/mosaicfs`, `~/.cache/mosaicfs`,
`~/.local/share/mosaicfs/plugins` and `$XDG_RUNTIME_DIR/mosaicfs` (else `/tmp/mosaicfs-UID`); those of root and system
accounts in `/etc/mosaicfs`, `/var/lib/mosaicfs`, `/var/cache/mosaicfs`, `/usr/lib/mosaicfs/plugins` and
`/run/mosaicfs`. `XDG_CONFIG_HOME`, `XDG_STATE_HOME`, `XDG_CACHE_HOME`, `XDG_DATA_HOME` and `XDG_RUNTIME_DIR` beat both.
State and runtime directories must be yours alone (mode 0700).
"""


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the page is not current")
    parser.add_argument("file", nargs="?", type=Path, default=PAGE)
    given = parser.parse_args()
    text = page()
    if not given.check:
        given.file.write_text(text, encoding="utf-8")
        return 0
    if given.file.exists() and given.file.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{given.file} is not current. Print it with: python -m mosaicfs_sdk.docs.settings\n")
    return 1


def page() -> str:
    return _BEFORE + "".join(f"\n{line}\n" for name in SECTIONS for line in _section(name)) + _AFTER % _followed()


def _followed() -> str:
    return fill(", ".join(f"`{key}`" for key in sorted(FOLLOWED)), 120, break_on_hyphens=False)


def _section(name: str) -> Iterator[str]:
    yield f"## `[{name}]`"
    noun = SECTIONS[name]
    kinds = get_type_hints(noun)
    tables = {key.name: first for key in fields(noun) for first in get_args(kinds[key.name])[:1] if is_dataclass(first)}
    rows = [_row(name, key, is_list=key.name in tables) for key in fields(noun)]
    yield "\n".join(("| Key | Default | Variable | Meaning |", "|---|---|---|---|", *rows))
    for key, table in tables.items():
        yield f"Each `[[{name}.{key}]]` has these keys:"
        rows = [f"| `{each.name}` | {_default(each)} | {each.metadata['help']} |" for each in fields(table)]
        yield "\n".join(("| Key | Default | Meaning |", "|---|---|---|", *rows))


def _row(section: str, key: Field[Any], *, is_list: bool) -> str:
    """A list of tables stands in the file alone."""
    variable = "none" if is_list else f"`MOSAICFS_{section}_{key.name}`".upper()
    where = "not in the file" if "secret" in key.metadata else f"`{key.name}`"
    shown = f"`[[{section}.{key.name}]]`" if is_list else where
    return f"| {shown} | {_default(key)} | {variable} | {key.metadata['help']} |"


def _default(key: Field[Any]) -> str:
    if key.default is MISSING:
        return "must be given"
    if isinstance(key.default, bool):
        return f"`{str(key.default).lower()}`"
    if key.default in ("", ()):
        return str(key.metadata["empty"])
    value = list(key.default) if isinstance(key.default, tuple) else key.default
    return f"`{value!r}`".replace("'", '"')


if __name__ == "__main__":
    sys.exit(main())
