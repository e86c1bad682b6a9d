"""Where a path leads by its links, asked of nothing that may never answer."""

from __future__ import annotations

import os

from mosaicfs_disk.mounts import Mounts

_MOST_LINKS = 40


def real_name(path: str, mounts: Mounts) -> str:
    """With links followed up to a file system behind a network; from there on by name alone.

    What is not there is taken by its name, and so is what has links without end: opening it will tell.
    """
    here, waiting, links = "", _parts(path), 0
    while waiting:
        part = waiting.pop()
        if part == "..":
            here = here.rpartition("/")[0]
            continue
        here = f"{here}/{part}"
        if is_remote(here, mounts):
            return "/".join([here, *reversed(waiting)])
        target = _target(here) if links < _MOST_LINKS else ""
        if target:
            links += 1
            here = "" if target.startswith("/") else here.rpartition("/")[0]
            waiting += _parts(target)
    return here or "/"


def is_remote(path: str, mounts: Mounts) -> bool:
    """By its name: nothing is asked of what lies there."""
    mount = mounts.of(path)
    return mount is not None and mount.is_remote


def _parts(path: str) -> list[str]:
    """The first one last."""
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]


def _target(path: str) -> str:
    """Empty for what is no link."""
    try:
        return os.readlink(path)  # noqa: PTH115 - asked of each part of a path
    except OSError:
        return ""
