"""The whole face on real folders, with a real watcher and a real socket; only the index is a fake that keeps paths."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
import trio

from mosaicfs.model.configuration import AgentSettings, Settings, WatchSettings
from mosaicfs.model.crawling import Change, Listed, Reason, Source
from mosaicfs.model.indexing import CrawlCounts, Hold
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.notification import Remedy, Severity
from mosaicfs.model.requests import Work
from mosaicfs.model.standing import Fare
from mosaicfs_disk.control_socket import BadRequestError
from mosaicfs_disk.crawling import crawl_folder
from mosaicfs_disk.keeper import FIRST_DONE, Keeper, outermost
from mosaicfs_sdk.fakes.store import MemoryStore

QUICK = WatchSettings(debounce_ms=20, rename_window_ms=50, min_interval_s=0)


class PathIndex:
    """`Index` of what is active, without documents."""

    def __init__(self) -> None:
        self.files: dict[str, Change] = {}
        self.marks_known: dict[str, bytes] = {}
        self.crawled: list[tuple[str, str]] = []
        self.left: list[str] = []
        self.moves: list[tuple[str, str]] = []
        self.counts = CrawlCounts()

    async def crawl(self, source: Source) -> CrawlCounts:
        self.crawled.append((str(source.options.get("below", source.prefix)), source.trigger))
        await crawl_folder(source, self)
        return CrawlCounts(seen=len(self.files), complete=True)

    async def marks(self) -> Mapping[str, bytes]:
        return dict(self.marks_known)

    async def folder(self, export_path: str, files: Sequence[Change | Listed], mark: bytes) -> None:
        changes = [each.at(export_path) if isinstance(each, Listed) else each for each in files]
        self.files = {path: c for path, c in self.files.items() if path.rpartition("/")[0] != export_path}
        self.files |= {change.export_path: change for change in changes}
        self.marks_known[export_path] = mark

    async def no_folder(self, export_path: str, reason: Reason = "gone") -> None:
        self.files = {path: c for path, c in self.files.items() if not path.startswith(f"{export_path}/")}
        self.marks_known.pop(export_path, None)

    async def seen(self, files: int) -> None: ...

    async def send(self, change: Change) -> None: ...

    def progress(self) -> None: ...

    async def take(self, source: Source, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.moved_from is not None:
                self.moves.append((change.moved_from, change.export_path))
                self.files.pop(change.moved_from, None)
            if change.action == "delete":
                self.files.pop(change.export_path, None)
            else:
                self.files[change.export_path] = change

    async def move_folder(self, source: Source, moved_from: str, moved_to: str) -> int:
        self.moves.append((moved_from, moved_to))
        below = [path for path in self.files if path.startswith(f"{moved_from}/")]
        for path in below:
            self.files[moved_to + path.removeprefix(moved_from)] = self.files.pop(path)
        return len(below)

    async def leave(self, source: Source) -> None:
        self.left.append(source.prefix)

    async def count(self, source: Source) -> int:
        return sum(path.startswith(f"{source.prefix}/") for path in self.files)

    async def sample(self, source: Source, most: int) -> list[Change]:
        return list(self.files.values())[:most]

    def holds(self) -> list[Hold]:
        return [Hold("wp-1", "/a", 3, 4, "2026-01-01T00:00:00Z", ("/a/b",))]

    async def confirm(self, hold_id: str) -> int:
        return 3


class Said:
    """`Standing` and `Notices` that keep the last word."""

    def __init__(self) -> None:
        self.fares: dict[str, Fare] = {}
        self.paths: tuple[str, ...] = ()
        self.holding: set[str] = set()
        self.observed: dict[str, list[tuple[Severity, str]]] = {}
        self.troubles: list[str] = []

    def tell(self, subsystem: str, fare: Fare, message: str = "", counters: Mapping[str, Json] | None = None) -> None:
        self.fares[subsystem] = fare

    def trouble(self, subsystem: str, level: str, message: str) -> None:
        self.troubles.append(message)

    def watching(self, paths: tuple[str, ...]) -> None:
        self.paths = paths

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        self.holding.add(key)
        self.observed.setdefault(key, []).append((severity, message))

    def clear(self, key: str) -> None:
        self.holding.discard(key)


class FakePlaces:
    def __init__(self, root: Path) -> None:
        self.state_dir = self.cache_dir = self.runtime_dir = self.plugins_dir = root
        root.mkdir(exist_ok=True)


class FakeKernel:
    def __init__(self, ours: Path, *paths: str) -> None:
        self.settings = Settings(agent=AgentSettings(watch_paths=paths), watch=QUICK)
        self.places = FakePlaces(ours)
        self.node_id = "node-a"
        self.index = PathIndex()
        self.store = MemoryStore()
        self.standing = Said()
        self.workers: dict[str, Work] = {}

    def answer_requests(self, kind: str, work: Work) -> None:
        self.workers[kind] = work


class Scene:
    def __init__(self, tmp_path: Path) -> None:
        self.root = tmp_path / "root"
        self.root.mkdir()
        self.kernel = FakeKernel(tmp_path / "ours", str(self.root))
        self.index, self.said = self.kernel.index, self.kernel.standing

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Keeper]:
        ready = trio.Event()
        keeper = Keeper(cast(Kernel, self.kernel), self.said)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(keeper.serve, lambda **facts: ready.set())
            await ready.wait()
            yield keeper
            nursery.cancel_scope.cancel()

    def ignore(self, _: JsonObject) -> None: ...

    @property
    def names(self) -> list[str]:
        return sorted(path.removeprefix(f"{self.root}/") for path in self.index.files)

    async def until(self, true: Callable[[], bool]) -> None:
        with trio.fail_after(20):
            while not true():  # noqa: ASYNC110 - what is waited for is the disk
                await trio.sleep(0.01)

    async def ask(self, **asked: Json) -> JsonObject:
        async with await trio.open_unix_socket(str(self.kernel.places.runtime_dir / "agent.sock")) as stream:
            await stream.send_all(json.dumps(asked).encode() + b"\n")
            line = b""
            while not line.endswith(b"\n"):
                line += await stream.receive_some()
        return cast(JsonObject, json.loads(line))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def put(path: Path, text: str = "x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


async def test_a_folder_is_crawled_and_then_followed(scene: Scene) -> None:
    put(scene.root / "a")
    put(scene.root / "deep/b")
    async with scene.running():
        await scene.until(lambda: scene.names == ["a", "deep/b"])
        put(scene.root / "new")
        put(scene.root / "newer/deep/c")
        await scene.until(lambda: scene.names == ["a", "deep/b", "new", "newer/deep/c"])
        (scene.root / "a").unlink()
        await scene.until(lambda: scene.names == ["deep/b", "new", "newer/deep/c"])
        (scene.root / "new").rename(scene.root / "deep/moved")
        await scene.until(lambda: scene.names == ["deep/b", "deep/moved", "newer/deep/c"])
        (scene.root / "deep").rename(scene.root / "elsewhere")
        await scene.until(lambda: scene.names == ["elsewhere/b", "elsewhere/moved", "newer/deep/c"])
    root = str(scene.root)
    assert (f"{root}/new", f"{root}/deep/moved") in scene.index.moves
    assert (f"{root}/deep", f"{root}/elsewhere") in scene.index.moves
    assert scene.said.fares == {"crawler": "healthy", "watcher": "healthy"}


async def test_a_folder_that_vanishes_with_all_in_it_loses_its_files(scene: Scene) -> None:
    put(scene.root / "deep/er/b")
    put(scene.root / "a")
    async with scene.running():
        await scene.until(lambda: scene.names == ["a", "deep/er/b"])
        (scene.root / "deep").rename(scene.root.parent / "outside")
        await scene.until(lambda: scene.names == ["a"])


async def test_excluded_names_are_not_taken_from_the_watcher(scene: Scene) -> None:
    async with scene.running():
        await scene.until(lambda: bool(scene.index.crawled))
        put(scene.root / "half.part")
        put(scene.root / "node_modules/x")
        put(scene.root / "good")
        await scene.until(lambda: "good" in scene.names)
    assert scene.names == ["good"]


async def test_a_root_that_goes_deletes_nothing_and_is_taken_up_again(scene: Scene) -> None:
    put(scene.root / "a")
    put(scene.root / "b")
    key = f"watch_path_inaccessible:{scene.root}"
    async with scene.running() as keeper:
        await scene.until(lambda: scene.names == ["a", "b"])
        away = scene.root.parent / "away"
        scene.root.rename(away)
        await scene.until(lambda: key in scene.said.holding)
        assert scene.names == ["a", "b"]
        assert {severity for severity, _ in scene.said.observed[key]} == {"error"}
        (away / "b").unlink()
        away.rename(scene.root)
        keeper.folders[str(scene.root)].recheck()
        await scene.until(lambda: scene.names == ["a"])
        await scene.until(lambda: key not in scene.said.holding)
        assert scene.index.crawled[-1] == (str(scene.root), "reconnect")
        put(scene.root / "c")
        await scene.until(lambda: scene.names == ["a", "c"])


async def test_the_end_of_the_very_first_crawl_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mosaicfs_disk.keeper.TELL_S", 0.01)
    scene, other, away = Scene(tmp_path), tmp_path / "other", tmp_path / "away"
    put(scene.root / "a")
    put(other / "b")
    paths = (str(scene.root), str(other), str(away))
    scene.kernel.settings = Settings(agent=AgentSettings(watch_paths=paths), watch=QUICK)
    async with scene.running():
        await scene.until(lambda: FIRST_DONE in scene.said.holding)
    async with scene.running():
        await scene.until(lambda: len(scene.index.crawled) == 4)
        put(away / "c")
        await trio.sleep(0.1)
    (told,) = scene.said.observed[FIRST_DONE]
    severity, message = told
    assert severity == "info"
    assert message.startswith(f"2 files are in the index: {scene.root} (1), {other} (1). Not there yet: {away};")


async def test_a_first_crawl_that_was_cut_short_is_not_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mosaicfs_disk.keeper.TELL_S", 0.01)
    put(scene.root / "a")
    crawl, allowed = scene.index.crawl, trio.Event()

    async def slow(source: Source) -> CrawlCounts:
        await allowed.wait()
        return await crawl(source)

    monkeypatch.setattr(scene.index, "crawl", slow)
    async with scene.running() as running:
        await scene.until(lambda: running.folders[str(scene.root)].state == "present")
        await trio.sleep(0.1)
    assert FIRST_DONE not in scene.said.observed
    allowed.set()
    async with scene.running():
        await scene.until(lambda: FIRST_DONE in scene.said.observed)


async def test_another_folder_in_its_place_must_be_accepted(scene: Scene) -> None:
    put(scene.root / "a")
    key = f"watch_path_inaccessible:{scene.root}"
    async with scene.running():
        await scene.until(lambda: scene.names == ["a"])
    scene.root.rename(scene.root.parent / "away")
    put(scene.root / "other")
    async with scene.running():
        await scene.until(lambda: key in scene.said.holding)
        assert scene.names == ["a"]
        refused = await scene.ask(do="crawl", path=str(scene.root))
        assert cast(JsonObject, refused["error"])["code"] == "unavailable"
        assert await scene.ask(do="accept", path=str(scene.root)) == {"path": str(scene.root)}
        await scene.until(lambda: scene.names == ["other"])


async def test_what_the_socket_answers(scene: Scene, tmp_path: Path) -> None:
    put(scene.root / "a")
    async with scene.running():
        await scene.until(lambda: scene.names == ["a"])
        socket = scene.kernel.places.runtime_dir / "agent.sock"
        assert socket.stat().st_mode & 0o777 == 0o600
        done = await scene.ask(do="crawl", now=True)
        assert cast(JsonObject, cast(list[Json], done["crawls"])[0])["seen"] == 1
        assert scene.index.crawled[-1] == (str(scene.root), "manual")
        assert len(cast(list[Json], (await scene.ask(do="holds"))["holds"])) == 1
        assert await scene.ask(do="confirm", hold_id="wp-1") == {"hold_id": "wp-1", "deleted": 3}
        assert cast(JsonObject, (await scene.ask(do="confirm", hold_id="?"))["error"])["code"] == "bad_request"
        marked = await scene.ask(do="mark", path=str(scene.root))
        assert (scene.root / ".mosaicfs-folder").read_text().startswith(f'{{"watch_id":"{marked["watch_id"]}"')
        status = await scene.ask(do="status")
        assert cast(JsonObject, cast(list[Json], status["watch_paths"])[0])["state"] == "present"
        put(tmp_path / "second/b")
        await scene.ask(do="watch", path=str(tmp_path / "second"))
        await scene.until(lambda: f"{tmp_path}/second/b" in scene.index.files)
        assert cast(JsonObject, (await scene.ask(do="dance"))["error"])["code"] == "bad_request"
        assert cast(JsonObject, (await scene.ask(do="crawl", path="/nowhere"))["error"])["code"] == "bad_request"
    assert not socket.exists()


async def test_a_stale_socket_is_replaced(scene: Scene) -> None:
    with trio.socket.socket(trio.socket.AF_UNIX) as stale:
        await stale.bind(str(scene.kernel.places.runtime_dir / "agent.sock"))
    async with scene.running():
        assert "watch_paths" in await scene.ask(do="status")


async def test_what_is_not_watched_any_more_is_left(scene: Scene, tmp_path: Path) -> None:
    async with scene.running():
        await scene.until(lambda: bool(scene.index.crawled))
    scene.kernel.settings = Settings(watch=QUICK)
    async with scene.running():
        await scene.until(lambda: scene.index.left == [str(scene.root)])
    async with scene.running():
        await trio.sleep(0.05)
    assert scene.index.left == [str(scene.root)]


async def test_our_own_folders_are_refused(scene: Scene, tmp_path: Path) -> None:
    ours = str(tmp_path / "ours")
    scene.kernel.settings = Settings(agent=AgentSettings(watch_paths=(ours, "relative")), watch=QUICK)
    async with scene.running() as keeper:
        assert keeper.folders == {}
    assert scene.said.holding == {f"watch_path_refused:{ours}", "watch_path_refused:relative"}


async def test_a_crawl_that_the_control_plane_asks_for_tells_how_far_it_is(scene: Scene) -> None:
    (scene.root / "a").touch()
    told: list[JsonObject] = []
    async with scene.running():
        await scene.until(lambda: bool(scene.index.crawled))
        found = await scene.kernel.workers["reindex"]({"path": str(scene.root)}, told.append)
    assert scene.index.crawled.count((str(scene.root), "manual")) == 1
    assert cast(list[dict[str, Json]], found["crawls"])[0]["seen"] == 1
    assert told[0]["phase"] == "idle"


async def test_the_control_plane_cannot_make_us_look_outside_of_what_is_watched(scene: Scene, tmp_path: Path) -> None:
    async with scene.running():
        for kind in ("reindex", "path_accept"):
            with pytest.raises(BadRequestError, match="lies in no watched folder"):
                await scene.kernel.workers[kind]({"path": str(tmp_path)}, scene.ignore)
    assert {path for path, _ in scene.index.crawled} <= {str(scene.root)}


async def test_what_the_control_plane_confirms_and_accepts_is_done(scene: Scene) -> None:
    async with scene.running() as keeper:
        await scene.until(lambda: keeper.folders[str(scene.root)].state == "present")
        confirmed = await scene.kernel.workers["hold_confirm"]({"hold_id": "wp-1"}, scene.ignore)
        assert confirmed == {"hold_id": "wp-1", "deleted": 3}
        accepted = await scene.kernel.workers["path_accept"]({"path": str(scene.root)}, scene.ignore)
        assert accepted == {"path": str(scene.root)}
        with pytest.raises(BadRequestError, match="Nothing is held"):
            await scene.kernel.workers["hold_confirm"]({"hold_id": "wp-9"}, scene.ignore)


def test_a_folder_in_another_is_watched_with_it() -> None:
    assert outermost(["/a/b", "/c", "/a", "/ab"]) == ["/c", "/a", "/ab"]
