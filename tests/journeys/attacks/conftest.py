"""The server that is attacked; one for all, as each attacker has an address of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journeys.hostile import Scene


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with ExitStack() as stack:
        yield Scene(Path(tmp_path_factory.mktemp("attacked")), stack)


@pytest.fixture
def another_scene(tmp_path: Path) -> Iterator[Callable[[], Scene]]:
    """A server of its own, for what would disturb the others."""
    with ExitStack() as stack:
        yield lambda: Scene(tmp_path, stack)
