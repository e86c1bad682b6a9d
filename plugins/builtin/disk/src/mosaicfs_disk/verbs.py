"""What may be asked of the agent through its control socket, each verb with what it needs and what it answers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from os.path import normpath
from typing import Protocol, cast
from uuid import uuid4

import trio

from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.names import is_path
from mosaicfs.model.questions import FilesUnder
from mosaicfs.model.standing import Told
from mosaicfs.model.times import now_text
from mosaicfs_disk.control_socket import BadRequestError, Verb
from mosaicfs_disk.presence import Marker, mark
from mosaicfs_disk.watched_folder import WatchedFolder


class Folders(Protocol):
    """What the keeper is asked."""

    @property
    def kernel(self) -> Kernel: ...

    @property
    def folders(self) -> Mapping[str, WatchedFolder]: ...

    def folder_of(self, path: str) -> WatchedFolder | None: ...

    def watch(self, path: str) -> WatchedFolder: ...

    def watch_counters(self) -> dict[str, Json]: ...


class Verbs:
    def __init__(self, keeper: Folders) -> None:
        self._keeper = keeper
        self._index = keeper.kernel.index

    def by_name(self) -> Mapping[str, Verb]:
        every = (self.status, self.crawl, self.look, self.holds, self.confirm, self.accept, self.mark, self.watch)
        return {verb.__name__: verb for verb in every}

    async def status(self, asked: JsonObject) -> JsonObject:
        """`watch_paths`, the counts of the crawl that runs or of the last one, the watcher, replication, and the holds.

        With `bytes`, also what the files of all watched folders hold together, which has to be added up.
        """
        await trio.lowlevel.checkpoint()
        size: JsonObject = {"bytes": await self._bytes()} if asked.get("bytes") else {}
        folders: list[Json] = [folder.facts for folder in self._keeper.folders.values()]
        counts = cast(JsonObject, self._index.counts._asdict())
        return {
            "node_id": self._keeper.kernel.node_id,
            "pid": os.getpid(),
            "watch_paths": folders,
            "crawler": counts,
            "watcher": self._keeper.watch_counters(),
            "replication": _replication(self._keeper.kernel),
            "holds": self._holds(),
            **size,
        }

    async def crawl(self, asked: JsonObject) -> JsonObject:
        """Of `path`, or of all watched folders. Answers when it is done, with the counts of each."""
        path, is_full = _path(asked) if asked.get("path") else "", bool(asked.get("now"))
        folders = [self._folder(path)] if path else list(self._keeper.folders.values())
        crawled: list[Json] = []
        for folder in folders:
            below = path if path != folder.path else ""
            crawled.append(cast(JsonObject, (await folder.crawl(below, is_full=is_full))._asdict()))
        return {"crawls": crawled}

    async def look(self, asked: JsonObject) -> JsonObject:
        """At one file, at once: somebody found it gone, or other than its document says."""
        path = _path(asked)
        return {"path": path, "looked": await self._folder(path).look(path)}

    async def holds(self, asked: JsonObject) -> JsonObject:
        await trio.lowlevel.checkpoint()
        return {"holds": self._holds()}

    async def confirm(self, asked: JsonObject) -> JsonObject:
        hold_id = asked.get("hold_id")
        known = [hold.hold_id for hold in self._index.holds()]
        if hold_id not in known:
            raise BadRequestError(f"Nothing is held as {hold_id!r}; there are: {', '.join(known) or 'none'}.")
        return {"hold_id": hold_id, "deleted": await self._index.confirm(str(hold_id))}

    async def accept(self, asked: JsonObject) -> JsonObject:
        folder = self._folder(_path(asked))
        await folder.accept()
        return {"path": folder.path}

    async def mark(self, asked: JsonObject) -> JsonObject:
        """Only a watched folder itself, not what lies in it. Answers with the marker that it has now."""
        path = _path(asked)
        folder = self._folder(path)
        if folder.path != path:
            raise BadRequestError(f"{path} lies in {folder.path}, which is what is watched. Mark that.")
        new = Marker(f"watch-{uuid4().hex}", self._keeper.kernel.node_id, now_text())
        marker = await trio.to_thread.run_sync(mark, path, new, abandon_on_cancel=True)
        folder.recheck()
        return {"path": path, "watch_id": marker.watch_id}

    async def watch(self, asked: JsonObject) -> JsonObject:
        """From now on; after a restart only what the configuration names is watched."""
        await trio.lowlevel.checkpoint()
        folder = self._keeper.watch(_path(asked))
        return {"path": folder.path, "state": folder.state}

    async def _bytes(self) -> int:
        kernel = self._keeper.kernel
        tallies = [await kernel.store.tally(FilesUnder(kernel.node_id, path)) for path in self._keeper.folders]
        return sum(tally.bytes for tally in tallies)

    def _folder(self, path: str) -> WatchedFolder:
        folder = self._keeper.folder_of(path)
        if folder is None:
            watched = ", ".join(self._keeper.folders) or "none"
            raise BadRequestError(f"{path} lies in no watched folder; there are: {watched}.")
        return folder

    def _holds(self) -> list[Json]:
        return [{**hold._asdict(), "examples": list(hold.examples)} for hold in self._index.holds()]


def _replication(kernel: Kernel) -> JsonObject | None:
    """How this node is in step with its control plane; None where it is its own."""
    standing = kernel.standing
    found = standing.status().subsystems.get("replication") if isinstance(standing, Told) else None
    return None if found is None else {"status": found.status, "message": found.message, **found.unknown}


def _path(asked: JsonObject) -> str:
    path = asked.get("path")
    if not isinstance(path, str) or not is_path(normpath(path)):
        raise BadRequestError(f"`path` must be an absolute path, not {path!r}.")
    return normpath(path)
