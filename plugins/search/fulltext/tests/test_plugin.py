"""The plugin as the kernel asks it: events come in, questions are answered."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from mosaicfs import PluginHost
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject
from mosaicfs.model.query import Query
from mosaicfs_sdk.conformance.annotate import AnnotateConformance, Sample
from mosaicfs_sdk.conformance.query import QueryConformance
from mosaicfs_sdk.pytest_plugin import MakeHost
from mosaicfs_search_fulltext import plugin

NAME = "fulltext-search"
FIRST = "file::0195c1de-0000-7000-8000-000000000001"
MTIME = "2026-01-15T14:30:00.123456Z"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    for state_dir in list(plugin._engines):
        plugin.close(state_dir)


@pytest.fixture
def host(plugin_host: MakeHost) -> PluginHost:
    return plugin_host(plugin)


def entry(path: Path, number: int = 1, **more: str) -> Entry:
    found = path.stat()
    return Entry(
        file_id=f"file::0195c1de-0000-7000-8000-{number:012x}",
        node_id="node-laptop",
        export_path=more.get("export_path", str(path)),
        name=path.name,
        size=found.st_size,
        mtime="2026-01-15T14:30:00.123456Z",
        mime_type=more.get("mime_type", "text/plain"),
        backend=more.get("backend"),
    )


async def tell(host: PluginHost, path: Path, number: int = 1, event: str = "file.added", **more: str) -> object:
    return await host.hooks.annotate(NAME, Event(name=event), entry(path, number, **more), path)


async def found(host: PluginHost, text: str) -> list[JsonObject]:
    (reply,) = await host.hooks.query(Query(capability="search", query=text))
    assert reply.answer is not None, reply.error
    return list(reply.answer.results)


async def test_a_file_is_found_once_its_event_is_answered(host: PluginHost, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("quarterly earnings")
    assert await tell(host, path) == {}
    (result,) = await found(host, "earnings")
    assert result == {
        "file_id": entry(path).file_id,
        "score": 1.0,
        "name": "report.txt",
        "path": str(path),
        "fragments": ["quarterly **earnings**"],
    }


async def test_a_change_a_move_and_a_deletion_are_followed(host: PluginHost, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")
    await tell(host, path)
    path.write_text("after")
    await tell(host, path, event="file.modified")
    assert (await found(host, "before"), len(await found(host, "after"))) == ([], 1)
    moved = path.rename(tmp_path / "other.txt")
    await tell(host, moved, event="file.moved")
    assert [each["name"] for each in await found(host, "after")] == ["other.txt"]
    await host.hooks.annotate(NAME, Event(name="file.deleted"), entry(moved), None)
    assert await found(host, "after") == []


async def test_what_is_not_looked_into_is_found_by_name(plugin_host: MakeHost, tmp_path: Path) -> None:
    host = plugin_host(plugin, options={NAME: {"types": "text/markdown", "max_file_mb": 1}})
    for number, (name, mime_type) in enumerate({"hidden.txt": "text/plain", "shown.md": "text/markdown"}.items()):
        (tmp_path / name).write_text("needle")
        await tell(host, tmp_path / name, number, mime_type=mime_type)
    (tmp_path / "large.md").write_text("needle " * 200_000)
    await tell(host, tmp_path / "large.md", 9, mime_type="text/markdown")
    assert [each["name"] for each in await found(host, "needle")] == ["shown.md"]
    assert {str(each["name"]) for each in await found(host, "hidden OR large")} == {"hidden.txt", "large.md"}


async def test_a_file_that_is_not_lent_is_found_by_name(host: PluginHost, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("needle")
    await host.hooks.annotate(NAME, Event(name="file.added"), entry(path), None)
    assert (await found(host, "needle"), len(await found(host, "report"))) == ([], 1)


async def test_a_name_that_is_no_utf8_is_read_all_the_same(host: PluginHost, tmp_path: Path) -> None:
    path = Path(os.fsdecode(bytes(tmp_path) + b"/\xff.txt"))
    await trio.Path(path).write_text("needle")
    shown = Entry(file_id=FIRST, node_id="node-laptop", export_path="/a/%FF.txt", name="%FF.txt", size=6, mtime=MTIME)
    await host.hooks.annotate(NAME, Event(name="file.added"), shown, path)
    assert len(await found(host, "needle")) == 1


async def test_many_at_once_share_commits_and_are_all_found(host: PluginHost, tmp_path: Path) -> None:
    async with trio.open_nursery() as nursery:
        for number in range(60):
            path = tmp_path / f"{number}.txt"
            path.write_text(f"needle number{number}")
            nursery.start_soon(tell, host, path, number)
    (reply,) = await host.hooks.query(Query(capability="search", query="needle", limit=7))
    assert reply.answer is not None
    assert (len(reply.answer.results), reply.answer.total) == (7, 60)
    assert len(await found(host, "number33")) == 1


async def test_events_about_something_else_are_not_its_own(host: PluginHost) -> None:
    for name in ("sync.started", "label.assigned"):
        assert await host.hooks.annotate(NAME, Event(name=name), None, None) is None


async def test_it_fills_a_widget(host: PluginHost, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    await tell(host, tmp_path / "a.txt")
    (reply,) = await host.hooks.query(Query(capability="dashboard_widget"))
    assert reply.answer is not None
    (result,) = reply.answer.results
    assert result["status"] == "healthy"
    assert isinstance(result["data"], dict)
    assert result["data"]["Files indexed"] == "1"


class TestAnnotate(AnnotateConformance):
    """What it says of a file is only that it read a part of it."""

    plugin = plugin
    telling = Sample("long.txt", "text/plain", b"word " * 1000)
    boring = Sample("short.txt", "text/plain", b"word")

    @pytest.fixture
    def options(self) -> JsonObject:
        return {"max_text_kb": 1}


class TestQuery(QueryConformance):
    plugin = plugin
    capability = "search"
    rich = "needle"
    empty = "zyzzyva"

    @pytest.fixture
    async def filled(self, host: PluginHost, tmp_path: Path) -> None:
        for number in range(5):
            path = tmp_path / f"{number}.txt"
            path.write_text("needle " * (number + 1) + "hay " * 20)
            await tell(host, path, number)
