"""The bench of crawls, small: it must measure what it says."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import pytest

from bench import folders, index


def test_the_tree_is_the_same_in_every_run(tmp_path: Path) -> None:
    for name in ("a", "b"):
        folders.plant(tmp_path / name, 50)
    trees = [
        sorted(str(path.relative_to(tmp_path / name)) for path in (tmp_path / name).rglob("*") if path.is_file())
        for name in ("a", "b")
    ]
    assert trees[0] == trees[1]
    assert len(trees[0]) == 50


@pytest.mark.patient
def test_both_crawls_are_measured() -> None:
    parser = ArgumentParser()
    index.describe(parser)
    # So few files are all set-up: whether the target is met says nothing here.
    index.run(parser.parse_args(["--files", "60", "--repeats", "1"]))
