"""A store cut to a role: what is hidden looks like what was never there, and pages are full all the same."""

from __future__ import annotations

import trio
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.documents.scoped import ScopedStore
from mosaicfs.model.document import Document, Missing, MissingRevision, Wanted, Written
from mosaicfs.model.role import BROWSER, UPSTREAM, node_role
from mosaicfs.model.store import Find, IdRange
from mosaicfs_sdk.fakes.store import MemoryStore

NODE = node_role("node-a")

kinds = st.sampled_from(["widget", "label_rule", "credential"])
ids = st.sets(st.builds("{}::{}".format, kinds, st.integers(0, 20)), max_size=30)


async def filled(doc_ids: set[str]) -> MemoryStore:
    store = MemoryStore()
    docs = [Document(doc_id, "1-aa", b'{"n":1}', path=("aa",)) for doc_id in sorted(doc_ids)]
    await store.write(docs, writer=UPSTREAM, new_edits=False)
    return store


@given(ids, st.integers(1, 9), st.integers(0, 9), st.booleans())
def test_a_listing_skips_and_limits_among_what_is_visible(
    doc_ids: set[str], limit: int, skip: int, descending: bool
) -> None:
    async def run() -> None:
        scoped = ScopedStore(await filled(doc_ids), BROWSER)
        rows = await scoped.ids(IdRange(descending=descending), limit, skip=skip)
        visible = sorted((doc_id for doc_id in doc_ids if doc_id.startswith("label_rule")), reverse=descending)
        assert [row.id for row in rows] == visible[skip : skip + limit]

    trio.run(run)


async def test_a_hidden_document_is_missing_in_every_answer() -> None:
    scoped = ScopedStore(await filled({"credential::k", "widget::w"}), NODE)
    assert await scoped.get("credential::k") is None
    assert await scoped.get_many(["credential::k", "never", "credential::k"]) == [None, None, None]
    wanted = [Wanted("credential::k"), Wanted("widget::w"), Wanted("credential::k", ("1-aa",))]
    hidden, [shown], named = await scoped.open_revs(wanted)
    assert (hidden, named) == ([MissingRevision("credential::k", "")], [MissingRevision("credential::k", "1-aa")])
    assert shown.id == "widget::w"
    asked = {"credential::k": ["1-aa", "1-aa"], "widget::w": ["1-aa"]}
    assert await scoped.revs_diff(asked) == {"credential::k": Missing(("1-aa",))}
    assert [doc.id for doc in (await scoped.find(Find({}))).documents] == ["widget::w"]
    assert (await scoped.info()).live == 1


async def test_a_write_to_what_is_hidden_is_refused_whether_it_is_there_or_not() -> None:
    """A conflict would tell that it is there; the order of the others is kept."""
    scoped = ScopedStore(await filled({"credential::there"}), NODE)
    docs = [
        Document("credential::there", "", b'{"type":"credential"}'),
        Document("thing::a", "", b'{"node_id":"node-a","type":"thing"}'),
        Document("credential::not", "", b'{"type":"credential"}'),
    ]
    there, own, absent = await scoped.write(docs)
    assert (own.id, own.error) == ("thing::a", "")
    assert there == Written("credential::there", "", "forbidden", "node:node-a may not write credential::there")
    assert absent._replace(id=there.id, reason=there.reason) == there


async def test_local_documents_are_kept_apart_by_role() -> None:
    store = await filled(set())
    await ScopedStore(store, NODE).local_put("c", b"{}")
    assert await ScopedStore(store, node_role("node-b")).local_get("c") is None
    assert await ScopedStore(store, NODE).local_ids() == ["c"]
