"""What was pulled is passed over by the push, and only that."""

from collections.abc import Sequence

import pytest

from mosaicfs.model.document import ChangePage, ChangeRow, Document
from mosaicfs.model.role import CONTROL
from mosaicfs_sdk.fakes.store import MemoryStore
from mosaicfs_sync import LocalPeer
from mosaicfs_sync import foreign as module
from mosaicfs_sync.foreign import Foreign

NODE = "node-desk"
REV = "1-0123456789abcdef0123456789abcdef"


class ReadStore(MemoryStore):
    """Counts the pages that were read with bodies."""

    def __init__(self) -> None:
        super().__init__()
        self.with_bodies = 0

    async def changes(self, since: str, limit: int, *, descending: bool = False, bodies: bool = False) -> ChangePage:
        self.with_bodies += bodies
        return await super().changes(since, limit, descending=descending, bodies=bodies)


def note(name: str, owner: str) -> Document:
    return Document(f"note::{name}", REV, b'{"node_id":"%s","type":"note"}' % owner.encode())


def is_own(row: ChangeRow) -> bool:
    assert row.document is not None
    return NODE.encode() in row.document.body


async def given_out(peer: LocalPeer, since: str = "0") -> Sequence[str]:
    return [row.id for row in (await peer.changes(since, 100, wait=False)).rows]


async def test_pages_of_what_was_pulled_are_not_read_again() -> None:
    store, foreign = ReadStore(), Foreign(NODE)
    await LocalPeer(store, foreign=foreign).write([note(f"{n}", "node-nas") for n in range(500)])
    push = LocalPeer(store, chosen=is_own, foreign=foreign)
    page = await push.changes("0", 100, wait=False)
    assert (page.rows, page.last_seq) == ([], (await store.info()).update_seq)
    assert store.with_bodies <= 1  # the empty one at the end


async def test_what_is_ours_is_given_out_wherever_it_came_from() -> None:
    store, foreign = ReadStore(), Foreign(NODE)
    pull = LocalPeer(store, foreign=foreign)
    await pull.write([note("a", "node-nas"), note("b", NODE), note("c", "node-nas")])
    await store.write([Document("note::d", "", b'{"node_id":"node-desk","type":"note"}')], writer=CONTROL)
    assert await given_out(LocalPeer(store, chosen=is_own, foreign=foreign)) == ["note::b", "note::d"]


async def test_what_is_ours_is_given_out_although_all_of_the_page_was_pulled() -> None:
    store, foreign = ReadStore(), Foreign(NODE)
    await LocalPeer(store, foreign=foreign).write([note("a", "node-nas"), note("b", NODE)])
    assert await given_out(LocalPeer(store, chosen=is_own, foreign=foreign)) == ["note::b"]


async def test_a_later_edit_of_a_pulled_document_is_looked_at() -> None:
    store, foreign = ReadStore(), Foreign(NODE)
    await LocalPeer(store, foreign=foreign).write([note("a", "node-nas")])
    await store.write([Document("note::a", REV, b'{"node_id":"node-desk","type":"note"}')], writer=CONTROL)
    assert await given_out(LocalPeer(store, chosen=is_own, foreign=foreign)) == ["note::a"]


def test_a_document_with_another_leaf_is_not_known() -> None:
    foreign = Foreign(NODE)
    foreign.note([note("a", "node-nas")])
    assert foreign.knows(ChangeRow("1", "note::a", (REV,), False, None))
    assert not foreign.knows(ChangeRow("1", "note::a", (REV, "1-other"), False, None))
    assert not foreign.knows(ChangeRow("1", "note::a", ("2-other",), False, None))


def test_the_oldest_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    foreign = Foreign(NODE)
    for name in ("a", "b", "a", "c"):
        foreign.note([note(name, "node-nas")])
    known = [name for name in "abc" if foreign.knows(ChangeRow("1", f"note::{name}", (REV,), False, None))]
    assert known == ["a", "c"]
