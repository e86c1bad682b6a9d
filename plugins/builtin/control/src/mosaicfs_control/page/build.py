"""The files of the web page, as the build left them in `mosaicfs_control/web`.

Only names that were found there are ever opened, so nothing that a request spells leads anywhere else. Another build
that takes the place of this one is seen by its `index.html`.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).resolve().parent.parent / "web"
INDEX: Final = "/index.html"
PACKINGS: Final = (("br", ".br"), ("gzip", ".gz"))
"""Best first. The build leaves a packed copy beside each file that gains by it."""

MEDIA_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".mjs": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".json": "application/json",
        ".webmanifest": "application/manifest+json",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".ico": "image/x-icon",
        ".woff2": "font/woff2",
        ".wasm": "application/wasm",
        ".txt": "text/plain; charset=utf-8",
    }
)
"""What is served; a build that leaves something else needs a line here."""

_HASHED: Final = ("/assets/", "/preview/assets/")


class PageFile(NamedTuple):
    """`tag` names its bytes; `packed` are copies by content coding. A name that `is_hashed` never gets other bytes."""

    path: Path
    media_type: str
    tag: str
    packed: Mapping[str, Path]
    is_hashed: bool


class Build:
    """Blocking: to be asked in a thread."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self._seen: tuple[int, int, int] | None = None
        self._files: Mapping[str, PageFile] = {}

    @property
    def is_there(self) -> bool:
        return _looked_at(self.folder / INDEX[1:]) is not None

    def files(self) -> Mapping[str, PageFile]:
        """By the path of their URL; nothing as long as there is no build."""
        seen = _looked_at(self.folder / INDEX[1:])
        if seen != self._seen:
            self._files = {} if seen is None else _found(self.folder)
            self._seen = seen
        return self._files


def _looked_at(index: Path) -> tuple[int, int, int] | None:
    try:
        found = index.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _found(folder: Path) -> dict[str, PageFile]:
    names = sorted(path for path in folder.rglob("*") if path.suffix in MEDIA_TYPES and path.is_file())
    return {name: _file(path, name) for path in names if (name := f"/{path.relative_to(folder).as_posix()}")}


def _file(path: Path, name: str) -> PageFile:
    """A name that is hashed says already what its bytes are: the first visitor need not wait until all are read."""
    is_hashed = name.startswith(_HASHED)
    return PageFile(
        path,
        MEDIA_TYPES[path.suffix],
        path.name if is_hashed else blake2b(path.read_bytes(), digest_size=12).hexdigest(),
        {coding: copy for coding, suffix in PACKINGS if _is_current(copy := path.with_name(path.name + suffix), path)},
        is_hashed,
    )


def _is_current(copy: Path, original: Path) -> bool:
    """A build that was not packed may have left the copies of the one before."""
    return copy.is_file() and copy.stat().st_mtime_ns >= original.stat().st_mtime_ns
