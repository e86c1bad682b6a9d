"""Ages: inclusive bounds, files from the future, and the moment until which a verdict holds."""

from __future__ import annotations

from math import inf, nextafter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kernel.tests.tree.steps.asking import DAY, NOW, Known, asking, file, matches, step
from mosaicfs.model.step import OnMatch, Step
from mosaicfs.tree.steps import Verdict, compile_steps


@pytest.mark.parametrize(
    ("days", "bounds", "fits"),
    [
        (90.0, {"max_days": 90}, True),
        (90.000001, {"max_days": 90}, False),
        (90.0, {"min_days": 90}, True),
        (89.999999, {"min_days": 90}, False),
        (5.0, {"min_days": 5, "max_days": 5}, True),
        (5.1, {"min_days": 5, "max_days": 5}, False),
        (0.0, {"max_days": 0}, True),
        (0.1, {"max_days": 0}, False),
        (-3.0, {"max_days": 0}, True),
        (-3.0, {"min_days": 0}, True),
        (-3.0, {"min_days": 1}, False),
        (20_000.0, {"min_days": 2**53 - 1}, False),
        (20_000.0, {"max_days": 2**53 - 1}, True),
        (90.0, {"max_days": 90.0, "min_days": None}, True),
    ],
)
def test_bounds_count_as_inside_and_the_future_as_now(days: float, bounds: dict[str, int], fits: bool) -> None:
    assert matches(file(days=days), asking("age", bounds)) is fits
    known = Known(accessed=NOW - days * DAY)
    assert matches(file(), asking("access_age", bounds), known) is fits


def test_times_that_no_clock_shows_have_an_age_too() -> None:
    row = file()._replace(mtime="2025-02-31T23:59:60.000000Z")
    assert matches(row, step("age", min_days=302, max_days=303))


@pytest.mark.parametrize(("missing", "fits"), [("include", True), ("exclude", False), (None, True)])
def test_what_was_never_accessed(missing: str | None, fits: bool) -> None:
    asked = step("access_age", max_days=1, missing=missing)
    assert matches(file(days=1_000), asked) is fits
    assert compile_steps([asked]).verdict(file(), Known()).until == inf


@pytest.mark.parametrize(
    ("days", "bounds", "until"),
    [
        (10, {"max_days": 30}, nextafter(NOW + 20 * DAY, inf)),
        (31, {"max_days": 30}, inf),
        (10, {"min_days": 30}, NOW + 20 * DAY),
        (30, {"min_days": 30}, inf),
        (10, {"min_days": 30, "max_days": 60}, NOW + 20 * DAY),
        (30, {"min_days": 30, "max_days": 60}, nextafter(NOW + 30 * DAY, inf)),
        (61, {"min_days": 30, "max_days": 60}, inf),
        (-5, {"max_days": 0}, nextafter(NOW + 5 * DAY, inf)),
    ],
)
def test_a_verdict_holds_until_the_next_bound(days: float, bounds: dict[str, int], until: float) -> None:
    assert compile_steps([asking("age", bounds)]).verdict(file(days=days), Known()).until == until
    accessed = Known(accessed=NOW - days * DAY)
    assert compile_steps([asking("access_age", bounds)]).verdict(file(), accessed).until == until


def test_a_verdict_rests_on_the_steps_that_were_asked_and_no_others() -> None:
    decided = [step("glob", "include", pattern="*.pdf"), step("age", max_days=30)]
    assert compile_steps(decided).verdict(file("/a.pdf", days=1), Known()) == ("include", inf)
    asked_first = [step("age", max_days=30), step("glob", "include", pattern="*.pdf")]
    found = compile_steps(asked_first).verdict(file("/a.pdf", days=1), Known())
    assert found == ("include", nextafter(NOW + 29 * DAY, inf))


_days = st.integers(0, 12)
_bounds = st.one_of(
    st.builds(lambda most: {"max_days": most}, _days),
    st.builds(lambda least: {"min_days": least}, _days),
    st.builds(lambda one, other: {"min_days": min(one, other), "max_days": max(one, other)}, _days, _days),
)


@st.composite
def timed_steps(draw: st.DrawFn) -> Step:
    on_match: OnMatch = draw(st.sampled_from(["continue", "include", "exclude"]))
    op = draw(st.sampled_from(["age", "access_age"]))
    return asking(op, draw(_bounds), on_match, invert=draw(st.booleans()))


@given(
    steps=st.lists(timed_steps(), min_size=1, max_size=4),
    microseconds=st.integers(-5 * DAY * 1_000_000, 15 * DAY * 1_000_000),
    accessed=st.one_of(st.none(), st.floats(NOW - 15 * DAY, NOW + 5 * DAY)),
    part=st.floats(0, 1),
)
def test_nothing_changes_before_the_moment_that_a_verdict_names(
    steps: list[Step], microseconds: int, accessed: float | None, part: float
) -> None:
    row = file(days=microseconds / 1_000_000 / DAY)
    compiled = compile_steps(steps)

    def at(now: float) -> Verdict:
        return compiled.verdict(row, Known(now=now, accessed=accessed))

    outcome, until = at(NOW)
    assert until > NOW
    latest = NOW + 50 * DAY if until == inf else nextafter(until, -inf)
    assert at(latest).outcome == outcome
    assert at(NOW + (latest - NOW) * part).outcome == outcome


@given(bounds=_bounds, microseconds=st.integers(-5 * DAY * 1_000_000, 15 * DAY * 1_000_000))
def test_one_step_changes_its_mind_at_that_moment(bounds: dict[str, int], microseconds: int) -> None:
    row = file(days=microseconds / 1_000_000 / DAY)
    compiled = compile_steps([asking("age", bounds)])
    outcome, until = compiled.verdict(row, Known())
    assume(until != inf)
    assert compiled.verdict(row, Known(now=until)).outcome != outcome
