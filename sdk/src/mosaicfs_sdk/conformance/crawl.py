"""What every plugin that finds files must do, wherever they lie.

class TestCrawl(CrawlConformance):
    plugin = plugin

    @pytest.fixture
    def place(self, tmp_path: Path) -> Place: ...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from mosaicfs import PluginHost
from mosaicfs.errors import TryLaterError
from mosaicfs.model.crawling import Change, CrawlEnd, Listed, Reason, Source
from mosaicfs.model.names import covers, is_path
from mosaicfs_sdk.conformance.place import MovingPlace, Place
from mosaicfs_sdk.conformance.suite import Suite

FILES = {"a.txt": b"alpha", "b.txt": b"", "deep/er/c.txt": b"gamma" * 1000, "with space and ü.txt": b"delta"}


class Known:
    """A sink that knows what the kernel would know after the changes it was sent."""

    def __init__(self) -> None:
        self.files: dict[str, Change] = {}
        self.seen_paths: set[str] = set()
        self.sent = 0

    async def send(self, change: Change) -> None:
        if change.moved_from is not None:
            self.files.pop(change.moved_from, None)
        if change.action == "delete":
            self.files.pop(change.export_path, None)
            return
        self._see(change)

    def progress(self) -> None:
        """Nothing is kept of it."""

    def begin(self) -> None:
        """What an interrupted crawl had noted, and not settled, is forgotten."""
        self.seen_paths, self.sent = set(), 0

    def end(self, end: CrawlEnd) -> None:
        """What was not sent is gone only where the crawl says that it was complete."""
        if end.complete:
            self.files = {path: change for path, change in self.files.items() if path in self.seen_paths}

    def facts(self) -> dict[str, tuple[int, str, str | None, str | None]]:
        """What makes a version, by path; how the change was called does not matter."""
        return {path: (c.size, c.mtime, c.native_id, c.version) for path, c in self.files.items()}

    def _see(self, change: Change) -> None:
        self.sent += 1
        self.seen_paths.add(change.export_path)
        self.files[change.export_path] = change


class KnownFolders(Known):
    """The same for whole folders. It keeps marks as the kernel does: not before all that is missing is settled."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, bytes] = {}
        self.fresh: dict[str, bytes] = {}
        self.missing: set[str] = set()
        self.counted = 0
        self.by_folder = False

    async def marks(self) -> Mapping[str, bytes]:
        self.by_folder = True
        return dict(self.kept)

    async def folder(self, export_path: str, files: Sequence[Change | Listed], mark: bytes) -> None:
        self.by_folder = True
        changes = [each.at(export_path) if isinstance(each, Listed) else each for each in files]
        known = {path for path in self.files if path.rpartition("/")[0] == export_path.rstrip("/")}
        for change in changes:
            assert change.export_path.rpartition("/")[0] == export_path.rstrip("/"), "a file of another folder"
            self._see(change)
        self.missing |= known - {change.export_path for change in changes}
        self.fresh[export_path] = mark

    async def no_folder(self, export_path: str, reason: Reason = "gone") -> None:
        self.by_folder = True
        self.missing |= {path for path in self.files if covers(export_path, path)}
        self.kept = {path: mark for path, mark in self.kept.items() if not covers(export_path, path)}

    async def seen(self, files: int) -> None:
        self.by_folder = True
        self.counted += files

    def begin(self) -> None:
        super().begin()
        self.fresh, self.missing, self.counted, self.by_folder = {}, set(), 0, False

    def end(self, end: CrawlEnd) -> None:
        """A plugin that told of folders has said of each what is missing there; any other is judged as ever."""
        if not self.by_folder:
            return super().end(end)
        for path in self.missing - self.seen_paths:
            self.files.pop(path, None)
        self.kept |= self.fresh
        return None


