"""Local documents, apart for each caller.

CouchDB 3 counts their revisions but does not compare them, so that is done here, one write at a time.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import msgspec
import trio

from mosaicfs.errors import ConflictError
from mosaicfs.model.document import LocalDocument
from mosaicfs_couchdb.answers import IdAnswers, local_body
from mosaicfs_couchdb.server import NOT_FOUND, Server, local_path

_PREFIX: Final = "_local/"


class LocalDocuments:
    def __init__(self, server: Server) -> None:
        self._server = server
        self._alone = trio.Lock()

    async def get(self, caller: str, local_id: str) -> LocalDocument | None:
        reply = await self._server.ask("GET", _path(caller, local_id), also=(NOT_FOUND,))
        return LocalDocument(local_id, *local_body(reply.body)) if reply.good else None

    async def put(self, caller: str, local_id: str, body: bytes, rev: str) -> str:
        async with self._alone:
            await self._same(caller, local_id, rev)
            content: dict[str, msgspec.Raw | str] = dict(msgspec.json.decode(body, type=dict[str, msgspec.Raw]))
            await self._server.ask("PUT", _path(caller, local_id), content | ({"_rev": rev} if rev else {}))
            put = await self.get(caller, local_id)
        if put is None:
            raise ConflictError(local_id)
        return put.rev

    async def delete(self, caller: str, local_id: str, rev: str) -> None:
        async with self._alone:
            if await self._same(caller, local_id, rev):
                await self._server.ask("DELETE", _path(caller, local_id), query={"rev": rev})

    async def ids(self, caller: str) -> list[str]:
        start = f"{_PREFIX}{_own(caller)}"
        bounds = {"startkey": start, "endkey": start + "\uffff"}
        query = {name: msgspec.json.encode(bound).decode() for name, bound in bounds.items()}
        rows = (await self._server.read(IdAnswers, "GET", "/_local_docs", **query)).rows
        return sorted(row.key.removeprefix(start) for row in rows if row.key.startswith(start))

    async def _same(self, caller: str, local_id: str, rev: str) -> bool:
        """Whether it is there; `ConflictError` when `rev` is not its revision."""
        present = await self.get(caller, local_id)
        if rev != (present.rev if present is not None else ""):
            raise ConflictError(local_id)
        return present is not None


def _own(caller: str) -> str:
    """The first slash ends the caller, whatever is in its name."""
    return f"mosaicfs.{quote(caller, safe='')}/"


def _path(caller: str, local_id: str) -> str:
    return local_path(_own(caller) + local_id)
