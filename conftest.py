"""What one run of the tests is about: how many examples, where files are put, and which part of all tests it has.

The quick check before a commit tries few examples, with files in memory where there is room. The full run has them on
the disk, and takes the tests in parts, because not all of them may run beside others.
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

MEMORY = Path("/dev/shm")  # noqa: S108 - each run has a folder of its own in it
ROOM = 1 << 30


PART = os.environ.get("MOSAICFS_PART", "")
ROOT = Path(__file__).parent
JOURNEYS = ROOT / "tests" / "journeys"
MARKS = {"alone": ("mark.alone",), "patient": ("mark.patient", "mark.journey")}
"""What a test of these parts has in its file, or in a `conftest.py` above it; `tests/shape` holds this."""


def has_room(folder: Path) -> bool:
    """And lets programs run."""
    try:
        facts = os.statvfs(folder)
    except OSError:
        return False
    return facts.f_bavail * facts.f_frsize >= ROOM and not facts.f_flag & os.ST_NOEXEC and os.access(folder, os.W_OK)


def part_of(item: pytest.Item) -> str:
    """`alone` is what needs the machine for itself, `patient` what takes its time; all else is `quick`."""
    if item.get_closest_marker("alone"):
        return "alone"
    return "patient" if item.get_closest_marker("patient") or item.get_closest_marker("journey") else "quick"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """To import all tests takes longer than to run some of the parts. No journey is quick."""
    if PART == "quick":
        return True if collection_path == JOURNEYS else None
    is_other = PART in MARKS and collection_path.suffix == ".py" and not _names(collection_path, MARKS[PART])
    return True if is_other else None


def _names(path: Path, marks: tuple[str, ...]) -> bool:
    above = [folder / "conftest.py" for folder in path.parents if folder != ROOT and folder.is_relative_to(ROOT)]
    return any(mark in _text(each) for each in (path, *above) for mark in marks)


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if PART:
        config.hook.pytest_deselected(items=[item for item in items if part_of(item) != PART])
        items[:] = [item for item in items if part_of(item) == PART]


# How long an example takes says more of the machine than of what is tried.
settings.register_profile("full", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("full"), max_examples=10)
settings.register_profile("soak", settings.get_profile("full"), max_examples=300)
settings.load_profile("soak" if os.environ.get("MOSAICFS_SOAK") == "1" else "full")
if os.environ.get("MOSAICFS_QUICK") == "1":
    settings.load_profile("quick")
    if has_room(MEMORY):
        os.environ.setdefault("TMPDIR", str(MEMORY))
        tempfile.tempdir = None
