"""What is remembered of each watched folder from one run to the next: who it was, and when it was crawled wholly.

Losing the file costs a test of known files, never data.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from mosaicfs import write_whole
from mosaicfs_disk.presence import Identity

ALL = ""
"""Stands for all watched folders together: no path is empty."""

log = structlog.get_logger("disk")


class Remembered(Struct, frozen=True, omit_defaults=True):
    """`crawled_at` is the last whole crawl, in seconds since 1970; 0 for none."""

    identity: Identity | None = None
    crawled_at: float = 0.0


class Roots:
    """By path, and `ALL` once each folder that was there had its first crawl.

    Every change is on disk when the call returns.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, Remembered] = dict(_read(file))

    def __getitem__(self, path: str) -> Remembered:
        return self._known.get(path, Remembered())

    def paths(self) -> list[str]:
        return [path for path in self._known if path != ALL]

    def learn(self, path: str, identity: Identity) -> None:
        if self[path].identity != identity:
            self._put(path, msgspec.structs.replace(self[path], identity=identity))

    def crawled(self, path: str, at: float) -> None:
        self._put(path, msgspec.structs.replace(self[path], crawled_at=at))

    def forget(self, path: str) -> None:
        if self._known.pop(path, None) is not None:
            self._write()

    def _put(self, path: str, remembered: Remembered) -> None:
        self._known[path] = remembered
        self._write()

    def _write(self) -> None:
        write_whole(self._file, msgspec.json.encode(self._known))


def _read(file: Path) -> Mapping[str, Remembered]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Remembered])
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as trouble:
        log.info("what was remembered of watched folders cannot be read", file=str(file), cause=str(trouble))
        return {}
