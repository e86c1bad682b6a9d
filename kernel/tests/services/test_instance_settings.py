"""What was chosen for all nodes is in force where this machine was told nothing, and at once."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import trio
from structlog.testing import capture_logs

from mosaicfs import wire
from mosaicfs.config import load_settings
from mosaicfs.config_file import ConfigFile
from mosaicfs.model.configuration import Settings
from mosaicfs.model.document import Document
from mosaicfs.model.ids import SETTINGS_ID
from mosaicfs.model.json import Json
from mosaicfs.model.role import CONTROL, UPSTREAM
from mosaicfs.model.settings import Settings as InstanceSettings
from mosaicfs.services import instance_settings
from mosaicfs.services.instance_settings import SettingsInForce, in_force
from mosaicfs_sdk.fakes.store import MemoryStore

CHOSEN = InstanceSettings(
    cache_max_bytes=5 << 30,
    cache_min_free_bytes=2 << 30,
    nightly_crawl=False,
    nightly_crawl_at="05:30",
    log_level="debug",
)


async def choose(store: MemoryStore, chosen: InstanceSettings | None) -> None:
    found = await store.get(SETTINGS_ID)
    rev = "" if found is None else found.rev
    body = b"{}" if chosen is None else wire.encode(chosen)
    (row,) = await store.write([Document(SETTINGS_ID, rev, body, deleted=chosen is None)], writer=CONTROL)
    assert not row.error


def told(text: str, options: dict[str, str], environment: dict[str, str]) -> Settings:
    return load_settings(ConfigFile(Path("mosaicfs.toml"), text, tomllib.loads(text)), options, environment)


def test_the_instance_fills_in_what_nobody_said_here() -> None:
    found = in_force(told("", {}, {}), CHOSEN)
    assert (found.crawl.nightly, found.crawl.nightly_at, found.logging.level) == (False, "05:30", "debug")
    assert (found.cache.max_bytes, found.cache.min_free_bytes) == (5 << 30, 2 << 30)


def test_option_variable_and_file_beat_the_instance_each_for_its_own_key() -> None:
    here = told(
        "[crawl]\nnightly = true\n[cache]\nmax_bytes = 1000\n",
        {"logging.level": "error"},
        {"MOSAICFS_CRAWL_NIGHTLY_AT": "01:00"},
    )
    found = in_force(here, CHOSEN)
    assert (found.crawl.nightly, found.crawl.nightly_at, found.logging.level) == (True, "01:00", "error")
    assert (found.cache.max_bytes, found.cache.min_free_bytes) == (1000, 2 << 30)
    assert in_force(replace(here, given={}), CHOSEN).crawl.nightly is False


@pytest.mark.parametrize("member", [{"nightly_crawl_at": "25:00"}, {"nightly_crawl_at": "soon"}, {"log_level": "loud"}])
def test_what_a_newer_version_may_choose_is_ignored_here(member: dict[str, Json]) -> None:
    chosen = wire.decode(SETTINGS_ID, wire.canonical({"type": "settings", **member}))
    assert isinstance(chosen, InstanceSettings)
    assert in_force(Settings(), chosen) == Settings()


async def test_a_change_is_in_force_without_a_restart_and_so_is_its_end(
    autojump_clock: trio.testing.MockClock, store: MemoryStore
) -> None:
    levels: list[str] = []
    settings = SettingsInForce(Settings(), levels.append)
    await settings.look(store)
    assert settings.current == Settings()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(settings.run, store)
        await choose(store, CHOSEN)
        await trio.sleep(2 * instance_settings.PAUSE_S)
        assert settings.current.crawl.nightly_at == "05:30"
        await choose(store, None)
        await trio.sleep(2 * instance_settings.PAUSE_S)
        assert settings.current == Settings()
        nursery.cancel_scope.cancel()
    assert levels == ["debug", "info"]


async def test_what_has_not_changed_is_the_same_object(store: MemoryStore) -> None:
    settings = SettingsInForce(told("", {}, {}))
    await choose(store, CHOSEN)
    await settings.look(store)
    before = settings.current
    await settings.look(store)
    settings.read_again(lambda: told("", {}, {}))
    assert settings.current is before


async def test_what_this_machine_is_told_anew_beats_the_instance_still(store: MemoryStore) -> None:
    levels: list[str] = []
    settings = SettingsInForce(told("", {}, {}), levels.append)
    await choose(store, CHOSEN)
    await settings.look(store)
    settings.read_again(lambda: told("[cache]\nmax_bytes = 1000\n[logging]\nlevel = 'error'\n", {}, {}))
    assert (settings.current.cache.max_bytes, settings.current.cache.min_free_bytes) == (1000, 2 << 30)
    settings.read_again(lambda: told("", {}, {}))
    assert settings.current.cache.max_bytes == 5 << 30
    assert levels == ["debug", "error", "debug"]


def test_a_file_with_a_mistake_changes_nothing() -> None:
    settings = SettingsInForce(told("[cache]\nmax_bytes = 1000\n", {}, {}))
    with capture_logs() as logged:
        settings.read_again(lambda: told("[cache]\nmax_bites = 5\n", {}, {}))
    assert settings.current.cache.max_bytes == 1000
    (line,) = logged
    assert line["log_level"] == "error"
    assert "max_bites is not known; did you mean cache.max_bytes?" in line["cause"]


async def test_a_document_that_cannot_be_read_changes_nothing(store: MemoryStore) -> None:
    body = b'{"type":"settings","nightly_crawl":"never"}'
    await store.write(
        [Document(SETTINGS_ID, f"1-{1:032x}", body, path=(f"{1:032x}",))], writer=UPSTREAM, new_edits=False
    )
    settings = SettingsInForce(Settings())
    await settings.look(store)
    assert settings.current == Settings()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()
