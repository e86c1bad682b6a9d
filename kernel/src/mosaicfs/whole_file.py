"""Small files that appear whole: whoever opens one finds all that was written, also when the power went meanwhile.

A process that is killed in the middle leaves a hidden draft beside the file, named as `DRAFTS` says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_native_id

PRIVATE = 0o600
DRAFTS = ".*.draft"


def write_whole(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """In place of what was there. It is on disk when this returns."""
    with _draft(path, content, mode) as draft:
        draft.replace(path)
    sync(path.parent)


def write_once(path: Path, content: bytes) -> None:
    """As `write_whole`, but never over what is there, nor over what another process writes in the same moment."""
    with _draft(path, content, PRIVATE) as draft, suppress(FileExistsError):
        os.link(draft, path)
    sync(path.parent)


def sync(path: Path) -> None:
    """A file or a folder: what it holds now outlives the machine."""
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _draft(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """No two threads of this machine have the same one; what a killed one of that number left is in nobody's way."""
    draft = path.with_name(f".{path.name}.{get_native_id()}.draft")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE), "wb") as file:
            if mode != PRIVATE:
                os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)
