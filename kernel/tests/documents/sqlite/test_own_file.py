"""A file that is ours is gone on with; any other is moved aside as it is."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from mosaicfs.documents.sqlite.own_file import OwnFile, move_aside

FILE = OwnFile(0x4D6F5354, 3, "CREATE TABLE notes (text TEXT NOT NULL)")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "notes.db"


def noted(path: Path, file: OwnFile = FILE) -> list[str]:
    """What stands there, after one more line."""
    connection = file.opened(path)
    try:
        connection.execute("INSERT INTO notes VALUES ('here')").fetchall()
        return [str(text) for (text,) in connection.execute("SELECT text FROM notes").fetchall()]
    finally:
        connection.close()


def change(path: Path, statement: str) -> None:
    connection = apsw.Connection(str(path))
    connection.execute(statement).fetchall()
    connection.close()


def test_it_is_made_for_its_owner_alone_and_gone_on_with(path: Path) -> None:
    assert noted(path) == ["here"]
    assert noted(path) == ["here", "here"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.allow_log("database begun anew")
@pytest.mark.parametrize(
    "statement", ["PRAGMA application_id = 5", "PRAGMA application_id = 0", "PRAGMA user_version = 2"]
)
def test_what_another_program_or_version_made_is_moved_aside(path: Path, statement: str) -> None:
    noted(path)
    change(path, statement)
    content = path.read_bytes()
    assert noted(path) == ["here"]
    assert path.with_name("notes.db.aside").read_bytes() == content


@pytest.mark.allow_log("database begun anew.*it is damaged")
def test_what_is_no_database_is_moved_aside(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1_000)
    assert noted(path) == ["here"]
    assert path.with_name("notes.db.aside").read_bytes() == b"no database" * 1_000


def test_one_that_was_only_begun_is_gone_on_with(path: Path) -> None:
    """Killed before the first commit."""
    path.parent.mkdir()
    change(path, "PRAGMA journal_mode = WAL")
    assert path.stat().st_size
    assert noted(path) == ["here"]
    assert not path.with_name("notes.db.aside").exists()


@pytest.mark.allow_log("database begun anew.*it is about apples")
def test_one_that_is_judged_is_moved_aside(path: Path) -> None:
    noted(path)
    FILE.opened(path, lambda _: "it is about apples").close()
    assert path.with_name("notes.db.aside").exists()
    assert noted(path) == ["here"]


@pytest.mark.allow_log("database begun anew")
def test_a_log_that_was_left_goes_with_its_file(path: Path) -> None:
    noted(path)
    path.with_name("notes.db-wal").write_bytes(b"its log")
    move_aside(path, "it is damaged")
    assert path.with_name("notes.db.aside-wal").read_bytes() == b"its log"
    assert not path.with_name("notes.db-wal").exists()


def test_one_that_is_not_flushed_is_as_durable_as_the_process(path: Path) -> None:
    for file, level in ((FILE, 2), (OwnFile(FILE.application_id, 3, FILE.schema, is_flushed=False), 1)):
        connection = file.opened(path)
        assert connection.pragma("synchronous") == level
        connection.close()
