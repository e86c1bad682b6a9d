"""How a class of tests comes to a store, and how it says what its engine cannot do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import ClassVar

import pytest

from mosaicfs.model.store import Store


class OpenStore:
    exemptions: ClassVar[Mapping[str, str]] = {}
    """Names of tests that cannot hold here, each with its reason; they are shown as skipped with it."""

    def open_store(self, place: Path) -> AbstractAsyncContextManager[Store]:
        """A store that belongs to this empty folder; the same store when opened with the same folder again."""
        raise NotImplementedError

    def open_backup(self, path: Path) -> AbstractAsyncContextManager[Store]:
        """What `backup` left at `path`, as a store."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _exempt(self, request: pytest.FixtureRequest) -> None:
        if reason := self.exemptions.get(request.function.__name__):
            pytest.skip(reason)

    @pytest.fixture
    async def store(self, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
        """By the instance that the test has: async fixtures are bound to another one."""
        async with request.instance.open_store(tmp_path) as store:
            yield store

    def test_every_exemption_names_a_test_and_says_why(self) -> None:
        assert all(hasattr(self, name) and reason for name, reason in self.exemptions.items())