class CrawlConformance(Suite):
    """The fixture `place` is a place without files. Every check is tried with a sink that takes folders and without."""

    hook = "crawl"

    @pytest.fixture(params=[Known, KnownFolders], ids=["by change", "by folder"])
    def known(self, request: pytest.FixtureRequest) -> Known:
        made: Known = request.param()
        return made

    @pytest.fixture
    def place(self) -> Place:
        raise NotImplementedError("a subclass says where the files of the test lie")

    @pytest.fixture
    def filled(self, place: Place) -> Place:
        for name, content in FILES.items():
            place.put(name, content)
        return place

    async def test_everything_is_found(self, host: PluginHost, filled: Place, known: Known) -> None:
        end = await crawl(host, filled.source, None, known)
        assert end.complete
        assert sizes(known, filled) == {name: len(content) for name, content in FILES.items()}

    async def test_an_empty_place_is_empty_and_not_unreachable(
        self, host: PluginHost, place: Place, known: Known
    ) -> None:
        assert (await crawl(host, place.source, None, known)).complete
        assert known.files == {}

    async def test_every_path_can_be_indexed(self, host: PluginHost, filled: Place, known: Known) -> None:
        await crawl(host, filled.source, None, known)
        strayed = [p for p in known.files if not (is_path(p) and covers(filled.source.prefix, p))]
        assert strayed == []

    async def test_the_full_set_twice_changes_nothing(self, host: PluginHost, filled: Place, known: Known) -> None:
        await crawl(host, filled.source, None, known)
        before = known.facts()
        await crawl(host, filled.source, None, known)
        assert known.facts() == before

    async def test_folders_that_are_as_they_were_are_only_counted(self, host: PluginHost, filled: Place) -> None:
        """Where the plugin tells of folders at all."""
        known = KnownFolders()
        end = await crawl(host, filled.source, None, known)
        if not known.by_folder:
            return
        await crawl(host, filled.source, end.cursor, known)
        assert (known.sent, known.counted) == (0, len(FILES))
        filled.put("a.txt", b"another alpha")
        filled.remove("deep/er/c.txt")
        await crawl(host, filled.source, end.cursor, known)
        assert sizes(known, filled) == {"a.txt": 13, "b.txt": 0, "with space and ü.txt": 5}
        assert known.sent + known.counted == 3

    async def test_the_cursor_resumes_where_it_was(self, host: PluginHost, filled: Place, known: Known) -> None:
        end = await crawl(host, filled.source, None, known)
        filled.put("new.txt", b"new")
        filled.put("a.txt", b"another alpha")
        filled.remove("b.txt")
        await crawl(host, filled.source, end.cursor, known)
        expected = {name: len(content) for name, content in FILES.items() if name != "b.txt"}
        assert sizes(known, filled) == {**expected, "new.txt": 3, "a.txt": 13}

    async def test_another_version_looks_different(self, host: PluginHost, filled: Place, known: Known) -> None:
        await crawl(host, filled.source, None, known)
        before = known.facts()
        filled.put("a.txt", b"ALPHA")
        await crawl(host, filled.source, None, known)
        changed = {path for path, facts in known.facts().items() if facts != before[path]}
        assert changed == {path_of(filled, "a.txt")}

    async def test_a_move_keeps_the_native_id(self, host: PluginHost, filled: Place, known: Known) -> None:
        """Where files can be moved at all."""
        if not isinstance(filled, MovingPlace):
            return
        end = await crawl(host, filled.source, None, known)
        native_id = known.files[path_of(filled, "a.txt")].native_id
        assert native_id is not None
        filled.move("a.txt", "deep/moved.txt")
        await crawl(host, filled.source, end.cursor, known)
        assert path_of(filled, "a.txt") not in known.files
        assert known.files[path_of(filled, "deep/moved.txt")].native_id == native_id

    async def test_what_is_removed_is_gone(self, host: PluginHost, filled: Place, known: Known) -> None:
        end = await crawl(host, filled.source, None, known)
        for name in FILES:
            filled.remove(name)
        await crawl(host, filled.source, end.cursor, known)
        assert known.files == {}

    @pytest.mark.parametrize("listed", [0, 1, len(FILES) - 1])
    async def test_an_outage_midway_raises_and_nothing_is_gone(
        self, host: PluginHost, filled: Place, known: Known, listed: int
    ) -> None:
        end = await crawl(host, filled.source, None, known)
        filled.fail_after(listed)
        with pytest.raises(TryLaterError):
            await crawl(host, filled.source, None, known)
        assert known.files.keys() == {path_of(filled, name) for name in FILES}
        filled.mend()
        await crawl(host, filled.source, end.cursor, known)
        assert known.files.keys() == {path_of(filled, name) for name in FILES}

    async def test_the_source_of_another_is_left_alone(self, host: PluginHost, place: Place, known: Known) -> None:
        foreign = Source(name="foreign", backend="conformance-nobody", node_id="n", prefix="/foreign")
        assert await host.hooks.crawl(foreign, None, known) is None


async def crawl(host: PluginHost, source: Source, since: str | None, into: Known) -> CrawlEnd:
    into.begin()
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
