"""What time takes away: snapshots of disks that are old, and files that were deleted long ago.

How long each is kept is said by the settings of the instance. A snapshot is dropped without a word by everybody who has
it; a deleted file becomes a tombstone, which only the control plane may write, and which every replica then follows.
"""

from __future__ import annotations

from time import time
from typing import NoReturn

import structlog
import trio

from mosaicfs import wire
from mosaicfs.documents.ownership import owner_of
from mosaicfs.errors import MosaicError
from mosaicfs.model.document import Document
from mosaicfs.model.ids import SETTINGS_ID, kind_of, pair_of, prefix_of, tail_of
from mosaicfs.model.json import JsonObject
from mosaicfs.model.questions import DocumentsOfFile, FilesDeletedBefore, Key
from mosaicfs.model.role import CONTROL
from mosaicfs.model.settings import Settings
from mosaicfs.model.store import IdRange, Store
from mosaicfs.model.times import Clock, hour_text, time_text

FIRST_S = 300.0
BETWEEN_S = 3_600.0
PAGE = 500

_DAY_S = 86_400
_KEPT_FOR = frozenset({"label_assignment", "replica"})
"""What a person made, or a copy that still exists, keeps the document of its file."""

_log = structlog.get_logger(component="expiring")


async def expire(store: Store, *, as_control: bool, clock: Clock = time) -> NoReturn:
    """Until cancelled: once an hour, and not while a start has better things to do."""
    await trio.sleep(FIRST_S)
    while True:
        try:
            await expire_once(store, as_control=as_control, clock=clock)
        except MosaicError as trouble:
            _log.info("what is old stays until the store answers", cause=str(trouble))
        await trio.sleep(BETWEEN_S)


async def expire_once(store: Store, *, as_control: bool, clock: Clock = time) -> None:
    settings = await _settings(store)
    if days := settings.utilization_retention_days:
        dropped = await drop_snapshots(store, _ago(days, clock))
        _tell("snapshots of disks were dropped", dropped)
    if as_control and (days := settings.deleted_files_retention_days):
        pruned = await prune_files(store, _ago(days, clock))
        _tell("files that were deleted long ago were pruned", pruned)


async def drop_snapshots(store: Store, before: str) -> int:
    """Of all nodes, made in an hour before that time. How many there were."""
    first_kept, prefix, dropped = hour_text(before), prefix_of("utilization_snapshot"), 0
    start = prefix
    while True:
        rows = await store.ids(IdRange(start, f"{prefix}{chr(0x10FFFF)}"), PAGE)
        for row in rows:
            if pair_of(row.id).second < first_kept:
                await store.drop(row.id)
                dropped += 1
        if len(rows) < PAGE:
            return dropped
        start = f"{rows[-1].id}\0"


async def prune_files(store: Store, before: str) -> int:
    """Deleted before that time, and nothing of theirs is worth keeping. A file that came back meanwhile stays."""
    pruned = 0
    after: Key | None = None
    while True:
        page = await store.ask(FilesDeletedBefore(before), after=after, limit=PAGE)
        forgettable = [document for document in page.documents if not await _is_held(store, document)]
        rows = await store.write([tombstone(each) for each in forgettable], writer=CONTROL)
        pruned += sum(not row.error for row in rows)
        after = page.next
        if after is None:
            return pruned


def tombstone(document: Document) -> Document:
    """Of that revision. It keeps its type and its owner, who is asked for them when nobody can read the rest."""
    kind, owner = kind_of(document.id), owner_of(document)
    source: JsonObject = {"source": {"node_id": owner}} if owner else {}
    body = wire.canonical({"type": kind, **source} if kind else source)
    return Document(document.id, document.rev, body, deleted=True)


async def _is_held(store: Store, document: Document) -> bool:
    hangs = await store.ask(DocumentsOfFile(tail_of(document.id)))
    return any(kind_of(each.id) in _KEPT_FOR for each in hangs.documents)


async def _settings(store: Store) -> Settings:
    document = await store.get(SETTINGS_ID)
    if document is None or document.deleted:
        return Settings()
    found = wire.decode(document.id, document.body)
    return found if isinstance(found, Settings) else Settings()


def _ago(days: int, clock: Clock) -> str:
    return time_text(int((clock() - days * _DAY_S) * 1_000_000))


def _tell(event: str, count: int) -> None:
    if count:
        _log.info(event, documents=count)
