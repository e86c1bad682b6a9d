"""Where everything lies of somebody whose machine is one folder of a test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mosaicfs.paths import FIRST_PERSON, Places, find_places


def places_below(folder: Path) -> Places:
    """Of a person, whoever runs the test; nothing of it is in a directory that people or other tests share."""
    places = find_places({"HOME": str(folder)}, uid=FIRST_PERSON)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    return replace(places, runtime_dir=runtime, bell_dir=runtime / "bell")
