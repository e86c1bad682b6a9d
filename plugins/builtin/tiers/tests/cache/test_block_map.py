"""The map of blocks beside a plain set of numbers."""

from __future__ import annotations

import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs_tiers.cache.block_map import BLOCK, BadMapError, BlockMap

TOTAL = 60
numbers = st.integers(0, TOTAL)
blocks = st.tuples(numbers, numbers)
additions = st.lists(blocks, max_size=30)


def built(added: list[tuple[int, int]]) -> tuple[BlockMap, set[int]]:
    here, plain = BlockMap(TOTAL), set[int]()
    for start, end in added:
        here.add(start, end)
        plain |= set(range(start, end))
    return here, plain


@given(additions, blocks)
def test_it_is_a_set_of_numbers(added: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    here, plain = built(added)
    start, end = asked
    assert {number for number in range(TOTAL) if here.has(number)} == plain
    assert here.has_all(start, end) == (set(range(start, end)) <= plain)
    assert here.count() == len(plain)
    assert here.complete() == (plain == set(range(TOTAL)))


@given(additions, blocks)
def test_what_is_missing_and_what_is_here_are_a_partition(added: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    here, plain = built(added)
    gaps = here.missing(*asked)
    lacking = [number for start, end in gaps for number in range(start, end)]
    assert lacking == sorted(set(range(*asked)) - plain)
    assert all(end < start for (_, end), (start, _) in pairwise(gaps))


@given(additions)
def test_intervals_are_sorted_and_do_not_touch(added: list[tuple[int, int]]) -> None:
    here, _ = built(added)
    flat = [number for interval in here.intervals() for number in interval]
    assert flat == sorted(set(flat))


@given(additions)
def test_what_is_stored_is_read_again(added: list[tuple[int, int]]) -> None:
    here, _ = built(added)
    assert BlockMap.decode(here.encode(), TOTAL) == here


@given(st.binary(max_size=64) | st.lists(st.integers(0, 9), max_size=8).map(lambda n: struct.pack(f"<{len(n)}Q", *n)))
def test_what_cannot_have_been_stored_is_refused(stored: bytes) -> None:
    try:
        found = BlockMap.decode(stored, 8)
    except BadMapError:
        return
    assert found.encode() == stored
    assert found.missing(0, 8) == BlockMap(8, found.intervals()).missing(0, 8)


@pytest.mark.parametrize("pairs", [[(2, 2)], [(3, 2)], [(4, 5), (0, 1)], [(0, 2), (2, 3)], [(0, 2), (1, 4)], [(0, 9)]])
def test_a_map_that_lies_is_refused(pairs: list[tuple[int, int]]) -> None:
    stored = b"".join(struct.pack("<QQ", *pair) for pair in pairs)
    with pytest.raises(BadMapError):
        BlockMap.decode(stored, 8)


def test_a_film_watched_in_two_places_is_32_bytes() -> None:
    here = BlockMap(40_000, [(0, 300), (2_700, 3_000)])
    assert len(here.encode()) == 32
    assert here.missing(290, 310) == [(300, 310)]
    here.add(300, 2_700)
    assert here.intervals() == [(0, 3_000)]


@given(additions, st.integers(1, 5))
def test_the_shortest_are_given_up_first(added: list[tuple[int, int]], most: int) -> None:
    here, _ = built(added)
    kept = here.longest(most)
    given_up = set(here.intervals()) - set(kept.intervals())
    assert len(kept) == min(most, len(here))
    assert all(end - start <= b - a for start, end in given_up for a, b in kept.intervals())


def test_the_last_block_counts_by_its_true_length() -> None:
    assert BlockMap(3, [(1, 3)]).bytes_of(2 * BLOCK + 5) == BLOCK + 5
    assert BlockMap(3, [(0, 2)]).bytes_of(2 * BLOCK + 5) == 2 * BLOCK


def test_a_file_without_bytes_is_complete() -> None:
    assert BlockMap(0).complete()
    assert not BlockMap(1).complete()
