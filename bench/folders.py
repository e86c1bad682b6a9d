"""A tree of files as a person's disk has them: twenty to a folder, the same names in every run, all of them empty."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

FILES_A_FOLDER = 20
_ENDINGS = ("jpg", "jpg", "jpg", "pdf", "txt", "docx", "mp3", "md", "json", "py")


def plant(root: Path, files: int) -> None:
    for number, folder in enumerate(folders(root, files)):
        fill(folder, names(number, min(FILES_A_FOLDER, files - number * FILES_A_FOLDER)))


def fill(folder: Path, names: Iterable[str]) -> None:
    """Names are made by handles of folders: half a million take about ten seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in names:
            os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=handle))
    finally:
        os.close(handle)


def folders(root: Path, files: int) -> Iterator[Path]:
    """Those that hold files. Two more levels lie above them."""
    for number in range(-(-files // FILES_A_FOLDER)):
        yield root / f"{2000 + number % 25}" / f"{number // 25 % 40:02} month" / f"{number:06} days in the mountains"


def names(folder: int, count: int) -> Iterator[str]:
    return (f"IMG_{folder:06}_{number:02}.{_ENDINGS[number % len(_ENDINGS)]}" for number in range(count))
