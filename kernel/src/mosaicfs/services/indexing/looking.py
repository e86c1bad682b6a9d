"""Looking once more whether files of this machine are there, before a person's word ends them."""

from __future__ import annotations

import os
from collections.abc import Sequence

import trio

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.crawling import Source

DISK = "disk"


async def still_there(source: Source, paths: Sequence[str]) -> set[str]:
    """Paths as the system takes them. A backend cannot be looked at from here; the person's word is enough."""
    if source.backend != DISK or not paths:
        return set()
    return await trio.to_thread.run_sync(_there, source.prefix, paths)


def _there(prefix: str, paths: Sequence[str]) -> set[str]:
    """What cannot be looked at counts as there; a folder that is away as a whole is told of."""
    try:
        with os.scandir(prefix):
            pass
    except OSError as trouble:
        raise SourceUnavailableError(prefix, trouble.strerror or str(trouble)) from trouble
    return {path for path in paths if _is_there(path)}


def _is_there(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
