"""The fake target keeps the contract of real ones, and breaks it when it is told to."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path
from types import ModuleType

import pytest
import trio
from trio.testing import MockClock

from mosaicfs.errors import AccessRefusedError, SourceUnavailableError, ThrottledError
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.entry import Span
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.target import Target
from mosaicfs_sdk.conformance.materialize import CONTENT
from mosaicfs_sdk.conformance.replicate import KEY, TargetConformance, get, put
from mosaicfs_sdk.fakes.target import MemoryTarget


class MemoryPlace:
    def __init__(self) -> None:
        self.kept = MemoryTarget()

    @property
    def target(self) -> StorageBackend:
        return StorageBackend(
            name="tried", backend="memory", mode="target", enabled=True, created_at="2026-01-15T14:30:00Z"
        )

    def break_off(self) -> None:
        self.kept.faults.coming.append("drop")

    def refuse(self) -> None:
        self.kept.faults.always = AccessRefusedError("the memory target")

    def mend(self) -> None:
        self.kept.faults.coming.clear()
        self.kept.faults.always = None


def plugin_over(places: list[MemoryPlace]) -> ModuleType:
    module = ModuleType("tried")

    @hookimpl
    async def replicate(target: StorageBackend) -> Target | None:
        return places[-1].kept if target.backend == "memory" else None

    module.replicate = replicate  # type: ignore[attr-defined]
    return module


class TestMemoryTarget(TargetConformance):
    places: list[MemoryPlace] = []  # noqa: RUF012 - the one of the test that runs is the last
    plugin = plugin_over(places)

    @pytest.fixture
    def place(self) -> MemoryPlace:
        self.places.append(MemoryPlace())
        return self.places[-1]


async def test_faults_happen_once_and_in_order(tmp_path: Path, autojump_clock: MockClock) -> None:
    kept = MemoryTarget()
    await put(kept, KEY, CONTENT, tmp_path)
    kept.faults.coming.extend(["throttle", "drop", "delay"])
    with pytest.raises(ThrottledError) as caught:
        await kept.stat(KEY)
    assert caught.value.retry_after_s == 30
    with pytest.raises(SourceUnavailableError):
        await kept.stat(KEY)
    began = trio.current_time()
    assert await kept.stat(KEY) is not None
    assert trio.current_time() - began == pytest.approx(1)
    assert kept.faults.happened == ["throttle", "drop", "delay"]


async def test_bytes_can_be_too_few_or_others(tmp_path: Path) -> None:
    kept = MemoryTarget()
    await put(kept, KEY, CONTENT, tmp_path)
    kept.faults.coming.append("short")
    assert len(await get(kept, KEY)) == len(CONTENT) - 1
    kept.faults.coming.append("wrong")
    other = await get(kept, KEY)
    assert (len(other), other == CONTENT) == (len(CONTENT), False)
    async with aclosing(await kept.get(KEY, Span())) as stream:
        assert b"".join([piece async for piece in stream]) == CONTENT
