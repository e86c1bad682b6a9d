"""What `plugins list` makes of what was found and of what the agent tells."""

from __future__ import annotations

from typing import get_args

import pytest

from mosaicfs.model.plugin_item import PluginItem, PluginStanding
from mosaicfs.services.plugin_reports import Reported, ReportedPlugin
from mosaicfs_cli.plugins_listed import ASLEEP, NEXT, SOON, Listed, listed

RESTS = "available, not enabled"


def item(name: str, standing: PluginStanding = "ready", reason: str = "") -> PluginItem:
    return PluginItem(name, "file", "1", name.title(), ("annotate",), standing, reason)


def only(found: list[PluginItem], told: Reported) -> Listed:
    (one,) = listed(found, told)
    return one


def test_the_agent_knows_better_than_what_was_found_here() -> None:
    told = Reported("node-desk", True, (ReportedPlugin(item("a", "failing", "ValueError: no"), 3, 1),), frozenset("a"))
    one = only([item("a")], told)
    assert (one.word, one.jobs, one.is_trouble) == ("failing", "3 waiting, 1 failed", True)
    assert one.next_step.endswith("mosaicfs plugins retry node-desk a")


def test_what_nobody_enables_is_available_and_no_trouble() -> None:
    one = only([item("a", "disabled", RESTS)], Reported())
    assert (one.word, one.is_trouble, one.next_step) == ("available", False, "")


@pytest.mark.parametrize(("agent_runs", "reason"), [(True, SOON), (False, ASLEEP)])
def test_what_is_enabled_and_not_asked_yet_says_why(agent_runs: bool, reason: str) -> None:
    found = item("a", "disabled", RESTS)
    told = (ReportedPlugin(found),) if agent_runs else ()
    one = only([found], Reported("node-desk", agent_runs, told, frozenset("a")))
    assert (one.word, one.item.reason, one.item.standing) == ("enabled", reason, "disabled")


def test_an_instance_is_called_like_itself_and_what_is_not_installed_is_missing() -> None:
    found = [item("summary", "disabled", RESTS)]
    listing = listed(found, Reported("node-desk", False, (), frozenset({"summary@work", "gone"})))
    assert [(each.item.name, each.word) for each in listing] == [
        ("gone", "missing"),
        ("summary", "available"),
        ("summary@work", "enabled"),
    ]
    assert "mosaicfs plugins rm node-desk gone" in listing[0].next_step


def test_a_refused_plugin_stays_refused_when_it_is_enabled() -> None:
    one = only([item("a", "refused", "import failed")], Reported("node-desk", False, (), frozenset("a")))
    assert (one.word, one.item.reason) == ("refused", "import failed")
    assert one.next_step == "Look closer, mend it and look again: mosaicfs plugins check a"


def test_every_standing_that_is_a_trouble_has_a_next_step() -> None:
    assert set(NEXT) == set(get_args(PluginStanding)) - {"ready", "disabled"}
