"""The API over a real Unix socket: a server of one instance with a few nodes and files, and its owner as a caller.

`api` asks the server over `store`, which holds `SEEDS` and what `put` adds; `serve_api` serves another store. What
stands behind `api` is `instance`; `network` asks the same server over TCP, where one must log in; `clock` is its clock.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from time import time
from typing import Any

import httpx
import pytest
import trio

from mosaicfs import Listener, wire
from mosaicfs.content.local import LocalContent
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.configuration import Settings
from mosaicfs.model.document import Document
from mosaicfs.model.indexing import Index
from mosaicfs.model.json import JsonObject
from mosaicfs.model.kernel import Places as PlacesOfAFace
from mosaicfs.model.role import UPSTREAM
from mosaicfs.model.standing import Standing
from mosaicfs.model.store import Store
from mosaicfs.model.tree import Directories, Tree
from mosaicfs.services.directories import LocalDirectories
from mosaicfs.services.tree import LocalTree
from mosaicfs_control.entrance import Entrance, OwnersEntrance
from mosaicfs_control.face import open_instance
from mosaicfs_control.front import Front, Surfaces
from mosaicfs_control.hosts import Hosts, Proxies
from mosaicfs_control.local_socket import is_owner, open_local_socket
from mosaicfs_control.rest.routing import Instance
from mosaicfs_control.rest.surface import RestSurface
from mosaicfs_control.serving import Door, Server, opened_doors
from mosaicfs_control.stopping import Stopping
from mosaicfs_control.surface import ReplicationSurface
from mosaicfs_sdk.fakes.places import places_below
from mosaicfs_sdk.fakes.store import MemoryStore
from plugins.builtin.control.tests.api.seeds import HERE, REPORT, SEEDS, SINCE, Put, ServeApi, file
from plugins.builtin.control.tests.api.shelf import CONTENT, FILM, LARGE, Shelf, until

KEY = bytes(range(32))


class TurnedClock:
    """Goes as the clock of the machine does, and further when it is turned."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time() + self.ahead_s

    def turn(self, seconds: float) -> None:
        self.ahead_s += seconds


@dataclass
class Kernel:
    """What the API asks of the kernel."""

    store: Store
    places: PlacesOfAFace
    settings: Settings = field(default_factory=Settings)
    node_id: str = HERE

    @cached_property
    def tree(self) -> Tree:
        return LocalTree(self.store, self.settings.tree)

    @cached_property
    def directories(self) -> Directories:
        return LocalDirectories(self.store)

    @cached_property
    def content(self) -> LocalContent:
        """Without a tier nothing can be read; a test that reads says which there are."""
        return LocalContent(self.store, self.node_id)

    @property
    def index(self) -> Index:
        raise NotImplementedError("the API reads documents, not the index of this machine")

    @property
    def standing(self) -> Standing:
        raise NotImplementedError("the API does not tell how it fares")


