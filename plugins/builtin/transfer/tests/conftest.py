"""A node that hands out files, and somebody who asks it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plugins.builtin.transfer.tests.node import Asker, Nas, running_nas


@pytest.fixture
async def nas(tmp_path: Path) -> AsyncIterator[Nas]:
    async with running_nas(tmp_path) as found:
        yield found


@pytest.fixture
def asker(nas: Nas) -> Asker:
    return Asker(nas)
