"""The content of a duty, and which files were read through it, written down now and then.

Telling of a read changes a set in memory and nothing else, so that no read waits for it. What was told since the last
writing is lost with a killed process; a clean stop writes it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from time import time

import structlog
import trio

from mosaicfs import wire
from mosaicfs.content.local import LocalContent
from mosaicfs.errors import MosaicError
from mosaicfs.model.access import Access
from mosaicfs.model.configuration import AccessTrackingSettings, Settings
from mosaicfs.model.document import Document
from mosaicfs.model.ids import CONTROL_PLANE, access_id
from mosaicfs.model.owner import Owner
from mosaicfs.model.plugin_info import Duty
from mosaicfs.model.role import CONTROL, Role, node_role
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock, instant, time_text
from mosaicfs.services.pinning.metered import Metered

BATCH = 1_000
MOST = 1_000_000
"""Files that wait to be written; a reader of more than these between two writings is not somebody who reads."""

FLUSH_S = 5.0
"""What is left to write at a stop must not keep a machine from going down."""

_MICRO = 1_000_000

_log = structlog.get_logger(component="access")


@dataclass(slots=True)
class Accesses:
    """`who` is the node that served, `control_plane` for what the control plane served; `writer` its role."""

    who: str
    writer: Role
    settings: Callable[[], AccessTrackingSettings]
    clock: Clock = time
    _seen: dict[str, float] = field(default_factory=dict)

    def record(self, file_id: str) -> None:
        if file_id in self._seen or len(self._seen) < MOST:
            self._seen[file_id] = self.clock()

    async def run(self, store: Store) -> None:
        while True:
            await trio.sleep(self.settings().flush_interval_s)
            await self.flush(store)

    async def flush(self, store: Store) -> None:
        """What cannot be written now is told again by the next read."""
        seen, self._seen = self._seen, {}
        told = iter(seen.items())
        while batch := list(islice(told, BATCH)):
            try:
                await self._write(store, batch)
            except MosaicError as error:
                _log.warning("accesses are not written down", files=len(batch), cause=str(error))

    async def _write(self, store: Store, batch: Sequence[tuple[str, float]]) -> None:
        ids = [access_id(file_id.removeprefix("file::")) for file_id, _ in batch]
        known = await store.get_many(ids)
        documents = list(self._due(batch, ids, known))
        if documents:
            # Who was quicker has written a time that is as good as ours.
            await store.write(documents, writer=self.writer)

    def _due(
        self, batch: Sequence[tuple[str, float]], ids: Sequence[str], known: Sequence[Document | None]
    ) -> Iterator[Document]:
        for (file_id, at), doc_id, found in zip(batch, ids, known, strict=True):
            before = wire.noun_in(found, Access)
            if before is not None and not self._is_old(before.last_access, at):
                continue
            access = Access(
                file_id=file_id,
                source=Owner(node_id=self.who),
                last_access=time_text(int(at * _MICRO)),
                access_count=1 if before is None else before.access_count + 1,
            )
            yield Document(doc_id, "" if found is None else found.rev, wire.encode(access))

    def _is_old(self, last_access: str, at: float) -> bool:
        """A time in the future counts as now."""
        return at - instant(last_access) / _MICRO >= self.settings().debounce_threshold_s


@asynccontextmanager
async def reading(
    store: Store, node_id: str, settings: Callable[[], Settings], duty: Duty
) -> AsyncIterator[LocalContent]:
    """What is read is written down in the name of this node; by a control plane, in its own."""
    is_control = duty == "server" and not settings().agent.control_plane_url
    who, writer = (CONTROL_PLANE, CONTROL) if is_control else (node_id, node_role(node_id))
    accesses = Accesses(who, writer, lambda: settings().access_tracking)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(accesses.run, store)
        try:
            yield LocalContent(store, node_id, accesses.record, metered=Metered().look)
        finally:
            nursery.cancel_scope.cancel()
            with trio.CancelScope(shield=True, deadline=trio.current_time() + FLUSH_S):
                await accesses.flush(store)
