"""What good and bad conduct does to a plugin, over time."""

from __future__ import annotations

import pytest

from mosaicfs.errors import (
    AccessRefusedError,
    ArchivedError,
    EntryGoneError,
    MosaicError,
    OptionsError,
    PluginBrokenError,
    QuotaFullError,
    SignInNeededError,
    SourceUnavailableError,
    ThrottledError,
)
from mosaicfs.plugin_host.standing import LONGEST_REST_S, STRIKES, Standing


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def standing(clock: Clock) -> Standing:
    return Standing(clock)


def fail(standing: Standing, times: int = 1) -> None:
    for _ in range(times):
        standing.failed("a", "query", KeyError("x"))


@pytest.mark.allow_log("plugin failed")
def test_four_failures_are_not_enough(standing: Standing) -> None:
    fail(standing, STRIKES - 1)
    assert standing.of("a") == ("ready", "query: KeyError: 'x'")
    assert standing.may_be_asked("a")


@pytest.mark.allow_log("plugin failed|plugin rests")
def test_a_success_in_between_begins_the_count_anew(standing: Standing) -> None:
    fail(standing, STRIKES - 1)
    standing.answered("a")
    fail(standing, STRIKES - 1)
    assert standing.may_be_asked("a")


@pytest.mark.allow_log("plugin failed|plugin rests")
def test_rests_double_up_to_a_quarter_of_an_hour(standing: Standing, clock: Clock) -> None:
    fail(standing, STRIKES)
    rests = []
    for _ in range(6):
        began = clock.now
        while not standing.may_be_asked("a"):
            clock.now += 1
        rests.append(clock.now - began)
        fail(standing)
    assert rests == [60, 120, 240, 480, LONGEST_REST_S, LONGEST_REST_S]


@pytest.mark.allow_log("plugin failed|plugin rests")
def test_one_success_restores_everything(standing: Standing, clock: Clock) -> None:
    fail(standing, STRIKES)
    clock.now += 60
    standing.answered("a")
    assert standing.of("a") == ("ready", "")
    fail(standing, STRIKES)
    clock.now += 60
    assert standing.may_be_asked("a")


EXPECTED: list[MosaicError] = [
    SourceUnavailableError("drive"),
    ThrottledError("drive", 30),
    SignInNeededError("drive"),
    ArchivedError("a.txt"),
    EntryGoneError("file::1"),
]


@pytest.mark.parametrize("error", EXPECTED, ids=lambda e: type(e).__name__)
def test_errors_of_the_branches_are_answers(standing: Standing, error: MosaicError) -> None:
    for _ in range(2 * STRIKES):
        standing.failed("a", "crawl", error)
    assert standing.of("a") == ("ready", "")


@pytest.mark.allow_log("plugin paused")
@pytest.mark.parametrize("hook", ["tier", "notify", "replicate", "serve"])
@pytest.mark.parametrize("error", [SignInNeededError("x"), QuotaFullError("x"), AccessRefusedError("x")], ids=repr)
def test_where_the_plugin_is_the_thing_an_error_for_the_owner_pauses_it(
    standing: Standing, hook: str, error: MosaicError
) -> None:
    standing.failed("a", hook, error)
    assert standing.of("a") == ("paused", str(error))
    assert not standing.may_be_asked("a")


@pytest.mark.allow_log("plugin paused")
def test_wrong_options_pause_everywhere_and_an_answer_under_way_does_not_restore(standing: Standing) -> None:
    standing.failed("a", "annotate", OptionsError("a", "no model"))
    standing.answered("a")
    assert not standing.may_be_asked("a")


@pytest.mark.allow_log("plugin failed")
def test_a_broken_plugin_is_unexpected_although_it_is_an_error_of_ours(standing: Standing) -> None:
    standing.failed("a", "query", PluginBrokenError("a", "it lied"))
    assert "it lied" in standing.of("a")[1]


@pytest.mark.allow_log("plugin failed")
def test_one_plugin_is_not_another(standing: Standing) -> None:
    fail(standing)
    assert standing.of("b") == ("ready", "")
