"""One pair of machines for all of these journeys: each has files and mounts of its own in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from tests.journeys.byte_truth.pair import Pair

HAS_FUSE = Path("/dev/fuse").exists() and which("fusermount3") is not None


@pytest.fixture(scope="package")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    if not HAS_FUSE:
        pytest.skip("this machine has no FUSE: /dev/fuse and fusermount3 are needed")
    made = Pair(tmp_path_factory.mktemp("b"))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def pair(both: Pair) -> Iterator[Pair]:
    """With a line that does no harm, before and after."""
    both.line.fault = ""
    yield both
    both.line.fault = ""
