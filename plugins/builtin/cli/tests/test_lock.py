"""One holder at a time, and nothing left behind."""

import os
from pathlib import Path

import pytest

from mosaicfs_cli.errors import AlreadyRunningError
from mosaicfs_cli.lock import held


def test_the_holder_is_named_to_whoever_comes_second(tmp_path: Path) -> None:
    lock = tmp_path / "up.lock"
    with held(lock), pytest.raises(AlreadyRunningError, match=f"pid {os.getpid()} holds {lock}"), held(lock):
        pass


def test_it_is_gone_afterwards_also_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), held(tmp_path / "up.lock"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_is_taken_over(tmp_path: Path) -> None:
    lock = tmp_path / "up.lock"
    lock.write_text("999999999, and more than a pid\n")
    with held(lock):
        assert lock.read_text() == f"{os.getpid()}\n"
