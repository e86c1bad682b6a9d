"""Ignore files: gitignore rules for the folder that they lie in, and below."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

LARGEST = 1 << 20


class Ignoring(NamedTuple):
    """The rules of one file. `folder` is where it lies, as it is shown, with a `/` at its end."""

    folder: str
    spec: GitIgnoreSpec


def leaves_out(rules: tuple[Ignoring, ...], path: str, *, is_folder: bool) -> bool:
    """The rules of the nearest file that says anything decide. `rules` has the outermost first."""
    end = "/" if is_folder else ""
    for each in reversed(rules):
        verdict = each.spec.check_file(path.removeprefix(each.folder) + end).include
        if verdict is not None:
            return verdict
    return False


def ignoring(folder: str, name: str, folder_fd: int) -> Ignoring | None:
    """The rules in a folder's ignore file; None where it has none.

    Raises `OSError` when there is one that cannot be read: what it leaves out is not known then, and indexing all of it
    would be wrong. Anything but a plain file of some size is no ignore file.
    """
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder_fd)
    except FileNotFoundError:
        return None
    with open(handle, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return None
        text = file.read(LARGEST).decode(errors="replace")
    return Ignoring(f"{folder.rstrip('/')}/", spec_of(text))


def spec_of(text: str) -> GitIgnoreSpec:
    """A line that makes no sense is left out; the others count."""
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - every duty loads this, and only one crawls

    lines = []
    for line in text.splitlines():
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        lines.append(line)
    return GitIgnoreSpec.from_lines(lines)
