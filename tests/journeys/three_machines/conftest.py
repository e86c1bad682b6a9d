"""A network for each test; nothing of it is left when the test is over, also when it failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journeys.three_machines.couch import Couch, Server, running_server
from tests.journeys.three_machines.house import House
from tests.journeys.three_machines.network import Network, make_network, why_no_bridge


@pytest.fixture
def network(stack: ExitStack) -> Network:
    made = make_network()
    stack.callback(made.close)
    return made


@pytest.fixture
def cuttable(network: Network) -> Network:
    """One whose links can be pulled out."""
    if not network.can_cut:
        pytest.skip(why_no_bridge())
    return network


@pytest.fixture(scope="session")
def couch_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("couchdb")) as server:
        yield server


@pytest.fixture
def couch(request: pytest.FixtureRequest, stack: ExitStack) -> Couch:
    made = Couch(request.getfixturevalue("couch_server"))
    stack.callback(made.close)
    return made


@pytest.fixture
def keeper(request: pytest.FixtureRequest) -> Couch | None:
    """What keeps the documents of the control plane: a file, unless a journey is asked over both."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return None
    made: Couch = request.getfixturevalue("couch")
    return made


@pytest.fixture
def house(tmp_path: Path, network: Network, keeper: Couch | None, stack: ExitStack) -> House:
    folder = tmp_path / "house"
    folder.mkdir()
    return House(folder, network, stack, keeper)
