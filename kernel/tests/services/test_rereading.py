"""What is read again holds at once only where everybody follows it; of the rest it is said that it waits."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.config import load_settings
from mosaicfs.model.configuration import SECTIONS, Settings
from mosaicfs.services.rereading import FOLLOWED, reread

KEYS = sorted(f"{name}.{each.name}" for name, section in SECTIONS.items() for each in fields(section))
values = {
    "cache.max_bytes": st.integers(0, 3).map(str),
    "pin.on_metered": st.sampled_from(["true", "false"]),
    "agent.watch_paths": st.sampled_from(["/a", "/a,/b"]),
    "transfer.listen": st.sampled_from(["[::]:7845", "[::]:1"]),
    "agent.control_plane_url": st.sampled_from(["", "https://a:1"]),
    "server.listen": st.sampled_from(["unix:/a", "unix:/b"]),
}
variables = st.fixed_dictionaries({}, optional=values)


def told(variables: dict[str, str]) -> Settings:
    return load_settings(
        None, {}, {f"MOSAICFS_{key.replace('.', '_').upper()}": each for key, each in variables.items()}
    )


def of(settings: Settings, key: str) -> object:
    section, _, name = key.partition(".")
    return getattr(getattr(settings, section), name)


@given(variables, variables)
def test_each_key_is_taken_up_or_waits(first: dict[str, str], second: dict[str, str]) -> None:
    before, read = told(first), told(second)
    found = reread(before, read)
    for key in KEYS:
        new = read if key in FOLLOWED else before
        assert of(found.settings, key) == of(new, key)
        assert found.settings.given.get(key) == new.given.get(key)
    different = [key for key in KEYS if of(before, key) != of(read, key)]
    assert sorted((*found.changed, *found.waiting)) == different
    assert set(found.changed) <= FOLLOWED
    again = reread(found.settings, read)
    assert (again.settings, again.changed, again.waiting) == (found.settings, (), found.waiting)


def test_every_key_that_is_followed_is_one() -> None:
    assert set(KEYS) >= FOLLOWED


def test_an_option_of_a_plugin_waits() -> None:
    found = reread(Settings(), Settings(plugin_options={"s3": {"region": "x"}}))
    assert (found.changed, found.waiting, found.settings) == ((), ("plugin.s3",), Settings())
