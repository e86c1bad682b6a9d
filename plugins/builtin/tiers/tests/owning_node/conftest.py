"""A node at the other end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plugins.builtin.tiers.tests.owning_node.other_end import Nas, running_nas


@pytest.fixture
async def nas(tmp_path: Path) -> AsyncIterator[Nas]:
    async with running_nas(tmp_path) as found:
        yield found
