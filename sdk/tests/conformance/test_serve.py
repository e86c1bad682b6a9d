"""The suite for faces notices what it is there to notice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
import trio

from mosaicfs import PluginHost
from mosaicfs.model.kernel import Kernel
from mosaicfs_sdk.conformance.serve import ServeConformance
from mosaicfs_sdk.fakes.kernel import FakeKernel, FakePlaces
from mosaicfs_sdk.pytest_plugin import MakeHost

GOOD = """
import trio
from functools import partial
from mosaicfs.hookspecs import hookimpl

async def greet(stream):
    await stream.send_all(b"hello")
    await stream.aclose()

@hookimpl
async def serve(kernel, started):
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    started(port=str(listeners[0].socket.getsockname()[1]))
    await trio.serve_listeners(greet, listeners)
"""

Check = Callable[[ServeConformance, PluginHost, Kernel], Awaitable[None]]
SPOILT: dict[str, tuple[str, str, Check]] = {
    "it tells twice": (
        "    await trio.serve",
        "    started(port='1')\n    await trio.serve",
        ServeConformance.test_it_starts_once,
    ),
    "it serves one visitor": (
        "await trio.serve_listeners(greet, listeners)",
        "await greet(await listeners[0].accept()); await listeners[0].aclose(); await trio.sleep_forever()",
        ServeConformance.test_it_goes_on_after_each_visitor,
    ),
    "it goes on when it was stopped": (
        "await trio.serve_listeners(greet, listeners)",
        "trio.lowlevel.spawn_system_task(trio.serve_listeners, greet, listeners); await trio.sleep_forever()",
        ServeConformance.test_when_it_is_stopped_nobody_answers,
    ),
}


def plugin_of(source: str) -> ModuleType:
    module = ModuleType("tried")
    exec(source, module.__dict__)
    return module


class TestGood(ServeConformance):
    plugin = plugin_of(GOOD)

    async def reach(self, kernel: Kernel, facts: Mapping[str, str]) -> None:
        async with await trio.open_tcp_stream("127.0.0.1", int(facts["port"])) as stream:
            assert b"".join([piece async for piece in stream]) == b"hello"


class Spoilt(TestGood):
    __test__ = False

    def __init__(self, source: str) -> None:
        self.plugin = plugin_of(source)


@pytest.mark.parametrize(("right", "wrong", "check"), SPOILT.values(), ids=SPOILT)
async def test_it_notices(right: str, wrong: str, check: Check, plugin_host: MakeHost, tmp_path: Path) -> None:
    assert right in GOOD
    spoilt = Spoilt(GOOD.replace(right, wrong))
    asked = partial(check, spoilt, plugin_host(spoilt.plugin), FakeKernel(FakePlaces(tmp_path)))
    with pytest.raises((BaseExceptionGroup, pytest.fail.Exception, OSError, AssertionError)):
        await asked()
