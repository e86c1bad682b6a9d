"""What every plugin that finds files must do, wherever they lie.

class TestCrawl(CrawlConformance):
    plugin = plugin

    @pytest.fixture
    def place(self, tmp_path: Path) -> Place: ...
"""

from __future__ import annotations

import pytest

from mosaicfs import PluginHost
from mosaicfs.errors import TryLaterError
from mosaicfs.model.crawling import Change, CrawlEnd, Source
from mosaicfs.model.names import covers, is_path
from mosaicfs_sdk.conformance.place import Place
from mosaicfs_sdk.conformance.suite import Suite

FILES = {"a.txt": b"alpha", "b.txt": b"", "deep/er/c.txt": b"gamma" * 1000, "with space and ü.txt": b"delta"}


class Known:
    """A sink that knows what the kernel would know after the changes it was sent."""

    def __init__(self) -> None:
        self.files: dict[str, Change] = {}
        self.seen: set[str] = set()

    async def send(self, change: Change) -> None:
        if change.moved_from is not None:
            self.files.pop(change.moved_from, None)
        if change.action == "delete":
            self.files.pop(change.export_path, None)
            return
        self.seen.add(change.export_path)
        self.files[change.export_path] = change

    def progress(self) -> None:
        """Nothing is kept of it."""

    def end(self, end: CrawlEnd) -> None:
        """What was not sent is gone only where the crawl says that it was complete."""
        if end.complete:
            self.files = {path: change for path, change in self.files.items() if path in self.seen}
        self.seen = set()

    def facts(self) -> dict[str, tuple[int, str, str | None, str | None]]:
        """What makes a version, by path; how the change was called does not matter."""
        return {path: (c.size, c.mtime, c.native_id, c.version) for path, c in self.files.items()}


class CrawlConformance(Suite):
    """The fixture `place` is a place without files."""

    hook = "crawl"

    @pytest.fixture
    def place(self) -> Place:
        raise NotImplementedError("a subclass says where the files of the test lie")

    @pytest.fixture
    def filled(self, place: Place) -> Place:
        for name, content in FILES.items():
            place.put(name, content)
        return place

    async def test_everything_is_found(self, host: PluginHost, filled: Place) -> None:
        known = Known()
        end = await crawl(host, filled.source, None, known)
        assert end.complete
        assert sizes(known, filled) == {name: len(content) for name, content in FILES.items()}

    async def test_an_empty_place_is_empty_and_not_unreachable(self, host: PluginHost, place: Place) -> None:
        assert (await crawl(host, place.source, None, known := Known())).complete
        assert known.files == {}

    async def test_every_path_can_be_indexed(self, host: PluginHost, filled: Place) -> None:
        await crawl(host, filled.source, None, known := Known())
        strayed = [p for p in known.files if not (is_path(p) and covers(filled.source.prefix, p))]
        assert strayed == []

    async def test_the_full_set_twice_changes_nothing(self, host: PluginHost, filled: Place) -> None:
        known = Known()
        await crawl(host, filled.source, None, known)
        before = known.facts()
        await crawl(host, filled.source, None, known)
        assert known.facts() == before

    async def test_the_cursor_resumes_where_it_was(self, host: PluginHost, filled: Place) -> None:
        known = Known()
        end = await crawl(host, filled.source, None, known)
        filled.put("new.txt", b"new")
        filled.put("a.txt", b"another alpha")
        filled.remove("b.txt")
        await crawl(host, filled.source, end.cursor, known)
        expected = {name: len(content) for name, content in FILES.items() if name != "b.txt"}
        assert sizes(known, filled) == {**expected, "new.txt": 3, "a.txt": 13}

    async def test_another_version_looks_different(self, host: PluginHost, filled: Place) -> None:
        known = Known()
        await crawl(host, filled.source, None, known)
        before = known.facts()
        filled.put("a.txt", b"ALPHA")
        await crawl(host, filled.source, None, known)
        changed = {path for path, facts in known.facts().items() if facts != before[path]}
        assert changed == {path_of(filled, "a.txt")}

    async def test_what_is_removed_is_gone(self, host: PluginHost, filled: Place) -> None:
        known = Known()
        end = await crawl(host, filled.source, None, known)
        for name in FILES:
            filled.remove(name)
        await crawl(host, filled.source, end.cursor, known)
        assert known.files == {}

    @pytest.mark.parametrize("listed", [0, 1, len(FILES) - 1])
    async def test_an_outage_midway_raises_and_nothing_is_gone(
        self, host: PluginHost, filled: Place, listed: int
    ) -> None:
        known = Known()
        end = await crawl(host, filled.source, None, known)
        filled.fail_after(listed)
        with pytest.raises(TryLaterError):
            await host.hooks.crawl(filled.source, None, known)
        assert known.files.keys() == {path_of(filled, name) for name in FILES}
        filled.mend()
        await crawl(host, filled.source, end.cursor, known)
        assert known.files.keys() == {path_of(filled, name) for name in FILES}

    async def test_the_source_of_another_is_left_alone(self, host: PluginHost, place: Place) -> None:
        foreign = Source(name="foreign", backend="conformance-nobody", node_id="n", prefix="/foreign")
        assert await host.hooks.crawl(foreign, None, Known()) is None


async def crawl(host: PluginHost, source: Source, since: str | None, into: Known) -> CrawlEnd:
    end = await host.hooks.crawl(source, since, into)
    assert end is not None, "the plugin says that the source is not its own"
    into.end(end)
    return end


def path_of(place: Place, name: str) -> str:
    return f"{place.source.prefix.rstrip('/')}/{name}"


def sizes(known: Known, place: Place) -> dict[str, int]:
    """By name at the place."""
    prefix = path_of(place, "")
    return {path.removeprefix(prefix): change.size for path, change in known.files.items()}
