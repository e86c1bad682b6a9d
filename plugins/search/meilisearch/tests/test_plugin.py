"""The plugin as the kernel asks it, beside a server that speaks Meilisearch's API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from structlog.testing import capture_logs

from mosaicfs import PluginHost
from mosaicfs.errors import (
    MosaicError,
    OptionsError,
    QuotaFullError,
    SourceUnavailableError,
    ThrottledError,
)
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject
from mosaicfs.model.query import Query
from mosaicfs_sdk.conformance.annotate import AnnotateConformance, Sample
from mosaicfs_sdk.conformance.query import QueryConformance
from mosaicfs_sdk.pytest_plugin import MakeHost
from mosaicfs_search_meilisearch import engine, plugin, server
from mosaicfs_search_meilisearch.documents import Kept
from mosaicfs_search_meilisearch.options import NAME
from plugins.search.meilisearch.tests.meilisearch import KEY, Meilisearch, serving


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    for state_dir in list(plugin._engines):
        plugin.close(state_dir)


@pytest.fixture
def meilisearch() -> Iterator[Meilisearch]:
    with serving() as state:
        yield state


def options_of(meilisearch: Meilisearch, **more: object) -> dict[str, JsonObject]:
    given = {"meilisearch_url": meilisearch.url, "meilisearch_api_key": KEY, "commit_s": 0.2, **more}
    return {NAME: given}  # type: ignore[dict-item]  # the tests give JSON


@pytest.fixture
def host(plugin_host: MakeHost, meilisearch: Meilisearch) -> PluginHost:
    return plugin_host(plugin, options=options_of(meilisearch))


def entry(path: Path, number: int = 1, mime_type: str = "text/plain") -> Entry:
    return Entry(
        file_id=f"file::0195c1de-0000-7000-8000-{number:012x}",
        node_id="node-laptop",
        export_path=str(path),
        name=path.name,
        size=path.stat().st_size,
        mtime="2026-01-15T14:30:00.123456Z",
        mime_type=mime_type,
    )


async def tell(host: PluginHost, path: Path, number: int = 1, event: str = "file.added", **more: str) -> object:
    return await host.hooks.annotate(NAME, Event(name=event), entry(path, number, **more), path)


async def found(host: PluginHost, text: str) -> list[str]:
    (reply,) = await host.hooks.query(Query(capability="search", query=text))
    assert reply.answer is not None, reply.error
    return [str(each["name"]) for each in reply.answer.results]


async def widget(host: PluginHost) -> JsonObject:
    (reply,) = await host.hooks.query(Query(capability="dashboard_widget"))
    assert reply.answer is not None
    return reply.answer.results[0]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_text("The quarterly earnings were good.")
    return path


async def test_a_file_is_found_once_its_event_is_answered(
    host: PluginHost, report: Path, meilisearch: Meilisearch
) -> None:
    assert await tell(host, report) == {}
    (reply,) = await host.hooks.query(Query(capability="search", query="earnings"))
    assert reply.answer is not None
    assert reply.answer.results == (
        {
            "file_id": entry(report).file_id,
            "score": 1.0,
            "name": "report.txt",
            "path": str(report),
            "fragments": ["The quarterly **earnings** were good."],
        },
    )
    settings = meilisearch.indexes["mosaicfs"].settings
    assert (settings["searchableAttributes"], settings["filterableAttributes"]) == (["name", "body"], ["types"])


async def test_questions_of_all_forms(host: PluginHost, tmp_path: Path) -> None:
    texts = {"one.txt": "an invoice of May", "two.md": "a receipt of May", "three.txt": "a draft of an invoice"}
    async with trio.open_nursery() as nursery:
        for number, (name, text) in enumerate(texts.items()):
            (tmp_path / name).write_text(text)
            nursery.start_soon(tell, host, tmp_path / name, number)
    assert set(await found(host, "invoice")) == {"one.txt", "three.txt"}
    assert await found(host, "invoice -draft") == ["one.txt"]
    assert set(await found(host, "may invoice OR receipt")) == {"one.txt", "two.md"}
    assert await found(host, '"of an invoice"') == ["three.txt"]
    assert await found(host, "may type:md") == ["two.md"]
    assert await found(host, "two") == ["two.md"]
    assert await found(host, "nothing") == []


async def test_a_change_a_move_and_a_deletion_are_followed(host: PluginHost, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")
    await tell(host, path)
    path.write_text("after")
    await tell(host, path, event="file.modified")
    assert (await found(host, "before"), await found(host, "after")) == ([], ["a.txt"])
    moved = path.rename(tmp_path / "other.txt")
    await tell(host, moved, event="file.moved")
    assert await found(host, "after") == ["other.txt"]
    await host.hooks.annotate(NAME, Event(name="file.deleted"), entry(moved), None)
    assert await found(host, "after") == []


async def test_many_files_travel_together(plugin_host: MakeHost, tmp_path: Path, meilisearch: Meilisearch) -> None:
    """With time enough, that a slow machine sends no batch because the first file has waited too long."""
    host = plugin_host(plugin, options=options_of(meilisearch, commit_s=15.0))
    async with trio.open_nursery() as nursery:
        for number in range(60):
            path = tmp_path / f"{number}.txt"
            path.write_text(f"needle number{number}")
            nursery.start_soon(tell, host, path, number)
    assert len(meilisearch.documents()) == 60
    assert len(meilisearch.changes()) <= 10
    (reply,) = await host.hooks.query(Query(capability="search", query="needle", limit=7))
    assert reply.answer is not None
    assert (len(reply.answer.results), reply.answer.total) == (7, 60)


def test_a_request_is_no_larger_than_need_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LARGEST", 1000)
    documents = [Kept(str(number), "", "", "", [], "", "x" * 300) for number in range(7)]
    parts = list(server.portions([*documents, Kept("8", "", "", "", [], "", "y" * 5000)]))
    assert [part.count(b'"id"') for part in parts] == [2, 2, 2, 1, 1]


async def test_a_second_start_changes_nothing_at_the_server(
    plugin_host: MakeHost, report: Path, tmp_path: Path, meilisearch: Meilisearch
) -> None:
    for _ in range(2):
        host = plugin_host(plugin, options=options_of(meilisearch))
        await tell(host, report)
    kinds = [task["type"] for task in meilisearch.tasks]
    assert kinds == ["indexCreation", "settingsUpdate", "documentAdditionOrUpdate", "documentAdditionOrUpdate"]


async def test_settings_that_somebody_changed_are_put_right(
    plugin_host: MakeHost, report: Path, meilisearch: Meilisearch
) -> None:
    await tell(plugin_host(plugin, options=options_of(meilisearch)), report)
    meilisearch.indexes["mosaicfs"].settings["filterableAttributes"] = []
    again = plugin_host(plugin, options=options_of(meilisearch))
    await tell(again, report)
    assert await found(again, "earnings type:txt") == ["report.txt"]


async def test_an_index_in_place_of_the_one_that_was_filled_is_filled_from_the_beginning(
    host: PluginHost, report: Path, meilisearch: Meilisearch
) -> None:
    await tell(host, report)
    (state_dir,) = plugin._engines
    (state_dir / "delivered").write_text("of the runner")
    plugin.close(state_dir)
    await tell(host, report)
    assert (state_dir / "delivered").exists()

    meilisearch.indexes.clear()
    plugin.close(state_dir)
    await tell(host, report)
    assert not (state_dir / "delivered").exists()
    assert await found(host, "earnings") == ["report.txt"]


# --- a server in trouble ---------------------------------------------------------------------------------------------


TROUBLES: list[tuple[tuple[int, str, dict[str, str]], type[MosaicError]]] = [
    ((401, "missing_authorization_header", {}), OptionsError),
    ((403, "invalid_api_key", {}), OptionsError),
    ((413, "payload_too_large", {}), OptionsError),
    ((429, "", {}), ThrottledError),
    ((503, "too_many_search_requests", {"Retry-After": "10"}), ThrottledError),
    ((422, "no_space_left_on_device", {}), QuotaFullError),
    ((500, "internal", {}), SourceUnavailableError),
    ((302, "", {"Location": "http://127.0.0.1:1/"}), SourceUnavailableError),
]


@pytest.mark.allow_log("plugin paused")
@pytest.mark.parametrize(("fault", "error"), TROUBLES)
async def test_a_trouble_says_what_can_be_done(
    host: PluginHost,
    report: Path,
    meilisearch: Meilisearch,
    fault: tuple[int, str, dict[str, str]],
    error: type[MosaicError],
) -> None:
    meilisearch.fault = fault
    with pytest.raises(error) as caught:
        await tell(host, report)
    assert KEY not in str(caught.value)
    assert getattr(caught.value, "retry_after_s", None) in (None, 10)


@pytest.mark.parametrize(
    ("code", "error"), [("no_space_left_on_device", QuotaFullError), ("internal", SourceUnavailableError)]
)
async def test_a_task_that_fails_is_told(
    host: PluginHost, report: Path, meilisearch: Meilisearch, code: str, error: type[MosaicError]
) -> None:
    await tell(host, report)
    meilisearch.fails = code
    with pytest.raises(error):
        await tell(host, report, event="file.modified")
    meilisearch.fails = ""


async def test_nothing_is_kept_of_what_could_not_be_sent_and_nobody_asks_again_at_once(
    host: PluginHost, tmp_path: Path, meilisearch: Meilisearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "QUIET_S", 3600)
    meilisearch.fault = (500, "internal", {})
    failed = []

    async def one(number: int) -> None:
        path = tmp_path / f"{number}.txt"
        path.write_text("words")
        try:
            await tell(host, path, number)
        except SourceUnavailableError:
            failed.append(number)

    async with trio.open_nursery() as nursery:
        for number in range(12):
            nursery.start_soon(one, number)
    (made,) = plugin._engines.values()
    assert (len(failed), made.waiting, meilisearch.faults) == (12, 0, 1)


async def test_after_a_while_it_is_asked_again(
    host: PluginHost, report: Path, meilisearch: Meilisearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "QUIET_S", 0.0)
    meilisearch.fault = (500, "internal", {})
    with pytest.raises(SourceUnavailableError):
        await tell(host, report)
    meilisearch.fault = None
    await tell(host, report)
    assert await found(host, "earnings") == ["report.txt"]


async def test_a_server_that_lags_is_left_in_peace_until_it_is_done(
    host: PluginHost, report: Path, meilisearch: Meilisearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "QUIET_S", 0.0)
    await tell(host, report)
    meilisearch.held = True
    with monkeypatch.context() as impatient, capture_logs() as lines:
        impatient.setattr(engine, "TASK_S", 0.0)
        for _ in range(3):
            with pytest.raises(ThrottledError):
                await tell(host, report, event="file.modified")
    assert len(meilisearch.changes()) == 2
    assert any("lags behind" in str(line) for line in lines)
    assert (await widget(host))["status"] == "warning"
    meilisearch.release()
    await tell(host, report, event="file.modified")
    assert await found(host, "earnings") == ["report.txt"]
    assert (await widget(host))["status"] == "healthy"


async def test_a_server_that_is_not_there_is_asked_later(plugin_host: MakeHost, report: Path) -> None:
    with serving() as gone:
        host = plugin_host(plugin, options=options_of(gone))
    with pytest.raises(SourceUnavailableError):
        await tell(host, report)
    (reply,) = await host.hooks.query(Query(capability="search", query="x"))
    assert "not available" in str(reply.error)
    shown = await widget(host)
    assert shown["status"] == "error"


@pytest.mark.allow_log("plugin paused")
@pytest.mark.parametrize(
    "given",
    [
        {"meilisearch_url": "meilisearch:7700"},
        {"meilisearch_url": "http://user:pass@example.org"},
        {"index": "my index"},
    ],
)
async def test_options_that_cannot_work_ask_the_owner(
    plugin_host: MakeHost, report: Path, meilisearch: Meilisearch, given: dict[str, object]
) -> None:
    with pytest.raises(OptionsError):
        await tell(plugin_host(plugin, options=options_of(meilisearch, **given)), report)
    assert meilisearch.asked == []


async def test_the_key_is_in_no_line_of_the_log(host: PluginHost, report: Path) -> None:
    with capture_logs() as lines:
        await tell(host, report)
        await found(host, "earnings")
    assert KEY not in repr(lines)
    assert KEY not in repr(host.loading.loaded[0].options)


# --- answering -------------------------------------------------------------------------------------------------------


async def test_a_node_that_only_indexes_has_no_answer(
    plugin_host: MakeHost, report: Path, meilisearch: Meilisearch
) -> None:
    host = plugin_host(plugin, options=options_of(meilisearch, answers=False))
    await tell(host, report)
    assert await host.hooks.query(Query(capability="search", query="earnings")) == []


async def test_an_index_that_nobody_has_filled_yet_has_nothing(host: PluginHost) -> None:
    assert await found(host, "earnings") == []
    assert await found(host, "earnings OR profits") == []
    shown = await widget(host)
    assert isinstance(shown["data"], dict)
    assert (shown["status"], shown["data"]["Files indexed"]) == ("healthy", "0")


async def test_an_event_about_something_else_is_not_its_own(host: PluginHost) -> None:
    assert await host.hooks.annotate(NAME, Event(name="sync.started"), None, None) is None


class TestAnnotate(AnnotateConformance):
    """What it says of a file is only that it read a part of it."""

    plugin = plugin
    telling = Sample("long.txt", "text/plain", b"word " * 1000)
    boring = Sample("short.txt", "text/plain", b"word")

    @pytest.fixture
    def options(self, meilisearch: Meilisearch) -> JsonObject:
        return {**options_of(meilisearch)[NAME], "max_text_kb": 1}


class TestQuery(QueryConformance):
    plugin = plugin
    capability = "search"
    rich = "needle"
    empty = "zyzzyva"

    @pytest.fixture
    def options(self, meilisearch: Meilisearch) -> JsonObject:
        return options_of(meilisearch)[NAME]

    @pytest.fixture
    async def filled(self, host: PluginHost, tmp_path: Path) -> None:
        async with trio.open_nursery() as nursery:
            for number in range(5):
                path = tmp_path / f"{number}.txt"
                path.write_text("needle " * (number + 1) + "hay " * 20)
                nursery.start_soon(tell, host, path, number)
