"""A node of an instance with real keys and real TLS on loopback, files in a folder, and somebody who asks it."""

import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Any, NoReturn

import httpcore
import trio

from mosaicfs import Store, revise
from mosaicfs.content.local import LocalContent
from mosaicfs.errors import EntryChangedError, EntryGoneError
from mosaicfs.identity.authority import Authority, csr, node_name
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import NodeKeys, control_plane_key, node_keys, public_text
from mosaicfs.identity.private_keys import tls_key
from mosaicfs.identity.signatures import CONTROL_PLANE, KeySigner, audience
from mosaicfs.identity.tls import client_context
from mosaicfs.instance_id import instance_id
from mosaicfs.model.configuration import Settings, TransferSettings
from mosaicfs.model.entry import Entry, entry_of, version_tag
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.ids import file_id, new_uuid, node_doc_id
from mosaicfs.model.node import Node, Transfer
from mosaicfs.model.noun import Noun
from mosaicfs.model.role import CONTROL
from mosaicfs.model.tier import Offer
from mosaicfs.model.times import mtime_text
from mosaicfs_sdk.fakes.store import MemoryStore
from mosaicfs_sdk.fakes.told import FakeStanding
from mosaicfs_transfer.face import HandOut

INSTANCE = "0194f3c2-7a10-7c3e-9b55-2f6d1e8a4c70"
NAS, LAPTOP = "node-nas", "node-laptop"
UNTIL_S = 30.0


class Places:
    def __init__(self, root: Path) -> None:
        self.state_dir = self.cache_dir = self.runtime_dir = self.plugins_dir = root


@dataclass
class FolderHandle:
    """An ordinary file, as the tier `local` of a disk hands it out."""

    entry: Entry
    file: int

    @property
    def size(self) -> int:
        return os.fstat(self.file).st_size

    @property
    def version(self) -> str | None:
        return self.entry.version

    def fd(self) -> int:
        return self.file

    async def read(self, offset: int, length: int) -> bytes:
        await trio.lowlevel.checkpoint()
        return os.pread(self.file, length, offset)

    async def close(self) -> None:
        await trio.lowlevel.checkpoint()
        if self.file >= 0:
            os.close(self.file)
            self.file = -1


@dataclass
class FolderTier:
    """Files of this node, by their `export_path`."""

    node_id: str
    name: str = "local"
    cost: int = 100
    opened: int = 0

    async def offer(self, entry: Entry) -> Offer | None:
        await trio.lowlevel.checkpoint()
        return Offer(100) if entry.node_id == self.node_id else None

    async def open(self, entry: Entry, offer: Offer) -> FolderHandle:
        await trio.lowlevel.checkpoint()
        self.opened += 1
        try:
            file = os.open(entry.export_path, os.O_RDONLY)
        except FileNotFoundError:
            raise EntryGoneError(entry.file_id) from None
        found = os.fstat(file)
        if (found.st_size, mtime_text(found.st_mtime_ns)) != (entry.size, entry.mtime):
            os.close(file)
            raise EntryChangedError(entry.file_id)
        return FolderHandle(entry, file)


@dataclass
class Kernel:
    """What the face asks of the real one."""

    places: Places
    store: Store
    content: LocalContent
    node_id: str = NAS
    settings: Settings = field(
        default_factory=lambda: Settings(transfer=TransferSettings(listen="127.0.0.1:0", advertise=()))
    )
    standing: FakeStanding = field(default_factory=FakeStanding)
    told: list[Transfer | None] = field(default_factory=list)
    is_up: trio.Event = field(default_factory=trio.Event)

    def advertise(self, transfer: Transfer | None) -> None:
        self.told.append(transfer)
        if transfer is not None:
            self.is_up.set()

    @property
    def tree(self) -> NoReturn:
        raise AssertionError("transfers have no use for the tree")

    @property
    def directories(self) -> NoReturn:
        raise AssertionError("transfers have no use for the tree")

    @property
    def index(self) -> NoReturn:
        raise AssertionError("transfers have no use for the index")


@dataclass
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str:
        return str(wire_json(self.body)["error"]["code"]) if self.body else ""


def wire_json(body: bytes) -> dict[str, Any]:
    return dict(json.loads(body))


