"""A real server on a loopback port, over each store, and callers of each role.

`serve` puts up a server for a store, `url` is that of one over `store`, `client` makes callers of it by user name. Who
calls is what the front would have found out; here it is said in a header.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import time
from typing import Any, TypeAlias

import h11
import httpx
import msgspec
import pytest
import trio
from starlette.types import ASGIApp, Receive, Scope, Send

from mosaicfs import Listener
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.document import Document
from mosaicfs.model.role import UPSTREAM
from mosaicfs.model.store import Store
from mosaicfs_control.auth import principal
from mosaicfs_control.auth.endings import Endings
from mosaicfs_control.auth.principal import NOBODY, OWNER, Principal
from mosaicfs_control.serving import Server, open_doors
from mosaicfs_control.stopping import Stopping
from mosaicfs_control.surface import ReplicationSurface
from mosaicfs_sdk.fakes.store import MemoryStore

CALLER = "x-caller"
CALLERS: Mapping[str, Principal] = {
    "control": OWNER,
    "mirror": Principal("machine", "MOSAICFS_7F3A9B2C1D4E5F6A", "mirror"),
    "browser": Principal("session", "MOSAICFS_7F3A9B2C1D4E5F6A"),
}

NextLine: TypeAlias = Callable[[], Awaitable[str]]

SEEDED: Mapping[str, Mapping[str, object]] = {
    "widget::1": {"type": "widget", "n": 1},
    "widget::2": {"type": "widget", "n": 2},
    "label_rule::a/b": {"type": "label_rule", "n": 3},
    "status::node-a": {"type": "agent_status", "node_id": "node-a"},
    "status::node-b": {"type": "agent_status", "node_id": "node-b"},
    "file::f": {"type": "file", "n": 4},
    "credential::k": {"type": "credential", "n": 5},
}


class Introduced:
    """In the front's place: `node:node-a`, or a name of `CALLERS`, in a header; nobody without it."""

    def __init__(self, surface: ASGIApp) -> None:
        self._surface = surface

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = dict(scope["headers"]).get(CALLER.encode(), b"").decode()
        if name.startswith("node:"):
            caller = Principal("node", name.removeprefix("node:"))
        else:
            caller = CALLERS.get(name, NOBODY)
        principal.put(scope, caller)
        await self._surface(scope, receive, send)


@pytest.fixture
def endings() -> Endings:
    return Endings(time)


@pytest.fixture(params=["sqlite"] if os.environ.get("MOSAICFS_QUICK") == "1" else ["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
    else:
        (tmp_path / "bell").mkdir(mode=0o700)
        async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as opened:
            yield opened


@pytest.fixture
async def seeded(store: Store) -> Mapping[str, Document]:
    """A document of every scope, written as a node's pull writes: nobody looks at the content."""
    documents = {
        doc_id: Document(doc_id, "1-aa", msgspec.json.encode(body, order="sorted"), path=("aa",))
        for doc_id, body in SEEDED.items()
    }
    rows = await store.write(list(documents.values()), writer=UPSTREAM, new_edits=False)
    assert not [row for row in rows if row.error]
    return documents


@pytest.fixture
async def servers() -> AsyncIterator[dict[str, Callable[[], Awaitable[None]]]]:
    """How to stop each server that runs, by its address; whoever is left is stopped at the end."""
    running: dict[str, Callable[[], Awaitable[None]]] = {}
    yield running
    for stop in running.values():
        await stop()


@pytest.fixture
async def serve(
    servers: dict[str, Callable[[], Awaitable[None]]], endings: Endings, nursery: trio.Nursery
) -> Callable[[Store], Awaitable[str]]:
    async def put_up(store: Store) -> str:
        stopping, scope, ended = Stopping(), trio.CancelScope(), trio.Event()
        server = Server(Introduced(ReplicationSurface(store, stopping, endings)), stopping.begin, grace_s=1)
        doors = await open_doors([Listener("127.0.0.1", 0)])

        async def run(task_status: trio.TaskStatus[None]) -> None:
            try:
                with scope:
                    await server.run(doors, task_status.started)
            finally:
                ended.set()

        async def stop() -> None:
            scope.cancel()
            await ended.wait()

        await nursery.start(run)
        servers[doors[0].url] = stop
        return doors[0].url

    return put_up


@pytest.fixture
async def url(serve: Callable[[Store], Awaitable[str]], store: Store) -> str:
    return await serve(store)


@pytest.fixture
async def client(url: str) -> AsyncIterator[Callable[..., httpx.AsyncClient]]:
    """`client("node:node-a")`; None calls without a login, `at=` another server."""
    async with AsyncExitStack() as opened:

        def make(user: str | None, *, at: str = url, **options: Any) -> httpx.AsyncClient:
            named = {} if user is None else {CALLER: user}
            made = httpx.AsyncClient(
                base_url=f"{at}/api/replication", headers=named, timeout=20, verify=False, **options
            )
            opened.push_async_callback(made.aclose)
            return made

        yield make


@pytest.fixture
async def control(client: Callable[..., httpx.AsyncClient]) -> httpx.AsyncClient:
    return client("control")


@pytest.fixture
def feed(url: str) -> Callable[[str, str], AbstractAsyncContextManager[NextLine]]:
    """`async with feed("browser", query) as next_line`: an open feed over a plain socket.

    httpx cannot leave a stream in the middle without leaving its generators behind.
    """

    @asynccontextmanager
    async def open_feed(user: str, query: str) -> AsyncIterator[NextLine]:
        request = httpx.Request("GET", f"{url}/api/replication/mosaicfs/_changes?{query}", headers={CALLER: user})
        async with await trio.open_tcp_stream("127.0.0.1", request.url.port or 0) as stream:
            connection = h11.Connection(h11.CLIENT)
            head = h11.Request(method="GET", target=request.url.raw_path, headers=request.headers.raw)
            await stream.send_all((connection.send(head) or b"") + (connection.send(h11.EndOfMessage()) or b""))
            held = bytearray()

            async def next_line() -> str:
                while b"\n" not in held:
                    event = connection.next_event()
                    if event is h11.NEED_DATA:
                        connection.receive_data(await stream.receive_some())
                    elif isinstance(event, h11.Data):
                        held.extend(event.data)
                    elif isinstance(event, h11.EndOfMessage):
                        raise EOFError
                line, _, rest = bytes(held).partition(b"\n")
                held[:] = rest
                return line.decode()

            yield next_line

    return open_feed
