"""Who calls, over a real store and real files, by a clock that tests turn and with hashes that are counted.

`world.running()` is one life of a control plane; what it leaves behind is there for the next.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mosaicfs.documents.sqlite import open_store
from plugins.builtin.control.tests.auth.world import World


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    (tmp_path / "bell").mkdir(mode=0o700)
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        yield World(store, tmp_path / "state")