@dataclass
class Nas:
    """The node that hands out files, and the instance that it belongs to."""

    root: Path
    kernel: Kernel
    tier: FolderTier
    authority: Authority
    laptop: NodeKeys
    control_plane: KeyFiles
    nursery: trio.Nursery
    face: HandOut | None = None
    clock: Callable[[], float] = time
    _scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    _over: trio.Event = field(default_factory=trio.Event)

    @property
    def store(self) -> Store:
        return self.kernel.store

    @property
    def port(self) -> int:
        assert self.face is not None
        assert self.face.bound is not None
        return self.face.bound.port

    async def start(self) -> None:
        self.kernel.is_up = trio.Event()
        self.face = HandOut(self.kernel, self._now)
        self._scope = trio.CancelScope()
        self._over = trio.Event()
        self.nursery.start_soon(self._run, self.face)
        with trio.fail_after(UNTIL_S):
            await self.kernel.is_up.wait()

    def _now(self) -> float:
        return self.clock()

    async def stop(self) -> None:
        self._scope.cancel()
        await self._over.wait()

    async def _run(self, face: HandOut) -> None:
        with self._scope:
            await face.run()
        self._over.set()

    async def know(self, doc_id: str, noun: Noun) -> None:
        await revise(self.store, doc_id, CONTROL, type(noun), lambda _: noun)

    async def node(self, node_id: str, public_key: str, status: str = "online") -> None:
        await self.know(
            node_doc_id(node_id),
            Node(
                node_id=node_id,
                friendly_name=node_id,
                platform="linux",
                version="0.1.0",
                status=status,  # type: ignore[arg-type]
                last_heartbeat="2026-01-15T14:30:00Z",
                public_key=public_key,
                vfs_capable=False,
                capabilities=(),
                watch_paths=(),
            ),
        )

    async def put(self, content: bytes, name: str = "report.pdf", owner: str = NAS) -> Entry:
        path = self.root / "files" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return await self.index(path, owner)

    async def index(self, path: Path, owner: str = NAS) -> Entry:
        """As a crawl would find it now."""
        found = os.stat(path)  # noqa: PTH116 - a small file of the test
        document = file_id(new_uuid())
        file = File(
            inode=4_711,
            name=path.name,
            source=FileSource(node_id=owner, export_path=str(path), export_parent=str(path.parent)),
            size=found.st_size,
            mtime=mtime_text(found.st_mtime_ns),
            status="active",
        )
        await self.know(document, file)
        return entry_of(document, file)


def tag(entry: Entry) -> str:
    return version_tag(entry.file_id, entry.size, entry.mtime, entry.version)


def at(entry: Entry) -> str:
    return f"/api/agent/transfer/{entry.file_id.removeprefix('file::')}"


@dataclass
class Asker:
    """Signs as a node would, or as an attacker would who has its key."""

    nas: Nas
    signer: str = LAPTOP
    instance: str = INSTANCE
    clock: Callable[[], float] = time

    async def ask(
        self,
        target: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: bytes = b"",
        authorization: str | None = None,
    ) -> Reply:
        """`authorization` None signs; empty leaves it out."""
        given = self.signed(target, method, body) if authorization is None else authorization
        async with self.pool() as pool:
            reply = await pool.request(method, self.url(target), headers=self.headers(given, headers), content=body)
            return Reply(reply.status, {k.decode().lower(): v.decode() for k, v in reply.headers}, reply.content)

    def signed(self, target: str, method: str = "GET", body: bytes = b"", *, who: str = "") -> str:
        key = control_plane_key(self.nas.control_plane) if self.signer == CONTROL_PLANE else self.nas.laptop.signing
        signer = KeySigner(self.signer, key, self.clock)
        return signer.authorization(method, target, who or audience(self.instance, NAS), sha256(body).hexdigest())

    def headers(self, authorization: str, more: Mapping[str, str] | None) -> list[tuple[str, str]]:
        proof = {"Authorization": authorization} if authorization else {}
        return list({"Host": node_name(NAS), **proof, **(more or {})}.items())

    def url(self, target: str) -> httpcore.URL:
        return httpcore.URL(scheme=b"https", host=b"127.0.0.1", port=self.nas.port, target=target.encode())

    def pool(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=client_context(self.nas.authority.certificate_pem),
            max_connections=32,
            network_backend=_Named(),
        )


class _Named(httpcore.AsyncNetworkBackend):
    """TLS by the fixed name of the node, whatever the address."""

    async def connect_tcp(self, *args, **kwargs) -> httpcore.AsyncNetworkStream:  # type: ignore[no-untyped-def]
        return _Stream(await httpcore.TrioBackend().connect_tcp(*args, **kwargs))


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def start_tls(self, ssl_context, server_hostname=None, timeout=None):  # type: ignore[no-untyped-def]  # noqa: ASYNC109
        return await self._inner.start_tls(ssl_context, node_name(NAS), timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()


@asynccontextmanager
async def running_nas(root: Path) -> AsyncIterator[Nas]:
    """Joined, running, and with a laptop that it knows."""
    ground = KeyFiles(root / "control_plane")
    authority = Authority.open(ground)
    state = root / "nas"
    files = KeyFiles(state / "keys")
    keys = node_keys(files)
    files.write("ca.crt", authority.certificate_pem.encode())
    files.write("control_plane.pub", public_text(control_plane_key(ground)).encode())
    files.write("node_tls.crt", authority.node_certificate(csr(tls_key(files, "node_tls.key")), NAS).encode())
    (state / "instance_id").write_text(INSTANCE)
    assert instance_id(state) == INSTANCE
    store = MemoryStore()
    tier = FolderTier(NAS)
    content = LocalContent(store, NAS)
    async with content.serving([tier]), trio.open_nursery() as nursery:
        found = Nas(root, Kernel(Places(state), store, content), tier, authority, NodeKeys.new(), ground, nursery)
        await found.node(NAS, keys.public_key)
        await found.node(LAPTOP, found.laptop.public_key)
        await found.start()
        yield found
        nursery.cancel_scope.cancel()


async def refused(asker: Asker, target: str) -> None:
    """Within a moment: what was written has to be seen by who follows the store. What is asked just then may be cut."""
    with trio.fail_after(30):
        while await _status(asker, target) != 401:  # noqa: ASYNC110 - over the network, as a node would find out
            await trio.sleep(0.05)


async def _status(asker: Asker, target: str) -> int:
    try:
        return (await asker.ask(target)).status
    except (httpcore.NetworkError, httpcore.ProtocolError):
        return 0


async def taken(pieces: AsyncIterator[bytes]) -> int:
    return sum([len(piece) async for piece in pieces])
