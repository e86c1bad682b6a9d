"""Asking plugins: order, first answers, all answers, limits, and what a bad one costs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import trio
import trio.testing

from mosaicfs.errors import (
    PluginBrokenError,
    SignInNeededError,
    SourceUnavailableError,
    TimedOutError,
)
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.event import Event
from mosaicfs.model.query import Query
from mosaicfs.model.stream import ByteStream
from mosaicfs.plugin_host.host import PluginHost

MakeHost = Callable[..., PluginHost]

ADDED = Event(name="file.added")

BYTES = """
@hookimpl
async def materialize(entry, span):
    async def pieces():
        yield {!r}
    return pieces()
"""
NOT_MINE = "@hookimpl\nasync def materialize(entry): return None"
RAISES = "@hookimpl\nasync def materialize(entry): raise {}"
HANGS = "@hookimpl\nasync def materialize(entry): await trio.sleep_forever()"

SEARCH = """
from mosaicfs.model.query import QueryAnswer
PLUGIN = PluginInfo(name="{name}", title="", summary="", version="1", api=1, capabilities=("search",))
@hookimpl
async def query(question):
    {body}
    return QueryAnswer(description="{name}")
"""


def search(name: str, body: str = "pass") -> str:
    return SEARCH.format(name=name, body=body)


async def whole(stream: ByteStream | None) -> bytes:
    assert stream is not None
    try:
        return b"".join([piece async for piece in stream])
    finally:
        await stream.aclose()


def ordered(name: str, order: int, source: str) -> str:
    return f'PLUGIN = PluginInfo(name="{name}", title="", summary="", version="1", api=1, order={order})\n{source}'


# --- the first answer --------------------------------------------------------------------------------------------


async def test_none_never_ends_the_search_for_a_first_answer(host: MakeHost, entry: Entry) -> None:
    found = host({"a": NOT_MINE, "b": BYTES.format(b"0123456789"), "c": BYTES.format(b"abcdefghij")})
    assert await whole(await found.hooks.materialize(entry, Span())) == b"0123456789"


async def test_a_lower_order_is_asked_earlier_and_names_settle_ties(host: MakeHost, entry: Entry) -> None:
    found = host(
        {
            "a": ordered("a", 200, BYTES.format(b"aaaaaaaaaa")),
            "c": ordered("c", 50, BYTES.format(b"cccccccccc")),
            "b": ordered("b", 50, BYTES.format(b"bbbbbbbbbb")),
        }
    )
    assert await whole(await found.hooks.materialize(entry, Span())) == b"bbbbbbbbbb"


async def test_nobody_asked_means_none(host: MakeHost, entry: Entry) -> None:
    assert await host({"a": NOT_MINE}).hooks.materialize(entry, Span()) is None
    assert await host({}).hooks.materialize(entry, Span()) is None


@pytest.mark.allow_log("plugin failed.*'a'.*ValueError: boom")
async def test_a_plugin_that_raises_does_not_end_the_search(host: MakeHost, entry: Entry) -> None:
    found = host({"a": RAISES.format("ValueError('boom')"), "b": BYTES.format(b"0123456789")})
    assert await whole(await found.hooks.materialize(entry, Span())) == b"0123456789"
    assert "ValueError: boom" in found.items()[0].reason


async def test_without_another_answer_the_error_of_the_owner_is_told(host: MakeHost, entry: Entry) -> None:
    found = host({"a": NOT_MINE, "b": RAISES.format("SignInNeededError('drive')")})
    with pytest.raises(SignInNeededError, match="drive"):
        await found.hooks.materialize(entry, Span())
    assert [item.standing for item in found.items()] == ["ready", "ready"]


@pytest.mark.allow_log("plugin failed")
@pytest.mark.parametrize(
    "raised", ["KeyError('x')", "SystemExit(1)", "ExceptionGroup('two', [ValueError(), OSError()])"]
)
async def test_whatever_a_stranger_raises_is_a_broken_plugin(host: MakeHost, entry: Entry, raised: str) -> None:
    with pytest.raises(PluginBrokenError, match="The plugin a failed"):
        await host({"a": RAISES.format(raised)}).hooks.materialize(entry, Span())


IN_A_NURSERY = """
@hookimpl
async def materialize(entry):
    async def inner():
        raise {}
    async with trio.open_nursery() as nursery:
        nursery.start_soon(inner)
        await trio.sleep_forever()
