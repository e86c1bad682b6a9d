"""`mosaicfs plugins install`: a file goes into the plugins folder, a distribution to the Python of this program."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_changing

if TYPE_CHECKING:
    from mosaicfs.model.plugin_kind import FoundPlugin

EXAMPLES = (
    "mosaicfs plugins install ./first_line.py",
    "mosaicfs plugins install ./colours",
    "mosaicfs plugins install mosaicfs-colours",
)


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "plugin", metavar="NAME|PATH", help="a distribution of an index, its folder, a .py file, or a program"
    )
    parser.add_argument("--replace", action="store_true", help="also over another version in the plugins folder")
    add_changing(parser)


def run(call: Call) -> int:
    word = call.given.plugin
    found = _file(call, word)
    if found is None:
        return _install_distribution(call, word)
    return _install_file(call, found)


def _file(call: Call, word: str) -> FoundPlugin | None:
    """None for a distribution."""
    from mosaicfs import RefusedError, find_plugin  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.plugin_trials.installing import PluginUnfitError  # noqa: PLC0415 - as above
    from mosaicfs_cli.plugin_trials.trying import ground_of  # noqa: PLC0415 - as above

    path = Path(word)
    if not ("/" in word or path.exists()) or _is_distribution(path):
        return None
    try:
        return find_plugin(str(path.absolute()), ground_of(call.configured()))
    except (RefusedError, OSError) as trouble:
        raise PluginUnfitError(word, str(trouble)) from None


def _is_distribution(folder: Path) -> bool:
    import tomllib  # noqa: PLC0415 - its help needs none of this

    if folder.name.endswith((".whl", ".tar.gz")):
        return True
    if not (folder / "pyproject.toml").is_file():
        return False
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    return bool(project.get("entry-points", {}).get("mosaicfs.plugins"))


def _install_file(call: Call, found: FoundPlugin) -> int:
    from mosaicfs_cli.plugin_trials import installing  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.plugin_trials.trying import ground_of  # noqa: PLC0415 - as above

    configured = call.configured()
    folder = configured.places.plugins_dir
    parts = installing.parts_of(found)
    installing.refuse_unfit(found, parts, ground_of(configured), configured.settings.plugin_options.get(found.name, {}))
    if not call.given.replace:
        installing.refuse_taken(folder, parts)
    if not call.given.dry_run:
        installing.put(folder, parts)
    _tell(call, found.name, str(folder / parts[0].name))
    return 0


def _install_distribution(call: Call, word: str) -> int:
    from mosaicfs_cli.plugin_trials import installing  # noqa: PLC0415 - its help needs none of this

    command = installing.installer(str(Path(word).absolute()) if "/" in word or Path(word).exists() else word)
    if not call.given.dry_run:
        installing.run_installer(command)
    _tell(call, word, " ".join(command))
    return 0


def _tell(call: Call, name: str, where: str) -> None:
    from mosaicfs_cli.output import print_json, printable  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

    if call.given.dry_run:
        print_rehearsal(call, f"Would install {name}: {where}.", {"name": name, "where": where})
    elif call.json:
        print_json({"name": name, "where": where})
    elif not call.quiet:
        text = f"Installed {name}: {where}. See it: mosaicfs plugins list"
        sys.stdout.write(printable(text) + "\n")
