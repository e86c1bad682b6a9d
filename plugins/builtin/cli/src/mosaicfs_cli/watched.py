"""Which folders `mosaicfs up` watches: those named, those of the configuration, or on a first run a person's own.

Looked at before anything is created, so that a slip of the pen leaves no trace.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from mosaicfs_cli.errors import NoSuchPathError, UsageError

NAMES = ("Documents", "Pictures", "Music", "Videos", "Downloads", "Desktop")
_KEYS = ("DOCUMENTS", "PICTURES", "MUSIC", "VIDEOS", "DOWNLOAD", "DESKTOP")
_LINE = re.compile(r'^\s*XDG_(\w+)_DIR\s*=\s*"(\$HOME/)?([^"]*)"\s*$', re.MULTILINE)


def named(paths: Sequence[str]) -> list[str]:
    """Made absolute, each once. One that is no folder, or that the configuration file could not hold, is an error."""
    found = [_folder(path) for path in paths]
    return list(dict.fromkeys(found))


def added(known: Sequence[str], new: Sequence[str]) -> list[str]:
    """The new ones that are not watched yet."""
    return [path for path in new if path not in known]


def of_person(environment: Mapping[str, str], *, is_root: bool) -> list[str]:
    """The folders of a first run: the usual ones as far as they exist, or the home directory if none does."""
    if is_root:
        raise UsageError("up", "As root, say which folders to watch: mosaicfs up FOLDER")
    home = Path(environment.get("HOME") or Path.home())
    folders = [folder for folder in _user_folders(environment, home) if folder != home and folder.is_dir()]
    return list(dict.fromkeys(str(folder) for folder in folders)) or [str(home)]


def _folder(path: str) -> str:
    absolute = os.path.abspath(path)  # noqa: PTH100 - `..` is taken away, links stay what the person typed
    if not os.path.lexists(absolute):
        raise NoSuchPathError(path)
    if not Path(absolute).is_dir():
        raise NoSuchPathError(path, "is not a folder")
    try:
        absolute.encode()
    except UnicodeEncodeError:
        raise NoSuchPathError(path, "has a name that is not UTF-8; name a folder above it") from None
    return absolute


def _user_folders(environment: Mapping[str, str], home: Path) -> list[Path]:
    """As the desktop names them in `user-dirs.dirs`; one that it does not name has its English name."""
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    try:
        text = (config / "user-dirs.dirs").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    told = {key: home / rest if at_home else Path(rest) for key, at_home, rest in _LINE.findall(text)}
    return [told.get(key, home / name) for key, name in zip(_KEYS, NAMES, strict=True)]
