"""What indexing needs: a database that is whole, folders that can be read, enough watches of the kernel."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mosaicfs import check_database, look_at_store
from mosaicfs.errors import MosaicError
from mosaicfs_cli.agent_socket import NAME, ask_agent
from mosaicfs_cli.doctoring.check import Check
from mosaicfs_cli.reading import count, part

if TYPE_CHECKING:
    from mosaicfs import Configured

LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")
FEW = 65_536
ENOUGH = 524_288
SHARE = 0.8
"""From here on the owner is told that the limit is near."""

TIMEOUT_S = 5.0


def check_index(configured: Configured) -> Iterator[Check]:
    if configured.settings.store.driver == "sqlite":
        yield _database(configured.places.database)
    else:
        yield from _store_elsewhere(configured)
    paths = configured.settings.agent.watch_paths
    if not paths:
        yield Check("watch_path", "watched folders", "warn", "none; nothing is indexed", "mosaicfs up FOLDER")
    for path in paths:
        yield _watch_path(Path(path))
    yield watch_limit(LIMIT, _folders(configured))


def _database(path: Path) -> Check:
    if not path.exists():
        return Check("database", "database", "skip", "not there yet")
    began = time.monotonic()
    try:
        check_database(path)
    except MosaicError as trouble:
        return Check("database", "database", "fail", str(trouble), "restore a backup, or move it aside and start again")
    return Check("database", "database", "ok", f"quick_check, {time.monotonic() - began:.1f} s")


def _store_elsewhere(configured: Configured) -> Iterator[Check]:
    import trio  # noqa: PLC0415 - most databases are files

    try:
        for found in trio.run(look_at_store, configured.settings):
            yield Check(*found)
    except MosaicError as trouble:
        yield Check("store", "database", "fail", str(trouble), f"look at [store] in {configured.places.config_file}")


def _watch_path(path: Path) -> Check:
    title = f"watched folder {path}"
    try:
        with os.scandir(path) as entries:
            next(entries, None)
    except OSError as cause:
        trouble = cause.strerror or "cannot be read"
        return Check("watch_path", title, "fail", trouble, "mount it, or take it out of [agent] watch_paths")
    return Check("watch_path", title, "ok")


def _folders(configured: Configured) -> int | None:
    """How many folders are to be watched; None while no agent says it."""
    try:
        status = ask_agent(configured.places.runtime_dir / NAME, "status", timeout_s=TIMEOUT_S)
    except (MosaicError, OSError):
        return None
    watcher = part(status, "watcher")
    return count(watcher, "watches") + count(watcher, "unwatched_count")


def watch_limit(path: Path, folders: int | None) -> Check:
    """One watch is one folder, and a tenth is left to others. What is not covered is looked at now and then."""
    try:
        limit = int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return Check("watch_limit", "watch limit", "skip", "this system has none")
    detail = f"{limit:,}" if folders is None else f"{limit:,}, {folders:,} folders known"
    is_short = limit < FEW if folders is None else folders > SHARE * limit
    if is_short:
        enough = max(ENOUGH, 1 << (2 * (folders or 0)).bit_length())
        return Check("watch_limit", "watch limit", "warn", detail, f"sudo sysctl {_KEY}={enough}")
    return Check("watch_limit", "watch limit", "ok", detail)


_KEY = "fs.inotify.max_user_watches"
