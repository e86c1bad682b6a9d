"""Which index was filled. Where another one stands in its place, it has to be filled from the beginning."""

from __future__ import annotations

import shutil
from pathlib import Path

MARK = "index"


def is_another(folder: Path, created: str) -> bool:
    """An index is known by when it was made. One that was never seen is another too."""
    try:
        return (folder / MARK).read_text(encoding="utf-8") != created
    except (OSError, ValueError):
        return True


def remember(folder: Path, created: str) -> None:
    """With the file by which the runner of events knows that we have seen them, where there was another before."""
    if (folder / MARK).exists():
        for each in folder.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / MARK).write_text(created, encoding="utf-8")
