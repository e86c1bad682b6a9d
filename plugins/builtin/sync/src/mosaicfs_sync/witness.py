"""Notices that a server was put back to an earlier state while we were connected to it.

Somebody restored it, or put a copy of its files in their place. What was sent since the copy is gone there, and a
replication that is under way would never look back. The server's own checkpoint tells: it lies in the same store, so it
is not the one that we wrote last. What follows is decided by who carries: a new replication begins where both agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
import trio

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.document import ChangePage, Document, Missing, Wanted, Written
from mosaicfs.model.replication import Fetched, PeerInfo
from mosaicfs_sync.peers import Peer


class Mark(msgspec.Struct, frozen=True):
    """How far a checkpoint says that one run came."""

    session_id: str = ""
    source_last_seq: str = ""


NEVER = Mark()


class Witness:
    """The server in one replication. `info` is asked whenever it may have been exchanged, so that is when it looks.

    Once it was put back, `on_put_back` is called, nothing further is answered, and no checkpoint is written.
    """

    def __init__(self, server: Peer, on_put_back: Callable[[], None]) -> None:
        self._server = server
        self._on_put_back = on_put_back
        self._epoch: str | None = None
        self._local_id = ""
        self._expected = {NEVER}
        """More than one while nobody knows whether the last checkpoint arrived."""
        self.is_put_back = False

    def distrust(self) -> None:
        """Somebody else has seen that it was put back."""
        self.is_put_back = True

    async def info(self) -> PeerInfo:
        info = await self._server.info()
        if await self._was_put_back(info):
            self.distrust()
            self._on_put_back()
            await trio.sleep_forever()
        return info

    async def changes(self, since: str, limit: int, *, wait: bool, bodies: bool = False) -> ChangePage:
        return await self._server.changes(since, limit, wait=wait, bodies=bodies)

    async def revs_diff(self, asked: Mapping[str, Sequence[str]]) -> Mapping[str, Missing]:
        return await self._server.revs_diff(asked)

    async def fetch(self, wanted: Sequence[Wanted]) -> Fetched:
        return await self._server.fetch(wanted)

    async def write(self, documents: Sequence[Document]) -> Sequence[Written]:
        return await self._server.write(documents)

    async def local_get(self, local_id: str) -> bytes | None:
        body = await self._server.local_get(local_id)
        self._local_id, self._expected = local_id, {_mark(body)}
        return body

    async def local_put(self, local_id: str, body: bytes) -> None:
        """What it says would hide what was lost."""
        if self.is_put_back:
            raise SourceUnavailableError("The server", "it was put back to an earlier state")
        self._expected.add(_mark(body))
        await self._server.local_put(local_id, body)
        self._local_id, self._expected = local_id, {_mark(body)}

    async def _was_put_back(self, info: PeerInfo) -> bool:
        epoch, self._epoch = self._epoch, info.epoch
        if epoch not in (None, info.epoch):
            return True
        if not self._local_id:
            return False
        before = set(self._expected)
        return _mark(await self._server.local_get(self._local_id)) not in before | self._expected


def _mark(body: bytes | None) -> Mark:
    """One that cannot be read is as good as none."""
    try:
        return NEVER if body is None else msgspec.json.decode(body, type=Mark)
    except msgspec.DecodeError:
        return NEVER
