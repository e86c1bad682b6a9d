"""`mosaicfs version`: the quickest verb, so its human form asks nothing that has to be searched for."""

from __future__ import annotations

import os
import sys

from mosaicfs import __version__
from mosaicfs_cli.options import Call

EXAMPLES = ("mosaicfs version", "mosaicfs version --json")


def run(call: Call) -> int:
    python = sys.version.partition(" ")[0]
    platform = f"{sys.platform}-{os.uname().machine}"
    if call.json:
        _print_all(python, platform)
    else:
        sys.stdout.write(f"MosaicFS {__version__}, Python {python}, {platform}\n")
    return 0


def _print_all(python: str, platform: str) -> None:
    """Which drivers and parts there are stands in the metadata of what is installed; reading it takes a while."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - see above

    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - see above

    drivers = {"sqlite", *(found.name for found in entry_points(group="mosaicfs.stores"))}
    features = {found.name for found in entry_points(group="mosaicfs.plugins")}
    print_json(
        {
            "version": __version__,
            "python": python,
            "platform": platform,
            "store_drivers": sorted(drivers),
            "features": sorted(features),
        }
    )
