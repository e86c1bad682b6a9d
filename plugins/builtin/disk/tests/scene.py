"""A keeper on real folders, with a real watcher and a real socket; only the index is a fake that keeps paths."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import trio

from mosaicfs import wire
from mosaicfs.model.configuration import AgentSettings, Settings, WatchSettings
from mosaicfs.model.crawling import Change, Listed, Reason, Source
from mosaicfs.model.document import Document
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.indexing import CrawlCounts, Hold
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.node import Node
from mosaicfs.model.notification import Remedy, Severity
from mosaicfs.model.requests import Work
from mosaicfs.model.role import CONTROL
from mosaicfs.model.standing import Fare
from mosaicfs_disk.crawling import crawl_folder
from mosaicfs_disk.keeper import Keeper
from mosaicfs_sdk.fakes.store import MemoryStore

QUICK = WatchSettings(debounce_ms=20, rename_window_ms=50, min_interval_s=0)


class PathIndex:
    """`Index` of what is active, without documents."""

    def __init__(self) -> None:
        self.files: dict[str, Change] = {}
        self.marks_known: dict[str, bytes] = {}
        self.crawled: list[tuple[str, str]] = []
        self.left: list[str] = []
        self.relearned = 0
        self.kept: dict[str, tuple[str, ...]] = {}
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

    async def relearn(self) -> None:
        self.relearned += 1
        self.marks_known.clear()

    async def leave(self, source: Source, kept: Sequence[str] = ()) -> None:
        self.kept[source.prefix] = tuple(kept)
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
        self.adopted: tuple[str, ...] = ()
        self.counters: dict[str, Mapping[str, Json]] = {}
        self.hurried: list[Json] = []
        """What was said of the folders each time."""
        self.holding: set[str] = set()
        self.observed: dict[str, list[tuple[Severity, str]]] = {}
        self.troubles: list[str] = []

    def tell(self, subsystem: str, fare: Fare, message: str = "", counters: Mapping[str, Json] | None = None) -> None:
        self.fares[subsystem] = fare
        self.counters[subsystem] = counters or {}

    def trouble(self, subsystem: str, level: str, message: str) -> None:
        self.troubles.append(message)

    def watching(self, paths: tuple[str, ...], adopted: tuple[str, ...] = ()) -> None:
        self.paths, self.adopted = paths, adopted

    def hurry(self) -> None:
        self.hurried.append(self.counters["crawler"]["watch_paths"])

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
    async def running(self, now: Callable[[], float] | None = None) -> AsyncIterator[Keeper]:
        """`now` stands for both clocks."""
        ready = trio.Event()
        keeper = Keeper(cast(Kernel, self.kernel), self.said)
        if now is not None:
            keeper.wall = keeper.clock = now
        async with trio.open_nursery() as nursery:
            nursery.start_soon(keeper.serve, lambda **facts: ready.set())
            await ready.wait()
            yield keeper
            nursery.cancel_scope.cancel()

    def ignore(self, _: JsonObject) -> None: ...

    def allow(self, *roots: Path, watch: Sequence[Path] = ()) -> None:
        """What this machine's own configuration says."""
        agent = AgentSettings(watch_paths=tuple(map(str, watch)), watch_roots=tuple(map(str, roots)))
        given = {"agent.watch_roots": "mosaicfs.toml:3"}
        self.kernel.settings = Settings(agent=agent, watch=QUICK, given=given)

    async def add(self, *paths: Path) -> None:
        """What the control plane says: the document of the node, as it comes with the replica."""
        doc_id, store = node_doc_id(self.kernel.node_id), self.kernel.store
        node = Node(
            node_id=self.kernel.node_id,
            friendly_name="A",
            platform="linux",
            version="1",
            status="online",
            last_heartbeat="2026-01-01T00:00:00Z",
            vfs_capable=False,
            capabilities=(),
            watch_paths=(),
            added_paths=tuple(map(str, paths)) or None,
        )
        found = await store.get(doc_id)
        rev = "" if found is None else found.rev
        (row,) = await store.write([Document(doc_id, rev, wire.encode(node))], writer=CONTROL)
        assert not row.error

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


def put(path: Path, text: str = "x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
