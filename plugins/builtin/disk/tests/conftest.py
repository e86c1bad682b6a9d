"""The scene that the tests of the keeper play in."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugins.builtin.disk.tests.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)
