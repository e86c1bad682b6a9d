"""The suite for those who answer questions notices what it is there to notice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import signature
from types import ModuleType

import pytest

from mosaicfs_sdk.conformance.query import QueryConformance
from mosaicfs_sdk.pytest_plugin import MakeHost

HEAD = """
from mosaicfs.errors import UnsupportedError
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.query import QueryAnswer

PLUGIN = PluginInfo(name="tried", title="Tried", summary="", version="1", api=1, capabilities=("search",))
FOUND = tuple({"file_id": f"file::{n}", "score": 1 - n / 10} for n in range(5))

def answer(results, limit):
    return QueryAnswer(description="Tried", results=tuple(results)[:limit], total=len(results))
"""
GOOD = """
@hookimpl
async def query(question):
    if question.capability != "search":
        return None
    return answer(FOUND if question.query == "rich" else (), question.limit)
"""

Check = Callable[..., Awaitable[None]]

SPOILT: dict[str, tuple[str, str, Check]] = {
    "worst first": ("FOUND if", "FOUND[::-1] if", QueryConformance.test_results_are_json_best_first),
    "a score of 7": ("1 - n / 10", "7 - n", QueryConformance.test_results_are_json_best_first),
    "bytes": ('f"file::{n}"', 'b"x"', QueryConformance.test_results_are_json_best_first),
    "no limit": ("[:limit]", "", QueryConformance.test_never_more_than_the_limit),
    "a wrong total": ("total=len(results)", "total=0", QueryConformance.test_the_total_counts_at_least_what_is_shown),
    "None for nothing": (
        "    return answer(",
        "    if question.query != 'rich':\n        return None\n    return answer(",
        QueryConformance.test_nothing_found_is_an_empty_answer,
    ),
    "everything is its own": (
        'question.capability != "search"',
        "False",
        QueryConformance.test_a_capability_that_it_does_not_have_is_not_its_own,
    ),
}


def plugin_of(source: str) -> ModuleType:
    module = ModuleType("tried")
    exec(source, module.__dict__)
    return module


class TestGood(QueryConformance):
    plugin = plugin_of(HEAD + GOOD)
    capability = "search"
    rich = "rich"
    empty = "nothing"


class Spoilt(QueryConformance):
    capability = "search"
    rich = "rich"
    empty = "nothing"

    def __init__(self, source: str) -> None:
        self.plugin = plugin_of(source)


@pytest.mark.parametrize(("right", "wrong", "check"), SPOILT.values(), ids=SPOILT)
async def test_it_notices(right: str, wrong: str, check: Check, plugin_host: MakeHost) -> None:
    spoilt = Spoilt((HEAD + GOOD).replace(right, wrong, 1))
    host = plugin_host(spoilt.plugin)
    with pytest.raises((AssertionError, TypeError)):
        await (check(spoilt, host, None) if "filled" in signature(check).parameters else check(spoilt, host))


async def test_it_notices_a_plugin_that_refuses_what_was_typed(plugin_host: MakeHost) -> None:
    spoilt = Spoilt(
        HEAD + GOOD.replace("    return answer", "    raise UnsupportedError('That')\n    return answer", 1)
    )
    with pytest.raises(AssertionError):
        await spoilt.test_whatever_is_typed_gets_an_answer(plugin_host(spoilt.plugin), None, '"')
