"""What a store does beside its readers and writers ends nobody when the database is held by others for too long."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NoReturn

import apsw
import pytest
import trio

from mosaicfs.documents.sqlite import SqliteStore, facts, open_store, upkeep
from mosaicfs.documents.sqlite import store as sqlite_store
from mosaicfs.documents.sqlite.opening import speaking_sqlite
from mosaicfs.errors import StoreBusyError
from mosaicfs.model.document import Document
from mosaicfs.model.role import UPSTREAM


async def test_a_store_that_is_held_goes_on_and_looks_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: Counter[str] = Counter()
    twice = trio.Event()

    def busy(part: str) -> NoReturn:
        tried[part] += 1
        if min(tried["look"], tried["list"]) == 2:
            twice.set()
        raise StoreBusyError(10.0)

    async def look(_: SqliteStore, *, deep: bool = False) -> NoReturn:
        assert deep
        busy("look")

    monkeypatch.setattr(sqlite_store, "AFTER_TROUBLE_S", 0.01)
    monkeypatch.setattr(upkeep, "long_unseen", lambda _: True)
    monkeypatch.setattr(SqliteStore, "check", look)
    monkeypatch.setattr(facts, "unlisted", lambda _: busy("list"))
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        with trio.fail_after(30):
            await twice.wait()
        note = Document("note::1", "1-a", b'{"type":"note"}')
        await store.write([note], writer=UPSTREAM, new_edits=False)
        assert await store.get("note::1") is not None


def test_a_race_for_the_log_is_tried_later(tmp_path: Path) -> None:
    with pytest.raises(StoreBusyError), speaking_sqlite(tmp_path / "mosaicfs.db"):
        raise apsw.ProtocolError
