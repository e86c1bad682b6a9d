"""Extended attributes: what MosaicFS knows of a file or directory, for programs that look at nothing else.

They are made when they are asked for, from the local store alone. Those that would cost a question are not listed.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from msgspec import to_builtins

from mosaicfs.errors import EntryGoneError
from mosaicfs.model.content import Content, Way
from mosaicfs.model.entry import Entry, entry_of
from mosaicfs.model.file import File
from mosaicfs.model.store import Store
from mosaicfs.model.tree import Explanation, Tree
from mosaicfs.wire import noun_in
from mosaicfs_mount.copies import copies_of
from mosaicfs_mount.errnos import GuardedError, no_such_attribute
from mosaicfs_mount.guarding import Guard
from mosaicfs_mount.known import Known, KnownDirectory, KnownFile, Node

OURS: Final = "user.mosaicfs."
TAGS: Final = "user.xdg.tags"
_MOST_BYTES: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class Xattrs:
    """`no_such_attribute` for what has no value here."""

    store: Store
    tree: Tree
    content: Content
    known: Known
    node_id: str
    guard: Guard

    def names(self, node: Node) -> list[str]:
        if isinstance(node, KnownDirectory):
            return [f"{OURS}why"]
        assert isinstance(node, KnownFile)
        if node.shown.file_id is None:
            return []
        more = ["reason"] if self._trouble(node) else []
        return [f"{OURS}{each}" for each in ("id", "node", "path", *more)]

    async def value(self, node: Node, name: str) -> bytes:
        readers = _OF_FILE if isinstance(node, KnownFile) else _OF_DIRECTORY
        read = readers.get(name)
        if read is None:
            raise no_such_attribute()
        try:
            text = await read(self, node)
        except EntryGoneError:
            text = None
        if text is None:
            raise no_such_attribute()
        return text.encode(errors="surrogatepass")[:_MOST_BYTES]

    # --- of files ------------------------------------------------------------------------------------------------

    async def _id(self, node: Node) -> str | None:
        return _file(node).shown.file_id

    async def _node(self, node: Node) -> str | None:
        return _file(node).shown.node_id

    async def _path(self, node: Node) -> str | None:
        return _file(node).shown.export_path

    async def _state(self, node: Node) -> str | None:
        entry = await self._entry(node)
        if entry is None:
            return None
        ways = await self.content.ways(entry.file_id)
        here = self.content.here(entry)
        if ways and ways[0].tier == "local":
            return "local"
        if here >= entry.size and entry.size_known and (here or _is_here(ways)):
            return "pinned" if self.content.pin_state(entry) == "kept" else "available"
        if self.content.fetching(entry):
            return "fetching"
        if self.content.trouble(entry.file_id):
            return "error"
        if not ways:
            return "unreachable"
        return "partial" if here else "online-only"

    async def _tier(self, node: Node) -> str | None:
        file_id = _file(node).shown.file_id
        if file_id is None:
            return None
        ways = await self.content.ways(file_id)
        return ways[0].tier if ways else "unavailable"

    async def _digest(self, node: Node) -> str | None:
        entry = await self._entry(node)
        return entry.digest if entry is not None else None

    async def _cached_bytes(self, node: Node) -> str | None:
        entry = await self._entry(node)
        return str(self.content.here(entry)) if entry is not None else None

    async def _pin(self, node: Node) -> str | None:
        entry = await self._entry(node)
        return self.content.pin_state(entry) if entry is not None else None

    async def _reason(self, node: Node) -> str | None:
        return self._trouble(_file(node)) or None

    def _trouble(self, node: KnownFile) -> str:
        """What the guard refused to one program is no error of the file, so only the reason tells it."""
        if self.guard.has_refused(self.known.path_of(node) or ""):
            return GuardedError.reason
        return self.content.trouble(node.shown.file_id or "")

    async def _copies(self, node: Node) -> str | None:
        shown = _file(node).shown
        if shown.file_id is None or shown.node_id is None:
            return None
        return _json(await copies_of(self.store, self.node_id, shown.file_id, shown.node_id))

    async def _labels(self, node: Node) -> str | None:
        given = await self._given(node)
        return None if given is None else _json(given)

    async def _tags(self, node: Node) -> str | None:
        given = await self._given(node)
        plain = [each for each in given or () if "," not in each]
        return ",".join(plain) or None

    async def _given(self, node: Node) -> list[str] | None:
        file_id = _file(node).shown.file_id
        if file_id is None:
            return None
        [given] = await self.tree.labels_of([file_id])
        return sorted({each.label for each in given})

    async def _entry(self, node: Node) -> Entry | None:
        file_id = _file(node).shown.file_id
        found = None if file_id is None else noun_in(await self.store.get(file_id), File)
        return None if found is None or file_id is None else entry_of(file_id, found)

    # --- of both -------------------------------------------------------------------------------------------------

    async def _why(self, node: Node) -> str | None:
        path = self.known.path_of(node)
        if path is None:
            return None
        found = (await self.tree.explain(path))[0]
        why = {"result": found.result, "directory": found.directory, "mount_id": found.mount_id}
        why["decided_by"] = to_builtins(_deciding(found))
        if isinstance(node, KnownDirectory):
            why["problems"] = to_builtins((await self.tree.listing(path)).problems)
        return _json(why)

    async def _truncated(self, node: Node) -> str | None:
        path = self.known.path_of(node)
        return "1" if path is not None and (await self.tree.listing(path)).truncated else None


def _file(node: Node) -> KnownFile:
    assert isinstance(node, KnownFile)
    return node


def _is_here(ways: list[Way]) -> bool:
    return bool(ways) and not ways[0].network


def _deciding(found: Explanation) -> object:
    """The last step that was asked and decided; None where the default did."""
    last = found.trace[-1] if found.trace else None
    return last if last is not None and last.outcome in ("included", "excluded") else None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_Read: TypeAlias = Callable[[Xattrs, Node], Awaitable[str | None]]
_OF_FILE: Mapping[str, _Read] = {
    f"{OURS}id": Xattrs._id,
    f"{OURS}node": Xattrs._node,
    f"{OURS}path": Xattrs._path,
    f"{OURS}state": Xattrs._state,
    f"{OURS}tier": Xattrs._tier,
    f"{OURS}digest": Xattrs._digest,
    f"{OURS}cached_bytes": Xattrs._cached_bytes,
    f"{OURS}pin": Xattrs._pin,
    f"{OURS}reason": Xattrs._reason,
    f"{OURS}copies": Xattrs._copies,
    f"{OURS}labels": Xattrs._labels,
    f"{OURS}why": Xattrs._why,
    TAGS: Xattrs._tags,
}
_OF_DIRECTORY: Mapping[str, _Read] = {f"{OURS}why": Xattrs._why, f"{OURS}truncated": Xattrs._truncated}
