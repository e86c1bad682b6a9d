"""Directories, key files, room on the disk, the file cache, and the folder of single-file plugins."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mosaicfs_cli import showing
from mosaicfs_cli.doctoring.check import Check, Status

if TYPE_CHECKING:
    from mosaicfs import Configured
    from mosaicfs.model.configuration import CacheSettings

LITTLE, VERY_LITTLE = 1 << 30, 100 << 20
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


def check_places(configured: Configured) -> Iterator[Check]:
    places = configured.places
    for folder in (places.state_dir, places.keys_dir, places.runtime_dir, places.log_dir, places.cache_dir):
        yield _private("directory", folder, PRIVATE_FOLDER)
    for file in (places.config_file, places.database, *_keys(places.keys_dir)):
        yield _private("file", file, PRIVATE_FILE)
    yield room(places.database.parent, _size(places.database))
    yield cache(places.cache_dir, configured.settings.cache)
    yield _plugins(places.plugins_dir)


def _keys(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _private(what: str, path: Path, mode: int) -> Check:
    """Ours, and nobody else's to read. A configuration file may be read by others, for it holds no secret."""
    title = f"{what} {path}"
    try:
        found = path.stat()
    except FileNotFoundError:
        return Check(what, title, "skip", "not there yet")
    except OSError as cause:
        return Check(what, title, "fail", cause.strerror or "cannot be looked at")
    if found.st_uid != os.geteuid():
        return Check(what, title, "fail", "belongs to somebody else", f"move it away: {path}")
    if found.st_mode & 0o077 and path.suffix != ".toml":
        return Check(what, title, "fail", "others may read it", f"chmod {mode:o} {path}", lambda: path.chmod(mode))
    return Check(what, title, "ok")


def room(folder: Path, database: int) -> Check:
    """Beside the database: a copy of it is made before its form changes, and its log grows while much is written."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(there).free
    status: Status = "fail" if free < VERY_LITTLE else "warn" if free < max(LITTLE, database) else "ok"
    fix = "" if status == "ok" else f"make room on the disk of {there}"
    beside = f" beside a database of {showing.size(database)}" if database else ""
    return Check("free_space", "free space", status, f"{showing.size(free)} in {folder}{beside}", fix)


def cache(folder: Path, limits: CacheSettings) -> Check:
    """How full it is as the disk counts it, pinned files too. It gives way by itself; what it cannot make is room."""
    if not folder.exists():
        return Check("cache", f"file cache {folder}", "skip", "not there yet")
    free, title = shutil.disk_usage(folder).free, f"file cache {folder}"
    detail = f"{showing.size(_taken(folder))} of at most {showing.size(limits.max_bytes)}, {showing.size(free)} free"
    if free < limits.min_free_bytes:
        detail += f", and nothing is kept below {showing.size(limits.min_free_bytes)}"
        return Check("cache", title, "warn", detail, f"make room on the disk of {folder}")
    return Check("cache", title, "ok", detail)


def _taken(folder: Path) -> int:
    """Files have holes, so what they take is less than they are long."""
    taken = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                taken += os.lstat(f"{place}/{name}").st_blocks * 512
    return taken


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _plugins(folder: Path) -> Check:
    title = f"plugin folder {folder}"
    try:
        found = folder.stat()
        files = sum(1 for each in folder.iterdir() if each.suffix == ".py")
    except FileNotFoundError:
        return Check("plugins", title, "skip", "not there; nothing is dropped in")
    except OSError as cause:
        return Check("plugins", title, "warn", cause.strerror or "cannot be read", f"chmod u+rx {folder}")
    if found.st_mode & 0o022:
        return Check("plugins", title, "fail", "others may put programs into it", f"chmod go-w {folder}")
    return Check("plugins", title, "ok", f"{files} plugins; see mosaicfs plugins list")
