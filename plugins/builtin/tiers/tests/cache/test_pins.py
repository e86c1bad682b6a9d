"""How many bytes are pinned is always what the entries of pinned files hold, whatever comes and goes in which order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import apsw
import trio
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.configuration import CacheSettings
from mosaicfs_sdk.fakes.told import FakeNotices
from mosaicfs_tiers.cache.data_files import DataFiles
from mosaicfs_tiers.cache.index import Index, delete_rows, put_row, row_in, rows_by_access
from mosaicfs_tiers.cache.new_rows import new_row
from mosaicfs_tiers.cache.pins import CachedPins
from mosaicfs_tiers.cache.room import Room
from plugins.builtin.tiers.tests.cache.sources import entry_named

FILES = [entry_named(number, 100 * number) for number in range(1, 5)]
Act = tuple[Literal["come", "grow", "go"], int] | tuple[Literal["pin"], list[Literal["", "wanted", "blocked"]]]
ACTS = st.one_of(
    st.tuples(st.sampled_from(["come", "grow", "go"]), st.integers(0, 3)),
    st.tuples(st.just("pin"), st.lists(st.sampled_from(["", "wanted", "blocked"]), min_size=4, max_size=4)),
)


@given(st.lists(ACTS, max_size=25))
def test_pinned_bytes_are_counted_right(acts: list[Act]) -> None:
    trio.run(_count_through, acts)


async def _count_through(acts: list[Act]) -> None:
    with TemporaryDirectory() as folder:
        index = Index(Path(folder, "index.db"))
        settings = CacheSettings(min_free_bytes=0)
        pins = CachedPins(index, Room(index, DataFiles(Path(folder)), lambda: settings, FakeNotices()))
        marks = [""] * 4
        for what, about in acts:
            if isinstance(about, list):
                marks = [*about]
                await pins.pin(_marked(marks, "wanted"), _marked(marks, "blocked"))
            else:
                await index.change(_change(what, about))
            wanted = {n for n in range(4) if marks[n] == "wanted"}
            rows = await index.change(lambda connection: rows_by_access(connection, ("", ""), 10))
            real = await index.change(_sizes)
            assert index.pinned_bytes() == sum(size for n, size in real.items() if n in wanted)
            assert {row.file_id for row in rows} == {FILES[n].file_id for n in real if n not in wanted}


def _marked(marks: list[str], mark: str) -> list[str]:
    return [entry.file_id for entry, each in zip(FILES, marks, strict=True) if each == mark]


def _change(what: str, number: int) -> Callable[[apsw.Connection], None]:
    key = FILES[number].file_id.removeprefix("file::")

    def change(connection: apsw.Connection) -> None:
        row = row_in(connection, key)
        if what == "come":
            put_row(connection, new_row(FILES[number], FILES[number].size, "2026-01-15T14:30:00Z"))
        elif row is not None and what == "go":
            delete_rows(connection, [row])
        elif row is not None:
            connection.execute("UPDATE cache_entries SET cached_bytes = cached_bytes + 7 WHERE cache_key = ?", (key,))

    return change


def _sizes(connection: apsw.Connection) -> dict[int, int]:
    rows = [row_in(connection, each.file_id.removeprefix("file::")) for each in FILES]
    return {number: row.cached_bytes for number, row in enumerate(rows) if row is not None}