@pytest.fixture(params=["sqlite"] if os.environ.get("MOSAICFS_QUICK") == "1" else ["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
    else:
        (tmp_path / "bell").mkdir(mode=0o700)
        async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as opened:
            yield opened


@pytest.fixture
def put(store: Store) -> Put:
    """Write bodies by id, as a replication does: nobody looks at the content. Each call is a new revision."""
    generations: dict[str, int] = {}

    async def put_all(bodies: Mapping[str, JsonObject]) -> None:
        documents = []
        for doc_id, body in bodies.items():
            number = generations[doc_id] = generations.get(doc_id, 0) + 1
            path = tuple(f"{back:032x}" for back in range(number, 0, -1))
            documents.append(Document(doc_id, f"{number}-{path[0]}", wire.canonical(body), path=path))
        rows = await store.write(documents, writer=UPSTREAM, new_edits=False)
        assert not [row for row in rows if row.error]

    return put_all


class QuickHashes:
    """Argon2 takes a tenth of a second on purpose; here the text is enough."""

    async def of(self, secret: str) -> str:
        return f"quick:{secret}"

    async def fits(self, hashed: str | None, secret: str) -> bool:
        return hashed == f"quick:{secret}"

    def is_outdated(self, hashed: str) -> bool:
        return False


@dataclass
class Served:
    """A running server: what is behind it, and clients of its two entrances."""

    instance: Instance
    owner: httpx.AsyncClient
    network: httpx.AsyncClient


@dataclass
class Home:
    """Of one machine, with a server that lives until it is told to end."""

    folder: Path
    clock: TurnedClock
    ending: trio.Event = field(default_factory=trio.Event)
    ended: trio.Event = field(default_factory=trio.Event)

    async def end(self) -> None:
        self.ending.set()
        await self.ended.wait()

    async def live(self, store: Store, under: Store, task_status: trio.TaskStatus[Served]) -> None:
        places, stopping = places_below(self.folder), Stopping()
        places.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        beneath = Kernel(under, places)
        async with open_instance(beneath, stopping, clock=self.clock, hashes=QuickHashes()) as made:
            instance = replace(made, kernel=Kernel(store, places), cursor_key=KEY, since=SINCE)
            await self._serve(instance, task_status)
        self.ended.set()

    async def _serve(self, instance: Instance, task_status: trio.TaskStatus[Served]) -> None:
        auth, path, stopping = instance.auth, self.folder / "run" / "api.sock", instance.stopping
        surfaces = Surfaces(ReplicationSurface(instance.kernel.store, stopping, auth.endings), RestSurface(instance))
        hosts, proxies = Hosts(["127.0.0.1", "localhost"]), Proxies((), "")
        near = Server(Front(surfaces, OwnersEntrance(auth.gate, auth.audit)), stopping.begin, 1, is_owner)
        far = Server(Front(surfaces, Entrance(auth.gate, auth.audit, hosts, proxies)), stopping.begin, 1)
        transport = httpx.AsyncHTTPTransport(uds=str(path), verify=False)  # or each test reads every certificate
        async with (
            open_local_socket(path) as listener,
            opened_doors([Listener("127.0.0.1", 0)]) as doors,
            trio.open_nursery() as nursery,
            httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=20) as owner,
            httpx.AsyncClient(base_url=doors[0].url, timeout=20, verify=False) as network,
        ):
            await nursery.start(run, near, [Door(listener)])
            await nursery.start(run, far, doors)
            task_status.started(Served(instance, owner, network))
            await self.ending.wait()
            nursery.cancel_scope.cancel()


async def run(server: Server, doors: Sequence[Door], task_status: trio.TaskStatus[None]) -> None:
    await server.run(doors, task_status.started)


@pytest.fixture
def homes() -> list[Home]:
    return []


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
async def serve_instance(
    tmp_path: Path, nursery: trio.Nursery, clock: TurnedClock, homes: list[Home]
) -> AsyncIterator[Callable[[Store, Store | None], Awaitable[Served]]]:
    """Whoever serves a store that a fixture made ends it before that one is closed."""

    async def put_up(store: Store, under: Store | None) -> Served:
        homes.append(Home(tmp_path, clock))
        served: Served = await nursery.start(homes[-1].live, store, under or store)
        return served

    yield put_up
    for home in homes:
        await home.end()


@pytest.fixture
def serve_api(serve_instance: Callable[[Store, Store | None], Awaitable[Served]]) -> ServeApi:
    async def put_up(store: Store, under: Store | None = None) -> httpx.AsyncClient:
        return (await serve_instance(store, under)).owner

    return put_up


@pytest.fixture
async def served(
    serve_instance: Callable[[Store, Store | None], Awaitable[Served]], homes: list[Home], store: Store, put: Put
) -> AsyncIterator[Served]:
    await put(SEEDS)
    yield await serve_instance(store, None)
    for home in homes:
        await home.end()


@pytest.fixture
def api(served: Served) -> httpx.AsyncClient:
    return served.owner


@pytest.fixture
def network(served: Served) -> httpx.AsyncClient:
    return served.network


@pytest.fixture
def instance(served: Served) -> Instance:
    return served.instance


@pytest.fixture
async def shelf(served: Served, instance: Instance, put: Put) -> AsyncIterator[Shelf]:
    """Holds the report and a film, and nothing of it stays open."""
    await put({FILM: file("/home/ana/film.mkv", size=len(LARGE), mime_type="video/x-matroska")})
    made = Shelf(contents={REPORT: CONTENT, FILM: LARGE}, where=HERE)
    content: Any = instance.kernel.content
    async with content.serving([made]):
        yield made
        await until(lambda: made.open_now == 0)


@pytest.fixture
def accesses(instance: Instance) -> list[str]:
    """The files that were read, one for each time."""
    seen: list[str] = []
    content: Any = instance.kernel.content
    content.record = seen.append
    return seen
