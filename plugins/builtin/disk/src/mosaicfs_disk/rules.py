"""What a crawl of a folder is told: which things to leave out, how far to go, how politely.

They travel in `Source.options`, so that the hook needs no kernel; who has one makes them with `rules_of`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, cast

import msgspec
from msgspec import Struct

from mosaicfs.errors import OptionsError
from mosaicfs.model.configuration import Settings
from mosaicfs.model.crawling import Source
from mosaicfs.model.json import JsonObject


class Rules(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`below` limits the walk to one folder of the source. `own_paths` are left out without being counted.

    With the pace `auto`, a person who waits and a first crawl get full speed.
    """

    own_paths: tuple[str, ...] = ()
    excluded_paths: tuple[str, ...] = ()
    excluded_globs: tuple[str, ...] = ()
    default_excludes: bool = True
    ignore_file: str = ".mosaicignore"
    symlinks: Literal["skip", "files", "follow"] = "skip"
    cross_filesystems: Literal["none", "local", "all"] = "local"
    sniff_mime: bool = True
    pace: Literal["auto", "full", "half"] = "auto"
    nice: int = 10
    io_class: Literal["idle", "best-effort", "none"] = "idle"
    max_files_per_s: int = 0
    pause_on_battery: bool = False
    below: str = ""


def rules_in(source: Source) -> Rules:
    try:
        return msgspec.convert(source.options, Rules)
    except msgspec.ValidationError as trouble:
        raise OptionsError(f"the folder {source.name}", str(trouble)) from None


def rules_of(settings: Settings, own_paths: Iterable[Path]) -> Rules:
    agent, crawl = settings.agent, settings.crawl
    return Rules(
        own_paths=tuple(str(path) for path in own_paths),
        excluded_paths=agent.excluded_paths,
        excluded_globs=agent.excluded_globs,
        default_excludes=agent.default_excludes,
        ignore_file=agent.ignore_file,
        symlinks=crawl.symlinks,
        cross_filesystems=crawl.cross_filesystems,
        sniff_mime=crawl.sniff_mime,
        nice=crawl.nice,
        io_class=crawl.io_class,
        max_files_per_s=crawl.max_files_per_s,
        pause_on_battery=crawl.pause_on_battery,
    )


def options_of(rules: Rules) -> JsonObject:
    return cast(JsonObject, msgspec.to_builtins(rules))
