"""A socket that appears whole, stands in nobody's way and leaves nothing behind."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mosaicfs.errors import AddressInUseError
from mosaicfs.unix_socket import NotASocketError, listening


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "api.sock"


@contextmanager
def visiting(path: Path) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.connect(str(path))
        yield


@pytest.mark.parametrize(("group", "mode"), [(None, 0o600), (os.getgid(), 0o660)])
def test_it_is_open_to_those_it_is_for(path: Path, group: int | None, mode: int) -> None:
    with listening(path, group=group), visiting(path):
        assert list(path.parent.iterdir()) == [path]
        assert path.stat().st_mode & 0o777 == mode
    assert list(path.parent.iterdir()) == []


def test_what_a_killed_process_left_is_replaced(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with listening(path), visiting(path):
        pass


def test_one_that_answers_is_left_alone(path: Path) -> None:
    with listening(path):
        with pytest.raises(AddressInUseError), listening(path):
            pass
        with visiting(path):
            assert list(path.parent.iterdir()) == [path]


def test_one_that_is_too_busy_to_answer_is_left_alone(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as busy:
        busy.bind(str(path))
        busy.listen(0)
        with visiting(path), pytest.raises(AddressInUseError), listening(path):
            pass
        assert path.is_socket()


def test_a_file_in_its_place_is_left_alone(path: Path) -> None:
    path.write_text("mine")
    with pytest.raises(NotASocketError), listening(path):
        pass
    assert path.read_text() == "mine"


def test_a_path_that_is_too_long_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / ("d" * 120) / "api.sock"
    path.parent.mkdir()
    with pytest.raises(OSError, match="too long"), listening(path):
        pass
    assert list(path.parent.iterdir()) == []


def test_the_socket_of_a_later_process_is_not_removed(path: Path) -> None:
    with listening(path):
        path.unlink()
        path.write_text("of another")
    assert path.read_text() == "of another"
