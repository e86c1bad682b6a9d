"""A network for each test; nothing of it is left when the test is over, also when it failed."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

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


@pytest.fixture
def house(tmp_path: Path, network: Network, stack: ExitStack) -> House:
    folder = tmp_path / "house"
    folder.mkdir()
    return House(folder, network, stack)
