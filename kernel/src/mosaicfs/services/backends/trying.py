"""Trying a backend on its node for who sets it up: signing in, a page of its listing, a few bytes of a file."""

from __future__ import annotations

from contextlib import aclosing

import trio

from mosaicfs.errors import MosaicError, SourceUnavailableError
from mosaicfs.model.crawling import Change
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.ids import file_id, new_uuid
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.services.backends.credentials import Credentials
from mosaicfs.services.backends.polls import SourceHooks, source_of
from mosaicfs.services.indexing.identity import parted

PAGE = 1_000
BYTES = 4_096


class _Page:
    """A sink that has had enough after a page. `scope` is the call that fills it."""

    def __init__(self, scope: trio.CancelScope) -> None:
        self._scope = scope
        self.files = 0
        self.readable: Change | None = None

    async def send(self, change: Change) -> None:
        await trio.lowlevel.checkpoint()
        self.files += 1
        if change.action != "delete" and change.state in (None, "online"):
            self.readable = self.readable or change
        if self.files >= PAGE:
            self._scope.cancel()
            await trio.lowlevel.checkpoint()

    def progress(self) -> None:
        """It is listing."""


async def tried(hooks: SourceHooks, credentials: Credentials, backend: StorageBackend, node_id: str) -> JsonObject:
    """Each step with its time; the last one is the one that failed, if one did. Nothing is written."""
    steps: list[Json] = []
    began = trio.current_time()
    step = "secrets"

    def done(**more: Json) -> None:
        nonlocal began
        steps.append({"step": step, "ok": True, "took_ms": int((trio.current_time() - began) * 1000), **more})
        began = trio.current_time()

    try:
        source = source_of(backend, node_id, await credentials.options_of(backend))
        done()
        step = "list"
        with trio.CancelScope() as scope:
            page = _Page(scope)
            if await hooks.crawl(source, None, page) is None:
                raise SourceUnavailableError(
                    backend.name, f"no plugin here speaks to backends of type {source.backend}"
                )
        done(files=page.files, is_all=not scope.cancelled_caught)
        step = "read"
        if page.readable is not None:
            stream = await hooks.materialize(_entry(page.readable, backend, node_id), Span(0, BYTES), source)
            if stream is None:
                raise SourceUnavailableError(backend.name, "its plugin says that a file it has listed is not its own")
            async with aclosing(stream):
                size = sum([len(piece) async for piece in stream])
            done(bytes=size, path=page.readable.export_path)
    except MosaicError as trouble:
        took = int((trio.current_time() - began) * 1000)
        steps.append({"step": step, "ok": False, "took_ms": took, "reason": trouble.reason, "message": str(trouble)})
        return {"ok": False, "steps": steps}
    return {"ok": True, "steps": steps}


def _entry(change: Change, backend: StorageBackend, node_id: str) -> Entry:
    return Entry(
        file_id=file_id(new_uuid()),
        node_id=node_id,
        export_path=change.export_path,
        name=parted(change.export_path)[1],
        size=change.size,
        mtime=change.mtime,
        native_id=change.native_id,
        version=change.version,
        size_known=change.size_known,
        backend=backend.name,
    )
