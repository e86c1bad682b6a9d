"""An instance with a few files, as the system meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugins.builtin.mount.tests.rooms import World, directory, document


@pytest.fixture
async def world(tmp_path: Path) -> World:
    """`/all` shows `/a/one.txt`, `/a/two.txt` and `/b/c/three.txt`; `/other` the last one alone."""
    world = World(tmp_path)
    await world.write(directory("/", None), directory("/all"), directory("/other", "/b"))
    await world.write(document(1, "/a/one.txt", 3), document(2, "/a/two.txt", 5), document(3, "/b/c/three.txt", 7))
    await world.operations.following.begin()
    return world
