"""The API over a real Unix socket: a server of one instance with a few nodes and files, and its owner as a caller.

`api` asks the server over `store`, which holds `SEEDS` and what `put` adds; `serve_api` serves another store.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import trio

from mosaicfs import wire
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.configuration import Settings
from mosaicfs.model.document import Document
from mosaicfs.model.indexing import Index
from mosaicfs.model.json import JsonObject
from mosaicfs.model.kernel import Places as PlacesOfAFace
from mosaicfs.model.role import UPSTREAM
from mosaicfs.model.standing import Standing
from mosaicfs.model.store import Store
from mosaicfs.paths import find_places
from mosaicfs_control.local_socket import is_owner, open_local_socket
from mosaicfs_control.rest.routing import Instance
from mosaicfs_control.rest.surface import RestSurface
from mosaicfs_control.serving import Server
from mosaicfs_control.stopping import Stopping
from mosaicfs_sdk.fakes.store import MemoryStore
from plugins.builtin.control.tests.api.seeds import HERE, SEEDS, SINCE, Put, ServeApi

KEY = bytes(range(32))


@dataclass
class Kernel:
    """What the API asks of the kernel."""

    store: Store
    places: PlacesOfAFace
    settings: Settings = field(default_factory=Settings)
    node_id: str = HERE

    @property
    def index(self) -> Index:
        raise NotImplementedError("the API reads documents, not the index of this machine")

    @property
    def standing(self) -> Standing:
        raise NotImplementedError("the API does not tell how it fares")


@pytest.fixture(params=["memory", "sqlite"])
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


@pytest.fixture
async def serve_api(tmp_path: Path, nursery: trio.Nursery) -> AsyncIterator[ServeApi]:
    async with AsyncExitStack() as opened:

        async def put_up(store: Store) -> httpx.AsyncClient:
            path = tmp_path / "run" / "api.sock"
            places = find_places({"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}, uid=1000)
            stopping = Stopping()
            surface = RestSurface(Instance(Kernel(store, places), KEY, stopping, SINCE))
            server = Server(surface, stopping.begin, grace_s=1, admits=is_owner)
            listener = await opened.enter_async_context(open_local_socket(path))
            scope, ended = trio.CancelScope(), trio.Event()

            async def run(task_status: trio.TaskStatus[None]) -> None:
                with scope:
                    await server.run([listener], task_status.started)
                ended.set()

            async def stop() -> None:
                scope.cancel()
                await ended.wait()

            await nursery.start(run)
            opened.push_async_callback(stop)
            transport = httpx.AsyncHTTPTransport(uds=str(path), verify=False)  # or each test reads every certificate
            client = httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=20)
            return await opened.enter_async_context(client)

        yield put_up


@pytest.fixture
async def api(serve_api: ServeApi, store: Store, put: Put) -> httpx.AsyncClient:
    await put(SEEDS)
    return await serve_api(store)
