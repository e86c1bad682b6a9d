"""A look at a database that changes nothing: whole, damaged, and somebody else's."""

from pathlib import Path

import apsw
import pytest

from mosaicfs.documents.sqlite import open_store
from mosaicfs.documents.sqlite.checking import check_database
from mosaicfs.errors import AccessRefusedError, StoreCorruptError, StoreForeignError


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "mosaicfs.db"


async def test_a_whole_database_passes_also_while_it_is_open(database: Path, tmp_path: Path) -> None:
    async with open_store(database, tmp_path / "bell"):
        check_database(database)
    check_database(database)


async def test_a_damaged_page_is_found(database: Path, tmp_path: Path) -> None:
    async with open_store(database, tmp_path / "bell"):
        pass
    _refuses_when_damaged(database)


def _refuses_when_damaged(database: Path) -> None:
    with database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)
    damaged = database.read_bytes()
    with pytest.raises(StoreCorruptError):
        check_database(database)
    assert database.read_bytes() == damaged


def test_another_programs_database_is_refused(database: Path) -> None:
    other = apsw.Connection(str(database))
    other.execute("CREATE TABLE notes (text)")
    other.close()
    with pytest.raises(StoreForeignError):
        check_database(database)


def test_one_that_is_not_there_is_not_made(database: Path) -> None:
    with pytest.raises(AccessRefusedError):
        check_database(database)
    assert not database.exists()
