"""What the plugins of a node answer, and over the line to its agent the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

import pytest
import trio

from mosaicfs import PluginHost
from mosaicfs.errors import PeerGarbledError, SourceUnavailableError, TimedOutError
from mosaicfs.model.query import Answers, Query
from mosaicfs.services.querying.answering import Answering
from mosaicfs.services.querying.line import ask_agent, serve_line
from mosaicfs_sdk.pytest_plugin import MakeHost

NODE = "node-nas"
SEARCH = Query(capability="search", query="x", limit=2, deadline_ms=300)

HEAD = """
import trio
from mosaicfs.errors import AccessRefusedError
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.query import QueryAnswer

PLUGIN = PluginInfo(name="{name}", title="T", summary="", version="1", api=1, capabilities=("search", "{name}_only"))

@hookimpl
async def query(question):
    {body}
"""
PLUGINS = {
    "many": "return QueryAnswer(description='Many', results=tuple({'n': n} for n in range(9)), total=9)",
    "slow": "await trio.sleep_forever()",
    "shut": "raise AccessRefusedError('the server', 'its key is wrong')",
    "other": "return None",
}


@pytest.fixture
def answering(plugin_host: MakeHost) -> Answering:
    modules = []
    for name, body in PLUGINS.items():
        module = ModuleType(name)
        exec(HEAD.replace("{name}", name).replace("{body}", body), module.__dict__)
        modules.append(module)
    return Answering(NODE, plugin_host(*modules).hooks)


def check(answers: Answers) -> None:
    (envelope,) = answers.results
    assert (envelope.node_id, envelope.plugin_name, envelope.capability) == (NODE, "many", "search")
    assert (envelope.description, envelope.total, envelope.results) == ("Many", 9, ({"n": 0}, {"n": 1}))
    assert 0 <= envelope.took_ms < 300
    told = {each.plugin_name: (each.reason, each.node_id) for each in answers.omitted}
    assert told == {"slow": ("timeout", NODE), "shut": ("error", NODE)}
    assert any("its key is wrong" in each.message for each in answers.omitted)


async def test_each_has_its_envelope_and_who_is_missing_is_named(answering: Answering) -> None:
    check(await answering.ask(SEARCH))


async def test_a_short_deadline_is_no_strike_against_a_plugin(answering: Answering) -> None:
    for _ in range(7):
        answers = await answering.ask(Query(capability="slow_only", deadline_ms=5))
        assert [each.reason for each in answers.omitted] == ["timeout"]


async def test_nobody_capable_is_an_empty_answer(answering: Answering) -> None:
    assert await answering.ask(Query(capability="unheard_of")) == Answers()


def test_capabilities_are_those_of_all(answering: Answering) -> None:
    assert answering.hooks.capabilities() == ("many_only", "other_only", "search", "shut_only", "slow_only")


@pytest.mark.allow_log("plugin failed|plugin stopped|rests")
async def test_a_plugin_that_rests_after_failures_takes_its_capabilities_along(plugin_host: MakeHost) -> None:
    module = ModuleType("broken")
    exec(HEAD.replace("{name}", "broken").replace("{body}", "raise KeyError('x')"), module.__dict__)
    host: PluginHost = plugin_host(module)
    for _ in range(5):
        await host.hooks.query(SEARCH)
    assert host.hooks.capabilities() == ()


# --- the line ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def line(path: Path, ask: Callable[[Query], Awaitable[Answers]]) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_line, path, ask)
        with trio.fail_after(30):
            while not await trio.Path(path).exists():  # noqa: ASYNC110 - nobody tells of it
                await trio.sleep(0.01)
        yield
        nursery.cancel_scope.cancel()


async def test_another_duty_is_answered_as_the_agent_is(answering: Answering, tmp_path: Path) -> None:
    async with line(tmp_path / "q.sock", answering.ask):
        check(await ask_agent(tmp_path / "q.sock", SEARCH))


async def test_without_an_agent_it_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailableError):
        await ask_agent(tmp_path / "q.sock", SEARCH)


async def test_an_agent_that_hangs_is_left_after_a_while(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    """Its socket takes the question and nothing comes back."""
    with trio.socket.socket(trio.socket.AF_UNIX) as listening:
        await listening.bind(str(tmp_path / "q.sock"))
        listening.listen()
        with pytest.raises(TimedOutError):
            await ask_agent(tmp_path / "q.sock", SEARCH)


@pytest.mark.parametrize(("said", "error"), [(b"{]\n", PeerGarbledError), (b"{", SourceUnavailableError)])
async def test_what_is_no_answer_is_told(tmp_path: Path, said: bytes, error: type[Exception]) -> None:
    with trio.socket.socket(trio.socket.AF_UNIX) as listening:
        await listening.bind(str(tmp_path / "q.sock"))
        listening.listen()

        async def garble() -> None:
            connection, _ = await listening.accept()
            with connection:
                await connection.recv(1 << 16)
                await connection.send(said)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(garble)
            with pytest.raises(error):
                await ask_agent(tmp_path / "q.sock", SEARCH)


async def test_a_question_that_is_none_harms_nobody(answering: Answering, tmp_path: Path) -> None:
    path = tmp_path / "q.sock"
    async with line(path, answering.ask):
        for said in (b"nonsense\n", b"{}\n", b""):
            stream = await trio.open_unix_socket(path)
            async with stream:
                await stream.send_all(said)
        check(await ask_agent(path, SEARCH))
