"""The whole way in, over a real store: front, gate, surface. Time stands still until a test lets it go on.

`server` is an instance with one access key and one joined node; `server.caller(…)` asks as somebody.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import trio

from mosaicfs.documents.sqlite import open_store
from mosaicfs.identity.authority import Authority
from mosaicfs.identity.node_keys import NodeKeys
from mosaicfs.identity.signatures import HmacSigner, KeySigner, Signer, audience
from mosaicfs.model.document import Document
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.node import Node
from mosaicfs.model.store import Store
from mosaicfs_control.auth.auth import Auth, open_auth
from mosaicfs_control.entrance import Entrance, OwnersEntrance
from mosaicfs_control.events.events import open_events
from mosaicfs_control.file_bytes.digests import open_digests
from mosaicfs_control.front import Front, Surfaces
from mosaicfs_control.hosts import Hosts, Proxies
from mosaicfs_control.jobs.jobs import open_jobs
from mosaicfs_control.querying.fan_out import fan_out_of
from mosaicfs_control.querying.widgets import Widgets
from mosaicfs_control.reception import open_reception
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.routing import Instance
from mosaicfs_control.rest.surface import RestSurface
from mosaicfs_control.stopping import Stopping
from mosaicfs_control.surface import ReplicationSurface
from mosaicfs_sdk.fakes.places import places_below
from plugins.builtin.control.tests.api.accounts.machines import CSR, Join, Signing
from plugins.builtin.control.tests.api.conftest import Kernel
from plugins.builtin.control.tests.api.seeds import HERE

BASE = "http://localhost:8440"
NOON = 1_800_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


class PlainHashes:
    """As quick as a real one is slow on purpose."""

    async def of(self, secret: str) -> str:
        await trio.lowlevel.checkpoint()
        return f"argon2id:{secret[::-1]}"

    async def fits(self, hashed: str | None, secret: str) -> bool:
        await trio.lowlevel.checkpoint()
        return hashed == f"argon2id:{secret[::-1]}"

    def is_outdated(self, hashed: str) -> bool:
        return False


@dataclass
class Server:
    instance: Instance
    clock: Clock
    far: Front
    near: Front
    opened: AsyncExitStack
    nodes: dict[str, NodeKeys] = field(default_factory=dict)

    @property
    def auth(self) -> Auth:
        return self.instance.auth

    @property
    def store(self) -> Store:
        return self.instance.kernel.store

    async def caller(self, auth: httpx.Auth | str | None = None, *, app: Front | None = None) -> httpx.AsyncClient:
        """Text is the value of `Authorization`."""
        headers = {"authorization": auth} if isinstance(auth, str) else {}
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app or self.far),
            base_url=BASE,
            auth=auth if isinstance(auth, httpx.Auth) else None,
            headers=headers,
        )
        return await self.opened.enter_async_context(client)

    async def owner(self) -> httpx.AsyncClient:
        return await self.caller(app=self.near)

    def signing(self, signer: Signer) -> Signing:
        return Signing(signer, self.auth.instance_id)

    async def key(self, scope: str = "full") -> tuple[str, str, httpx.AsyncClient]:
        """A new access key, and a caller that signs with it."""
        made = await self.auth.credentials.create(f"a key of {scope}", scope)
        key_id = made.credential.access_key_id
        found = self.auth.credentials.signing_key(key_id) or b""
        return key_id, made.secret_key, await self.caller(self.signing(HmacSigner(key_id, found, self.clock)))

    async def node(self, node_id: str) -> httpx.AsyncClient:
        """A caller that signs as a node which has joined by `join`."""
        return await self.caller(self.signing(KeySigner(node_id, self.nodes[node_id].signing, self.clock)))

    async def listen(self, node_id: str, target: str, begun: trio.Event) -> None:
        """Ask as a node for an answer that does not end, until the server ends it."""
        signer = KeySigner(node_id, self.nodes[node_id].signing, self.clock)
        proof = signer.authorization("GET", target, audience(self.auth.instance_id))
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "scheme": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"localhost:8440"), (b"authorization", proof.encode())],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8440),
        }
        asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Any:
            for message in asked:
                return message
            return await trio.sleep_forever()

        async def send(message: Any) -> None:
            await trio.lowlevel.checkpoint()
            if message["type"] == "http.response.start":
                assert message["status"] == 200
                begun.set()

        await self.far(scope, receive, send)

    async def join(self, name: str = "Attic", **body: object) -> httpx.Response:
        """With a fresh code and fresh keys; good answers are remembered for `node`."""
        code = (await (await self.owner()).post("/api/nodes/join-codes", json={})).json()["code"]
        return await self.join_by(Join(code), name, **body)

    async def join_by(self, how: Join, name: str = "Attic", **body: object) -> httpx.Response:
        keys = how.keys
        asked = {
            "friendly_name": name,
            "platform": "linux",
            "public_key": keys.public_key,
            "sealing_key": keys.sealing_key,
            "csr": CSR,
            **body,
        }
        content = msgspec.json.encode(asked)
        headers = how.headers(content, self.auth.instance_id, self.clock)
        caller = await self.caller() if how.caller is None else how.caller
        answer = await caller.post("/api/nodes", content=content, headers=headers)
        if answer.status_code == 201:
            self.nodes[answer.json()["node_id"]] = keys
        return answer

    async def document(self, doc_id: str) -> Document | None:
        return await self.store.get(doc_id)

    async def known(self, node_id: str) -> Node:
        found = noun_of(await self.store.get(node_doc_id(node_id)), Node)
        assert found is not None
        return found

    async def audited(self) -> list[tuple[str, str]]:
        """Event and target of every line, oldest first."""
        lines: list[JsonObject] = await self.auth.audit.read(limit=500)
        return [(str(line["event"]), str(line["target"])) for line in reversed(lines)]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    (tmp_path / "bell").mkdir(mode=0o700)
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(store: Store, clock: Clock, tmp_path: Path) -> AsyncIterator[Server]:
    places = places_below(tmp_path)
    kernel, stopping = Kernel(store, places, node_id=HERE), Stopping()
    async with (
        open_auth(kernel, clock=clock, hashes=PlainHashes()) as auth,
        open_events(places.state_dir, clock) as events,
        open_jobs(places.state_dir, events.publish, clock=clock) as jobs,
        open_reception(kernel, auth, jobs, clock) as reception,
        open_digests(places.cache_dir, clock) as digests,
        AsyncExitStack() as opened,
    ):
        authority = Authority.open(auth.files, clock)
        fan_out = fan_out_of(kernel, auth, authority)
        instance = Instance(
            kernel=kernel,
            cursor_key=bytes(32),
            stopping=stopping,
            jobs=jobs,
            events=events,
            auth=auth,
            authority=authority,
            reception=reception,
            digests=digests,
            fan_out=fan_out,
            widgets=Widgets(fan_out, clock),
        )
        surfaces = Surfaces(ReplicationSurface(store, stopping, auth.endings), RestSurface(instance))
        entrance = Entrance(auth.gate, auth.audit, Hosts(("localhost",)), Proxies((), "test"))
        near = Front(surfaces, OwnersEntrance(auth.gate, auth.audit))
        yield Server(instance, clock, Front(surfaces, entrance), near, opened)
