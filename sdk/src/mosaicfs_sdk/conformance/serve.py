"""What every face must do, whatever it shows and to whom.

class TestServe(ServeConformance):
    plugin = plugin

    async def reach(self, kernel: Kernel, facts: Mapping[str, str]) -> None:
        await (await trio.open_tcp_stream(*address_of(facts))).aclose()
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from mosaicfs import PluginHost
from mosaicfs.model.kernel import Kernel
from mosaicfs_sdk.conformance.suite import Suite
from mosaicfs_sdk.fakes.kernel import FakeKernel, FakePlaces

START_S = 30.0
"""A face that has not started by then is taken for one that hangs."""


class Starting:
    """What a face calls once it can be used, and what it told with it."""

    def __init__(self) -> None:
        self.calls: list[dict[str, str]] = []
        self.event = trio.Event()

    def __call__(self, **facts: str) -> None:
        self.calls.append(facts)
        self.event.set()


class ServeConformance(Suite):
    """`reach` uses the face as somebody outside does, and raises an `OSError` where nobody answers."""

    hook = "serve"

    @pytest.fixture
    def kernel(self, tmp_path: Path) -> Kernel:
        """What the face is to show. Replace it with one that has more than a store."""
        return FakeKernel(FakePlaces(tmp_path / "kernel"))

    async def reach(self, kernel: Kernel, facts: Mapping[str, str]) -> None:
        raise NotImplementedError("a subclass says how the face is used")

    async def test_it_can_be_used_as_soon_as_it_has_started(self, host: PluginHost, kernel: Kernel) -> None:
        async with self.serving(host, kernel) as starting:
            await self.reach(kernel, starting.calls[0])

    async def test_it_starts_once(self, host: PluginHost, kernel: Kernel) -> None:
        async with self.serving(host, kernel) as starting:
            await self.reach(kernel, starting.calls[0])
        assert len(starting.calls) == 1

    async def test_it_goes_on_after_each_visitor(self, host: PluginHost, kernel: Kernel) -> None:
        async with self.serving(host, kernel) as starting:
            for _ in range(3):
                await self.reach(kernel, starting.calls[0])

    async def test_when_it_is_stopped_nobody_answers(self, host: PluginHost, kernel: Kernel) -> None:
        async with self.serving(host, kernel) as starting:
            await self.reach(kernel, starting.calls[0])
        with pytest.raises(OSError):  # noqa: PT011 - which one depends on what the face is
            await self.reach(kernel, starting.calls[0])

    async def test_it_can_be_started_again(self, host: PluginHost, kernel: Kernel) -> None:
        """What it held, a port or a file, was let go of."""
        for _ in range(2):
            async with self.serving(host, kernel) as starting:
                await self.reach(kernel, starting.calls[0])

    @asynccontextmanager
    async def serving(self, host: PluginHost, kernel: Kernel) -> AsyncIterator[Starting]:
        """The face while it serves; afterwards it has ended by being cancelled."""
        starting = Starting()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(host.hooks.serve, self.name, kernel, starting)
            with trio.fail_after(START_S):
                await starting.event.wait()
            yield starting
            nursery.cancel_scope.cancel()
