"""A small instance to mount: a store, its tree, bytes in memory, and a system that remembers what it was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from struct import Struct
from typing import NamedTuple

import trio

from mosaicfs import wire
from mosaicfs.errors import EntryGoneError, MosaicError
from mosaicfs.model.configuration import MountSettings, Settings
from mosaicfs.model.content import Opened, Way
from mosaicfs.model.directory import Mount, MountSource, VirtualDirectory
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry, entry_of
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.ids import directory_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.noun import Noun
from mosaicfs.model.pin import PinState
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store
from mosaicfs.model.times import mtime_text
from mosaicfs.model.tree import Tree
from mosaicfs.services.tree import LocalTree
from mosaicfs_mount.attributes import Attributes
from mosaicfs_mount.device.passing import Passing
from mosaicfs_mount.operations import Operations
from mosaicfs_mount.options import MountOptions
from mosaicfs_sdk.fakes.store import MemoryStore
from mosaicfs_sdk.fakes.told import FakeNotices

NODE, NAS = "node-here", "node-nas"
NOW_S = 1_800_000_000


def file_id(number: int) -> str:
    return f"file::018f6a7e-3c2b-7d11-9a54-{number:012x}"


class System:
    """What the kernel of this machine would hear."""

    def __init__(self) -> None:
        self.names: list[tuple[int, bytes]] = []
        self.inodes: list[tuple[int, bool]] = []

    def drop_name(self, parent: int, name: bytes) -> None:
        self.names.append((parent, name))

    def drop_inode(self, inode: int, *, data: bool) -> None:
        self.inodes.append((inode, data))

    def clear(self) -> None:
        self.names.clear()
        self.inodes.clear()


@dataclass(slots=True, eq=False)
class OpenBytes:
    entry: Entry
    text: bytes
    tier: str = "peer"
    trouble: MosaicError | None = None
    gate: trio.Event | None = None
    closed: bool = False
    brief: bool = False
    is_at_hand: bool = False

    @property
    def size(self) -> int:
        return len(self.text)

    async def read(self, offset: int, length: int) -> bytes:
        if self.gate is not None:
            await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble
        return self.text[offset : offset + length]

    def glance(self, offset: int, length: int) -> bytes | None:
        return self.text[offset : offset + length] if self.is_at_hand else None

    def changed(self) -> bool:
        return False

    def fd(self) -> int | None:
        return None

    def leave(self) -> bool:
        self.closed = self.closed or self.is_at_hand
        return self.is_at_hand

    async def close(self) -> None:
        self.closed = True


@dataclass(slots=True)
class Bytes:
    """Files by their ids; `opened` are all that ever were."""

    store: Store
    of: dict[str, bytes] = field(default_factory=dict)
    local: dict[str, int] = field(default_factory=dict)
    opened: list[OpenBytes] = field(default_factory=list)
    pins: dict[str, PinState] = field(default_factory=dict)
    refusal: MosaicError | None = None
    coming: set[str] = field(default_factory=set)
    gate: trio.Event | None = None

    async def open(
        self, file_id: str, *, records: bool = True, live: bool = False, near: bool = False, brief: bool = False
    ) -> Opened:
        if self.refusal is not None:
            raise self.refusal
        file = wire.noun_in(await self.store.get(file_id), File)
        if file is None or file.status != "active":
            raise EntryGoneError(file_id)
        self.opened.append(OpenBytes(entry_of(file_id, file), self.of.get(file_id, b""), gate=self.gate, brief=brief))
        return self.opened[-1]

    def record(self, file_id: str) -> None:
        """Nobody counts here."""

    async def ways(self, file_id: str) -> list[Way]:
        return []

    def here(self, entry: Entry) -> int:
        return entry.size if entry.node_id == NODE else self.local.get(entry.file_id, 0)

    def pin_state(self, entry: Entry) -> PinState:
        return self.pins.get(entry.file_id, "none")

    def fetching(self, entry: Entry) -> bool:
        return entry.file_id in self.coming

    def trouble(self, file_id: str) -> str:
        return self.refusal.reason if self.refusal is not None else ""

    def report(self) -> JsonObject:
        return {}


@dataclass(frozen=True, slots=True)
class OwnPlaces:
    root: Path

    @property
    def state_dir(self) -> Path:
        return self.root

    cache_dir = runtime_dir = plugins_dir = state_dir


@dataclass(slots=True)
class World:
    """`put` is a file as it is now, `write` any document."""

    root: Path
    options: MountOptions = field(default_factory=MountOptions)
    max_requests: int = 16
    store: MemoryStore = field(default_factory=MemoryStore)
    system: System = field(default_factory=System)
    node_id: str = NODE
    notices: FakeNotices = field(default_factory=FakeNotices)

    def __post_init__(self) -> None:
        self.content = Bytes(self.store)
        self.tree: Tree = LocalTree(self.store, clock=lambda: NOW_S)
        self.places = OwnPlaces(self.root)
        self.settings = Settings(mount=MountSettings(max_requests=self.max_requests))
        self.operations = Operations(
            self,  # type: ignore[arg-type]
            self.options,
            self.system,
            Passing(-1),
            path=self.root,
            notices=self.notices,
        )

    content: Bytes = field(init=False)
    tree: Tree = field(init=False)
    places: OwnPlaces = field(init=False)
    settings: Settings = field(init=False)
    operations: Operations = field(init=False)

    # --- writing -------------------------------------------------------------------------------------------------

    async def write(self, *documents: tuple[str, Noun | None]) -> None:
        known = await self.store.get_many([doc_id for doc_id, _ in documents])
        rows = [
            Document(doc_id, before.rev if before else "", wire.encode(noun) if noun else b"{}", deleted=noun is None)
            for (doc_id, noun), before in zip(documents, known, strict=True)
        ]
        assert not [row for row in await self.store.write(rows, writer=CONTROL) if row.error]

    async def put(self, number: int, path: str, content: bytes = b"", *, age_s: int = 0, node: str = NODE) -> str:
        await self.write(document(number, path, len(content), age_s=age_s, node=node))
        self.content.of[file_id(number)] = content
        return file_id(number)

    async def remove(self, number: int, path: str) -> None:
        await self.write(document(number, path, 0, status="deleted"))

    async def direct(self, path: str, folder: str = "/", **more: object) -> None:
        await self.write(directory(path, folder, **more))

    # --- asking, as the system does ------------------------------------------------------------------------------

    async def find(self, path: str) -> int:
        """The number, by one look-up a name; 0 where there is none."""
        number = 1
        for name in path.strip("/").split("/"):
            told = await self.operations.look_up(number, name.encode())
            if isinstance(told, float):
                return 0
            number = told.number
        return number

    async def attributes(self, path: str) -> Attributes:
        return (await self.operations.attributes(await self.find(path))).attributes

    async def list(self, path: str) -> list[str]:
        """To its end."""
        number = await self.find(path) if path != "/" else 1
        rows = rows_in(await self.read(number))
        assert await self.read(number, rows[-1].following) == b""
        return [row.name.decode() for row in rows[2:]]

    async def read(self, number: int, offset: int = 0, room: int = 1 << 20, *, plus: bool = True) -> bytes:
        """What is read of a directory."""
        found = self.operations.read_directory(number, offset, room, plus=plus)
        return found if isinstance(found, bytes) else await found

    async def catch_up(self) -> None:
        """What the system is told of what was written."""
        self.system.clear()
        await self.operations.following.catch_up()
        self.operations.telling.say_now()


class PackedRow(NamedTuple):
    """As the kernel reads it: `struct fuse_direntplus`."""

    name: bytes
    number: int
    inode: int
    entry_s: int
    attr_s: int
    size: int
    blocks: int
    mtime_ns: int
    mode: int
    following: int


_PACKED = Struct("=QQQQII QQQQQQIIIIIIIIII QQII")


def rows_in(packed: bytes) -> list[PackedRow]:
    found = []
    while packed:
        row = _PACKED.unpack_from(packed)
        *_, inode, following, length, kind = row
        name = packed[_PACKED.size : _PACKED.size + length]
        mtime_ns = row[10] * 1_000_000_000 + row[13]
        found.append(PackedRow(name, row[0], inode, row[2], row[3], row[7], row[8], mtime_ns, row[15], following))
        assert row[0] == 0 or (row[6], row[15] >> 12) == (inode, kind)
        packed = packed[_PACKED.size + -(-length // 8) * 8 :]
    return found


def document(
    number: int, path: str, size: int, *, age_s: int = 0, node: str = NODE, status: str = "active"
) -> tuple[str, File]:
    folder, _, name = path.rpartition("/")
    source = FileSource(node_id=node, export_path=path, export_parent=folder or "/")
    mtime = mtime_text((NOW_S - age_s) * 1_000_000_000)
    inode = 5_000 + number
    return file_id(number), File(inode=inode, name=name, source=source, size=size, mtime=mtime, status=status)  # type: ignore[arg-type]


def directory(path: str, folder: str | None = "/", **more: object) -> tuple[str, VirtualDirectory]:
    parent, _, name = path.rpartition("/")
    source = MountSource(node_id="*", export_path=folder)
    entry = Mount(mount_id="00000001", source=source, strategy="prefix_replace", conflict_policy="suffix_node_id")
    noun = VirtualDirectory(
        inode=1 if path == "/" else 100_000 + sum(path.encode()),
        virtual_path=path,
        name=name,
        parent_path=None if path == "/" else parent or "/",
        created_at="2026-03-14T09:00:00Z",
        mounts=(entry,) if folder is not None else (),
        **more,  # type: ignore[arg-type]
    )
    return directory_id(path), noun


def inodes(stale: Sequence[tuple[int, bool]], *, data: bool) -> set[int]:
    return {inode for inode, with_data in stale if with_data == data}
