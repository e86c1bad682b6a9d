"""Where the configuration of an instance comes from, and what becomes of its secrets."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.errors import AccessRefusedError
from mosaicfs.model.plugin import Plugin, SharedPlugin
from mosaicfs.plugin_host.discretion import Discretion
from mosaicfs.plugin_host.effective_config import effective_config

values = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9), max_size=4)


def plugin(**more: Any) -> Plugin:
    known: dict[str, Any] = {"plugin_type": "python", "name": "S", "enabled": True} | more
    return Plugin(node_id="laptop", plugin_name="summary", created_at="2026-01-01T00:00:00Z", **known)


def opened(sealed: str, about: str) -> str:
    if sealed == "of another":
        raise AccessRefusedError(about)
    return f"{sealed} opened for {about}"


@given(values, values, values, values)
def test_the_nearest_word_counts(
    shared: dict[str, int], config: dict[str, int], settings: dict[str, int], own: dict[str, int]
) -> None:
    found = effective_config(plugin(config=config, settings=settings), SharedPlugin(settings=shared), own, opened)
    assert found[:2] == ({**shared, **config, **settings, **own}, ())


def test_a_secret_is_opened_for_its_own_place() -> None:
    shared = SharedPlugin(plugin_name="summary", settings={"k": {"laptop": {"sealed": "s"}, "nas": {"sealed": "n"}}})
    found = effective_config(plugin(settings={"own": {"sealed": "o"}}), shared, {}, opened)
    assert found.sealed == ("k", "own")
    assert found.config == {
        "k": "s opened for plugin::summary#settings.k#laptop",
        "own": "o opened for plugin::laptop::summary#settings.own#laptop",
    }


def test_a_secret_that_cannot_be_read_here_counts_as_not_set() -> None:
    shared = SharedPlugin(settings={"a": {"nas": {"sealed": "n"}}, "b": "__REDACTED__", "plain": {"nas": 5}})
    found = effective_config(plugin(settings={"c": {"sealed": "of another"}}), shared, {}, opened)
    assert found[:2] == ({"plain": {"nas": 5}}, ("a", "b", "c"))


def test_a_secret_of_this_node_stands_in_for_one_that_is_lost() -> None:
    shared = SharedPlugin(settings={"k": "__REDACTED__"})
    found = effective_config(plugin(settings={"k": {"sealed": "s"}}), shared, {}, opened)
    assert found.lacking == ()
    assert "opened" in str(found.config["k"])


def test_a_plugin_that_says_nothing_of_itself_has_its_secrets_hidden_all_the_same() -> None:
    found = Discretion()
    given_to_it = {"colour": "crimson", "word": "hunter2-sealed", "api_key": "hunter3-plain", "token": 5}
    found.learn_given(given_to_it, ["word", "absent"])
    assert found.text("hunter2-sealed hunter3-plain crimson 5") == "•••• •••• crimson 5"
