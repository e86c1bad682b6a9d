"""Rows that are packed by columns are the rows that are packed one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.filing import FolderFiles
from mosaicfs_mount import packing

VALID, REST = b"v" * 32, b"r" * 28
NAMES = st.binary(min_size=1, max_size=255)
FACTS = st.tuples(
    st.integers(1, 2**64 - 1), st.integers(0, 2**63), st.integers(-(2**33), 2**33), st.integers(0, 999_999_999)
)
FILES = st.lists(st.tuples(NAMES, FACTS), max_size=20)


def columns(files: list[tuple[bytes, tuple[int, int, int, int]]]) -> FolderFiles:
    facts = [list(each) for each in zip(*[facts for _, facts in files], strict=True)] or [[], [], [], []]
    return FolderFiles("/", [], [], *facts)


@given(files=FILES, first=st.integers(1, 2**40), following=st.integers(1, 2**40))
def test_the_same_is_packed_of_many_as_of_one(
    files: list[tuple[bytes, tuple[int, int, int, int]]], first: int, following: int
) -> None:
    one_by_one = [
        packing.file_row(first + at, VALID, inode, size, second * 10**9 + ns, REST, following + at, name)
        for at, (name, (inode, size, second, ns)) in enumerate(files)
    ]
    names = [name for name, _ in files]
    assert packing.file_rows(first, VALID, columns(files), REST, following, names) == one_by_one


@given(files=FILES, room=st.integers(0, 4_000))
def test_as_many_fit_as_there_is_room_for(files: list[tuple[bytes, tuple[int, int, int, int]]], room: int) -> None:
    rows = packing.file_rows(1, VALID, columns(files), REST, 1, [name for name, _ in files])
    fitting = packing.fitting(rows, room)
    assert fitting <= packing.most_in(room)
    assert len(b"".join(rows[:fitting])) <= room
    assert fitting == len(rows) or len(b"".join(rows[: fitting + 1])) > room
