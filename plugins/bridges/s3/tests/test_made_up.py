"""A made-up bucket goes the whole way, with the network cut, and does wrong what it is told to do wrong."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from mosaicfs import PluginHost
from mosaicfs.errors import EntryChangedError, PeerGarbledError, SignInNeededError
from mosaicfs.model.crawling import Change, Source
from mosaicfs.model.entry import Entry, Span
from mosaicfs_bridge_s3 import b2, client, connecting, plugin
from mosaicfs_bridge_s3.made_up import made_up_content
from mosaicfs_sdk.conformance.crawl import Known
from mosaicfs_sdk.conformance.crawl import crawl as crawl_into
from mosaicfs_sdk.pytest_plugin import MakeHost
from plugins.bridges.s3.tests.asking import read

FILES = 30


@pytest.fixture(autouse=True)
def forgetting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No client of another test, nobody who could speak to a network, no real waits."""
    monkeypatch.setattr(connecting, "_clients", {})
    monkeypatch.setattr(client, "real_service", None)
    monkeypatch.setattr(client, "wait_after", lambda *_: 0.0)
    connecting._account.cache_clear()
    yield
    connecting._account.cache_clear()


def source(backend: str = "s3") -> Source:
    return Source(name="tried", backend=backend, node_id="node-a", prefix="/tried")


def host_of(make: MakeHost, module: ModuleType = plugin, **more: int | float | str) -> PluginHost:
    options = {"bucket": "made-up", "mock": True, "mock_files": FILES, **more}
    return make(module, options={module.PLUGIN.name: options})


def entry_of(change: Change) -> Entry:
    return Entry(
        file_id="file::0195c1de-0000-7000-8000-000000000001",
        node_id="node-a",
        export_path=change.export_path,
        name="x",
        size=change.size,
        mtime=change.mtime,
        native_id=change.native_id,
        version=change.version,
        digest=change.digest,
        backend="tried",
    )


@pytest.mark.parametrize("module", [plugin, b2], ids=["s3", "b2"])
async def test_a_made_up_bucket_is_listed_and_read(plugin_host: MakeHost, module: ModuleType) -> None:
    host, known = host_of(plugin_host, module), Known()
    await crawl_into(host, source(module.PLUGIN.name), None, known)
    assert len(known.files) == FILES
    for change in known.files.values():
        content = await read(host, entry_of(change), Span())
        assert content == made_up_content(1, str(change.native_id), 1)


async def test_the_same_numbers_make_the_same_files(plugin_host: MakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = []
    for seed in (7, 7, 8):
        monkeypatch.setattr(connecting, "_clients", {})
        known = Known()
        await crawl_into(host_of(plugin_host, mock_seed=seed), source(), None, known)
        facts.append(known.facts())
    assert facts[0] == facts[1] != facts[2]


@pytest.mark.parametrize(("churn", "moves"), [(0.0, False), (0.5, True)])
async def test_each_poll_some_files_change(plugin_host: MakeHost, churn: float, moves: bool) -> None:
    host, known = host_of(plugin_host, mock_churn=churn), Known()
    await crawl_into(host, source(), None, known)
    before = known.facts()
    await crawl_into(host, source(), None, known)
    assert (known.facts() != before) is moves


@pytest.mark.parametrize("fault", ["throttle", "timeout", "slow_read", "short_read"])
async def test_what_passes_is_got_through(plugin_host: MakeHost, fault: str) -> None:
    host, known = host_of(plugin_host, mock_faults=fault), Known()
    await crawl_into(host, source(), None, known)
    for change in list(known.files.values())[:4]:
        assert len(await read(host, entry_of(change), Span())) == change.size


async def test_a_listing_that_breaks_off_is_told(plugin_host: MakeHost) -> None:
    with pytest.raises(PeerGarbledError):
        await crawl_into(host_of(plugin_host, mock_faults="partial_listing"), source(), None, Known())


async def test_a_lost_key_is_told_from_the_second_poll_on(plugin_host: MakeHost) -> None:
    host, known = host_of(plugin_host, mock_faults="token_loss"), Known()
    await crawl_into(host, source(), None, known)
    with pytest.raises(SignInNeededError):
        await crawl_into(host, source(), None, known)
    assert len(known.files) == FILES


async def test_most_files_can_vanish_at_once(plugin_host: MakeHost) -> None:
    host, known = host_of(plugin_host, mock_faults="mass_deletion, throttle", mock_churn=0), Known()
    await crawl_into(host, source(), None, known)
    await crawl_into(host, source(), None, known)
    assert len(known.files) == FILES // 10


async def test_a_file_can_change_while_it_is_read(plugin_host: MakeHost) -> None:
    host, known = host_of(plugin_host, mock_faults="changed_while_reading"), Known()
    await crawl_into(host, source(), None, known)
    change = next(iter(known.files.values()))
    with pytest.raises(EntryChangedError):
        await _five_times(host, entry_of(change))


async def _five_times(host: PluginHost, entry: Entry) -> None:
    for _ in range(5):
        await read(host, entry, Span())
