"""Documents that stay where they are: checkpoints, apart for each caller."""

from __future__ import annotations

import pytest

from mosaicfs.errors import ConflictError
from mosaicfs.model.document import LocalDocument
from mosaicfs.model.store import IdRange, Store
from mosaicfs_sdk.conformance.store.opened import OpenStore

BODY = b'{"history":[],"session_id":"\xc3\xa4"}'


class LocalDocumentTests(OpenStore):
    async def test_revisions_of_local_documents_are_counted(self, store: Store) -> None:
        assert await store.local_get("node:a", "x") is None
        assert await store.local_put("node:a", "x", BODY) == "0-1"
        assert await store.local_get("node:a", "x") == LocalDocument("x", "0-1", BODY)
        assert await store.local_put("node:a", "x", b"{}", "0-1") == "0-2"
        assert await store.local_get("node:a", "x") == LocalDocument("x", "0-2", b"{}")

    @pytest.mark.parametrize("rev", ["", "0-2", "0-9", "odd"])
    async def test_a_write_on_another_revision_is_a_conflict(self, store: Store, rev: str) -> None:
        await store.local_put("node:a", "x", BODY)
        with pytest.raises(ConflictError):
            await store.local_put("node:a", "x", b"{}", rev)
        with pytest.raises(ConflictError):
            await store.local_delete("node:a", "x", rev)
        assert await store.local_get("node:a", "x") == LocalDocument("x", "0-1", BODY)

    async def test_a_revision_of_what_is_not_there_is_a_conflict(self, store: Store) -> None:
        with pytest.raises(ConflictError):
            await store.local_put("node:a", "x", BODY, "0-1")
        with pytest.raises(ConflictError):
            await store.local_delete("node:a", "x", "0-1")

    async def test_a_deleted_one_is_gone_and_may_begin_again(self, store: Store) -> None:
        await store.local_put("node:a", "x", BODY)
        await store.local_delete("node:a", "x", "0-1")
        assert await store.local_get("node:a", "x") is None
        assert await store.local_put("node:a", "x", BODY) == "0-1"

    async def test_callers_never_see_what_others_keep(self, store: Store) -> None:
        await store.local_put("node:a", "x", BODY)
        await store.local_put("node:b", "x", b"{}")
        assert (await store.local_get("node:b", "x")) == LocalDocument("x", "0-1", b"{}")
        assert await store.local_get("node", "a:x") is None
        await store.local_delete("node:b", "x", "0-1")
        assert await store.local_get("node:a", "x") is not None

    async def test_a_caller_can_list_its_own(self, store: Store) -> None:
        for local_id in ("b", "a", "ü/~%"):
            await store.local_put("node:a", local_id, BODY)
        await store.local_put("node:b", "c", BODY)
        assert await store.local_ids("node:a") == ["a", "b", "ü/~%"]
        assert await store.local_ids("node:c") == []

    async def test_they_are_in_no_feed_and_no_listing(self, store: Store) -> None:
        await store.local_put("node:a", "x", BODY)
        assert (await store.changes("0", 10)).rows == []
        assert await store.ids(IdRange(), 10) == []
        assert (await store.info()).live == 0