"""


@pytest.mark.allow_log("plugin failed")
@pytest.mark.parametrize(
    ("raised", "told"), [("SignInNeededError('drive')", SignInNeededError), ("SystemExit(1)", PluginBrokenError)]
)
async def test_what_a_nursery_wraps_is_still_that_error(
    host: MakeHost, entry: Entry, raised: str, told: type[Exception]
) -> None:
    with pytest.raises(told):
        await host({"a": IN_A_NURSERY.format(raised)}).hooks.materialize(entry, Span())


@pytest.mark.allow_log("plugin failed.*no answer within 30 s")
async def test_a_plugin_that_hangs_ends_by_its_limit(
    host: MakeHost, entry: Entry, autojump_clock: trio.testing.MockClock
) -> None:
    found = host({"a": HANGS, "b": BYTES.format(b"0123456789")})
    assert await whole(await found.hooks.materialize(entry, Span())) == b"0123456789"
    assert trio.current_time() == pytest.approx(30)


@pytest.mark.allow_log("plugin failed")
async def test_a_hang_alone_is_told_as_a_time_out(
    host: MakeHost, entry: Entry, autojump_clock: trio.testing.MockClock
) -> None:
    with pytest.raises(TimedOutError, match="The plugin a did not answer within 30 s"):
        await host({"a": HANGS}).hooks.materialize(entry, Span())


async def test_cancelling_the_caller_cancels_the_plugin_and_blames_nobody(host: MakeHost, entry: Entry) -> None:
    found = host({"a": HANGS})
    with trio.move_on_after(0.01) as scope:
        await found.hooks.materialize(entry, Span())
    assert scope.cancelled_caught
    assert found.items()[0].reason == ""


@pytest.mark.allow_log("a str is no answer to materialize")
async def test_an_answer_of_the_wrong_kind_is_a_failure(host: MakeHost, entry: Entry) -> None:
    with pytest.raises(PluginBrokenError, match="a str is no answer"):
        await host({"a": "@hookimpl\nasync def materialize(): return 'bytes'"}).hooks.materialize(entry, Span())


# --- all answers -------------------------------------------------------------------------------------------------


@pytest.mark.allow_log("plugin failed.*'slow'|plugin failed.*'wrong'")
async def test_a_slow_or_broken_plugin_costs_only_its_own_answer(
    host: MakeHost, autojump_clock: trio.testing.MockClock
) -> None:
    found = host(
        {
            "fast": search("fast"),
            "slow": search("slow", "await trio.sleep(60)"),
            "wrong": search("wrong", "raise KeyError('x')"),
            "not_asked": "@hookimpl\nasync def query(question): raise RuntimeError('it has no capability')",
        }
    )
    replies = await found.hooks.query(Query(capability="search", deadline_ms=2000))
    assert trio.current_time() == pytest.approx(2)
    assert [(reply.plugin, type(reply.error or reply.answer).__name__) for reply in replies] == [
        ("fast", "QueryAnswer"),
        ("slow", "TimedOutError"),
        ("wrong", "PluginBrokenError"),
    ]


async def test_plugins_are_asked_at_once(host: MakeHost, autojump_clock: trio.testing.MockClock) -> None:
    names = ("a", "b", "c")
    found = host({name: search(name, "await trio.sleep(1)") for name in names})
    assert [reply.plugin for reply in await found.hooks.query(Query(capability="search"))] == list(names)
    assert trio.current_time() == pytest.approx(1)


async def test_an_answer_of_none_is_left_out(host: MakeHost) -> None:
    found = host({"a": search("a", "return None"), "b": search("b")})
    assert [reply.plugin for reply in await found.hooks.query(Query(capability="search"))] == ["b"]


# --- one plugin by name ------------------------------------------------------------------------------------------


async def test_arguments_are_given_by_name_and_only_those_wanted(host: MakeHost, entry: Entry) -> None:
    source = """
    PLUGIN = PluginInfo(name="a", title="", summary="", version="1", api=1,
                        options={"properties": {"n": {"type": "number"}}})
    @hookimpl
    async def annotate(options, *, event, extra=7):
        return {"event": event.name, "n": options["n"], "extra": extra}
    """
    found = host({"a": source}, options={"a": {"n": 3}})
    assert await found.hooks.annotate("a", ADDED, entry, None) == {"event": "file.added", "n": 3, "extra": 7}


async def test_a_plugin_may_be_named_otherwise_inside_its_module(host: MakeHost, entry: Entry) -> None:
    found = host({"a": "@hookimpl(specname='annotate')\nasync def look(event): return {'by': 'look'}"})
    assert await found.hooks.annotate("a", ADDED, entry, None) == {"by": "look"}


@pytest.mark.allow_log("Disk is nearly full")
async def test_notices_are_those_of_the_plugin(host: MakeHost, entry: Entry) -> None:
    source = """
    @hookimpl
    async def annotate(event, notices):
        notices.observe("full", "warning", "Disk is nearly full", "3 % are left.")
        notices.clear("full")
    """
    assert await host({"a": source}).hooks.annotate("a", ADDED, entry, None) is None


@pytest.mark.allow_log("plugin paused")
async def test_a_paused_plugin_is_not_asked_and_says_why(host: MakeHost, entry: Entry) -> None:
    found = host({"a": "@hookimpl\nasync def annotate(): raise OptionsError('a', 'no model')"})
    for wanted in ("The options of a are wrong: no model.", "The plugin a is not available: it is paused"):
        with pytest.raises((Exception,), match=wanted):
            await found.hooks.annotate("a", ADDED, entry, None)


@pytest.mark.allow_log("plugin failed|plugin rests")
async def test_five_failures_in_a_row_earn_a_rest(
    host: MakeHost, entry: Entry, autojump_clock: trio.testing.MockClock
) -> None:
    found = host({"a": "@hookimpl\nasync def annotate(): raise KeyError('x')"}, now=trio.current_time)
    for _ in range(5):
        with pytest.raises(PluginBrokenError):
            await found.hooks.annotate("a", ADDED, entry, None)
    with pytest.raises(SourceUnavailableError, match="it is failing: annotate: KeyError"):
        await found.hooks.annotate("a", ADDED, entry, None)
    await trio.sleep(60)
    with pytest.raises(PluginBrokenError):
        await found.hooks.annotate("a", ADDED, entry, None)
