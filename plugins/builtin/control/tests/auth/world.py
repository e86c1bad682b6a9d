"""What the tests of `auth` stand on: a clock, hashes that are counted, callers that sign, and ways to be refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest
import trio
from msgspec import structs

from mosaicfs import wire
from mosaicfs.identity.access_keys import signing_key
from mosaicfs.identity.node_keys import NodeKeys
from mosaicfs.identity.signatures import EMPTY_SHA256, HmacSigner, KeySigner, Signer, audience
from mosaicfs.model.document import Document
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.node import Node
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store
from mosaicfs.model.times import now_text
from mosaicfs_control.auth.auth import Auth, open_auth
from mosaicfs_control.auth.credentials import Made
from mosaicfs_control.auth.gate import Asked
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.rest.refusals import ApiError
from mosaicfs_sdk.fakes.kernel import FakeKernel

START = 1_771_233_720.0
"""2026-02-16T09:22:00Z"""
ADDRESS = "192.168.1.20"


@dataclass
class Clock:
    now: float = START

    def __call__(self) -> float:
        return self.now


@dataclass
class CountedHashes:
    """Quick ones; `calls` says what was asked, and `outdated` which are to be made again."""

    calls: Counter[str] = field(default_factory=Counter)
    outdated: set[str] = field(default_factory=set)

    async def of(self, secret: str) -> str:
        self.calls["of"] += 1
        return f"argon2id:{sha256(secret.encode()).hexdigest()}-{self.calls['of']}"

    async def fits(self, hashed: str | None, secret: str) -> bool:
        self.calls["fits"] += 1
        return (hashed or "").partition("-")[0] == f"argon2id:{sha256(secret.encode()).hexdigest()}"

    def is_outdated(self, hashed: str) -> bool:
        return hashed in self.outdated


@dataclass(frozen=True)
class OwnPlaces:
    state_dir: Path

    @property
    def cache_dir(self) -> Path:
        return self.state_dir

    @property
    def runtime_dir(self) -> Path:
        return self.state_dir

    @property
    def plugins_dir(self) -> Path:
        return self.state_dir


@dataclass
class World:
    store: Store
    state: Path
    clock: Clock = field(default_factory=Clock)
    hashes: CountedHashes = field(default_factory=CountedHashes)

    @asynccontextmanager
    async def running(self, state: Path | None = None) -> AsyncIterator[Auth]:
        kernel = FakeKernel(OwnPlaces(state or self.state), "node-nas", self.store)
        async with open_auth(kernel, clock=self.clock, hashes=self.hashes) as auth:
            yield auth

    def signer(self, made: Made) -> HmacSigner:
        key_id = made.credential.access_key_id
        return HmacSigner(key_id, signing_key(key_id, made.secret_key), self.clock)

    async def join(self, auth: Auth, node_id: str = "node-laptop") -> KeySigner:
        """A node with keys of its own."""
        keys = NodeKeys.new()
        node = Node(
            node_id=node_id,
            friendly_name=node_id,
            platform="linux",
            version="0.1.0",
            status="online",
            last_heartbeat=now_text(self.clock),
            public_key=keys.public_key,
            sealing_key=keys.sealing_key,
            vfs_capable=False,
            capabilities=(),
            watch_paths=(),
        )
        await self.put(node)
        await auth.nodes.refresh(node_id)
        return KeySigner(node_id, keys.signing, self.clock)

    async def put(self, node: Node) -> None:
        doc_id = node_doc_id(node.node_id)
        found = await self.store.get(doc_id)
        document = Document(doc_id, "" if found is None else found.rev, wire.encode(node))
        (row,) = await self.store.write([document], writer=CONTROL)
        assert not row.error, row

    async def disable_behind(self, auth: Auth, node_id: str) -> None:
        """As another process does: in the store, without a word to this one. Return when it is known here."""
        node = auth.nodes.followed.get(node_id)
        assert node is not None
        with auth.endings.watch(Principal("node", node_id)) as ending:
            await self.put(structs.replace(node, status="disabled"))
            with trio.fail_after(20), ending.ends_the_wait():
                await trio.sleep_forever()


def request(
    signer: Signer | None,
    instance_id: str,
    method: str = "GET",
    target: str = "/api/nodes",
    body: bytes | None = None,
    *,
    source: str = ADDRESS,
) -> Asked:
    """What the front makes of a request that was signed as it stands here."""
    headers: dict[str, str] = {}
    if signer is not None:
        digest = EMPTY_SHA256 if body is None else sha256(body).hexdigest()
        headers["authorization"] = signer.authorization(method, target, audience(instance_id), digest)
    return Asked(method, target, headers, source)


def with_login(authorization: str, target: str = "/api/nodes", *, method: str = "GET", source: str = ADDRESS) -> Asked:
    return Asked(method, target, {"authorization": authorization}, source)


async def refusal(auth: Auth, asked: Asked) -> ApiError:
    with pytest.raises(ApiError) as caught:
        await auth.gate.admit(asked)
    return caught.value


async def code(auth: Auth, asked: Asked) -> str:
    """`admitted`, or the code of the refusal."""
    try:
        await auth.gate.admit(asked)
    except ApiError as refused:
        return refused.code
    return "admitted"


def shown(refused: ApiError) -> tuple[int, bytes, Mapping[str, str]]:
    """All that who was refused can see."""
    return refused.status, refused.body(), refused.headers
