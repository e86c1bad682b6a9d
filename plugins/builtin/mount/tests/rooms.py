"""A small instance to mount: a store, its tree, bytes in memory, and a system that remembers what it was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

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
from mosaicfs_mount.operations import Operations
from mosaicfs_mount.options import MountOptions
from mosaicfs_sdk.fakes.store import MemoryStore

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

    @property
    def size(self) -> int:
        return len(self.text)

    async def read(self, offset: int, length: int) -> bytes:
        if self.gate is not None:
            await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble
        return self.text[offset : offset + length]

    def changed(self) -> bool:
        return False

    def fd(self) -> int | None:
        return None

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
    gate: trio.Event | None = None

    async def open(self, file_id: str, *, records: bool = True, live: bool = False, near: bool = False) -> Opened:
        if self.refusal is not None:
            raise self.refusal
        file = wire.noun_in(await self.store.get(file_id), File)
        if file is None or file.status != "active":
            raise EntryGoneError(file_id)
        self.opened.append(OpenBytes(entry_of(file_id, file), self.of.get(file_id, b""), gate=self.gate))
        return self.opened[-1]

    def record(self, file_id: str) -> None:
        """Nobody counts here."""

    async def ways(self, file_id: str) -> list[Way]:
        return []

    def here(self, entry: Entry) -> int:
        return entry.size if entry.node_id == NODE else self.local.get(entry.file_id, 0)

    def pin_state(self, entry: Entry) -> PinState:
        return self.pins.get(entry.file_id, "none")

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

    def __post_init__(self) -> None:
        self.content = Bytes(self.store)
        self.tree: Tree = LocalTree(self.store, clock=lambda: NOW_S)
        self.places = OwnPlaces(self.root)
        self.settings = Settings(mount=MountSettings(max_requests=self.max_requests))
        self.operations = Operations(self, self.options, self.system, self.root)  # type: ignore[arg-type]

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
        """The inode, by one look-up a name; 0 where there is none."""
        inode = 1
        for name in path.strip("/").split("/"):
            told = await self.operations.look_up(inode, name.encode())
            if isinstance(told, float):
                return 0
            inode = told.attributes.inode
        return inode

    async def list(self, path: str) -> list[str]:
        inode = await self.find(path) if path != "/" else 1
        handle = await self.operations.open_directory(inode)
        opened, names = self.operations.directory(handle), self.operations.names
        found = []
        for _, name, node, _ in names.rows(opened, 2):
            names.told(opened, name, node)
            found.append(name.decode())
        self.operations.close_directory(handle)
        return found

    async def catch_up(self) -> None:
        """What the system is told of what was written."""
        self.system.clear()
        await self.operations.following.catch_up()
        self.operations.telling.say_now()


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
