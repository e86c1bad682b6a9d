"""The path that a plugin is given: the file itself, or a copy that is gone afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.content import Content
from mosaicfs.model.entry import Entry
from mosaicfs.services.annotating.lending import Lending

HERE = "node-here"


@dataclass
class Held:
    """What somebody else serves; breaks off at `breaks_at`."""

    content: bytes
    breaks_at: int | None = None
    closed: bool = False

    async def read(self, offset: int, length: int) -> bytes:
        if self.breaks_at is not None and offset >= self.breaks_at:
            raise SourceUnavailableError("The NAS")
        return self.content[offset : offset + min(length, 3)]

    async def close(self) -> None:
        self.closed = True


@dataclass
class Shelf:
    held: Held

    async def open(self, file_id: str, **_: bool) -> Held:
        return self.held


def lending_of(held: Held, folder: Path) -> Lending:
    return Lending(cast(Content, Shelf(held)), HERE, folder / "lent")


def entry(node_id: str, path: str, **members: str) -> Entry:
    name = path.rpartition("/")[2]
    facts = {"file_id": "file::u1", "node_id": node_id, "export_path": path, "name": name, "mtime": "x", **members}
    return Entry(size=8, **facts)  # type: ignore[arg-type]  # by name


def left_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_file_of_this_machine_is_lent_itself(tmp_path: Path) -> None:
    held = Held(b"whatever")
    async with lending_of(held, tmp_path).path_of(entry(HERE, "/home/a.txt")) as path:
        assert path == Path("/home/a.txt")
    assert held.closed


async def test_a_name_that_is_not_utf_8_is_lent_as_it_really_is(tmp_path: Path) -> None:
    odd = entry(HERE, "/home/a%FF", raw_path="L2hvbWUvYf8")
    async with lending_of(Held(b""), tmp_path).path_of(odd) as path:
        assert str(path) == "/home/a\udcff"


async def test_what_lies_elsewhere_is_copied_and_taken_away_again(tmp_path: Path) -> None:
    for elsewhere in (entry("node-nas", "/srv/film.mkv"), entry(HERE, "/srv/film.mkv", backend="photos")):
        held = Held(b"eight by")
        async with lending_of(held, tmp_path).path_of(elsewhere) as path:
            assert (path.name, path.read_bytes()) == ("film.mkv", b"eight by")
        assert held.closed
        assert left_in(tmp_path) == []


async def test_nothing_stays_of_a_copy_that_breaks_off(tmp_path: Path) -> None:
    held = Held(b"eight by", breaks_at=6)
    with pytest.raises(SourceUnavailableError):
        async with lending_of(held, tmp_path).path_of(entry("node-nas", "/srv/film.mkv")):
            raise AssertionError("it was lent")
    assert held.closed
    assert left_in(tmp_path) == []


async def test_what_a_dead_process_left_is_taken_away(tmp_path: Path) -> None:
    left = tmp_path / "lent" / "u1" / "film.mkv"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    lending_of(Held(b""), tmp_path).begin()
    assert left_in(tmp_path) == []
