"""The household of the journeys below is one of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mosaicfs_control.page.build import Build
from plugins.builtin.notify.tests.receiver import Receiver, receiver
from tests.journeys.web.upkeep.workshop import Workshop


@pytest.fixture(scope="session")
def household(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    if not Build().is_there:
        pytest.skip("the web page is not built: make web")
    made = Workshop(tmp_path_factory.mktemp("u"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def key(household: Workshop) -> tuple[str, str]:
    return household.key()


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as state:
        yield state
