"""What a pin would mean for a node, from the index and known states alone: no source is woken, no file is opened."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from mosaicfs.model.entry import Entry, entry_of
from mosaicfs.model.file import File
from mosaicfs.model.filling import PinnedFile, is_own, share_of
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.node import Node
from mosaicfs.model.pin import PinScope
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.routing import Call

_AT_ONCE = 500
_REACHABLE = ("online", "degraded")


class PinPreview(Struct, frozen=True, kw_only=True):
    """`to_fetch_bytes` are within the budget, `over_budget_bytes` would be blocked.

    What lies in the file cache of a node is known on that node alone; for any other it counts as still to be fetched.
    """

    files: int
    bytes: int
    already_here_bytes: int
    to_fetch_bytes: int
    over_budget_bytes: int
    unreachable_files: int
    by_tier: dict[str, int]


async def preview_of(call: Call, node_id: str, scope: PinScope, budget_bytes: int) -> PinPreview:
    entries = await _entries(call, await call.kernel.tree.within(scope))
    pinned = [PinnedFile(each.file_id, each.size, is_own(each, node_id)) for each in entries.values()]
    share = share_of("", budget_bytes, pinned)
    here = {file.file_id: _here(call, entries[file.file_id], file, node_id) for file in pinned}
    reachable = await _reachable(call, sorted({each.node_id for each in entries.values()}))
    missing = [file for file in share.taken if here[file.file_id] < file.size]
    away = [file for file in missing if entries[file.file_id].node_id not in reachable]
    gone = {file.file_id for file in away}
    cached = sum(here[file.file_id] for file in share.taken if not file.is_own)
    tiers = {
        "local": sum(file.size for file in share.taken if file.is_own),
        "cache": cached,
        "peer": sum(file.size - here[file.file_id] for file in missing if file.file_id not in gone),
    }
    return PinPreview(
        files=len(pinned),
        bytes=sum(file.size for file in pinned),
        already_here_bytes=sum(here.values()),
        to_fetch_bytes=sum(file.size - here[file.file_id] for file in missing),
        over_budget_bytes=sum(file.size for file in share.blocked),
        unreachable_files=len(away),
        by_tier={name: size for name, size in tiers.items() if size},
    )


async def _entries(call: Call, file_ids: Sequence[str]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for start in range(0, len(file_ids), _AT_ONCE):
        for document in await call.store.get_many(file_ids[start : start + _AT_ONCE]):
            file = noun_of(document, File)
            if document is not None and file is not None and file.status == "active":
                found[document.id] = entry_of(document.id, file)
    return found


def _here(call: Call, entry: Entry, file: PinnedFile, node_id: str) -> int:
    if file.is_own:
        return file.size
    is_cached_here = node_id == call.kernel.node_id != entry.node_id
    return min(file.size, call.kernel.content.here(entry)) if is_cached_here else 0


async def _reachable(call: Call, node_ids: Sequence[str]) -> set[str]:
    documents = await call.store.get_many([node_doc_id(each) for each in node_ids])
    nodes = [noun_of(document, Node) for document in documents]
    return {node.node_id for node in nodes if node is not None and node.status in _REACHABLE}
