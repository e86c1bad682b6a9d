"""Small files beside those that are opened in order come ahead of whoever opens them, and no others."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import pytest
import trio
import trio.testing

from mosaicfs.errors import NotShownError
from mosaicfs.model.content import Content
from mosaicfs.model.tree import Listing, Shown, Tree
from mosaicfs_mount.siblings import AFTER, BYTES, FILES, MOST_OF_ONE, MOST_TIMES, Siblings

SMALL = 20_480
DIRECTORY = "/shared"


def shown(number: int, size: int = SMALL) -> Shown:
    name = f"note {number:05}.txt"
    return Shown(name=name, kind="file", inode=1_000 + number, origin="mount", size=size, file_id=f"file::{number}")


@dataclass
class ATree:
    files: Sequence[Shown]
    asked: int = 0

    async def listing(self, path: str) -> Listing:
        await trio.lowlevel.checkpoint()
        self.asked += 1
        if path != DIRECTORY:
            raise NotShownError(path)
        return Listing(path=path, inode=2_000, directory=None, entries=tuple(self.files))


@dataclass
class Fetching:
    """`asked` are the files of each time; `hold` keeps them on their way."""

    asked: list[list[str]] = field(default_factory=list)
    hold: trio.Event | None = None

    async def bring_ahead(self, file_ids: Sequence[str]) -> Collection[str]:
        self.asked.append(list(file_ids))
        await trio.lowlevel.checkpoint()
        if self.hold is not None:
            await self.hold.wait()
        return file_ids

    @property
    def all(self) -> list[str]:
        return [each for some in self.asked for each in some]


@asynccontextmanager
async def siblings_of(files: Sequence[Shown]) -> AsyncIterator[tuple[Siblings, Fetching, ATree]]:
    fetching, tree = Fetching(), ATree(files)
    siblings = Siblings(cast("Tree", tree), cast("Content", fetching))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(siblings.run)
        yield siblings, fetching, tree
        nursery.cancel_scope.cancel()


async def opening(siblings: Siblings, numbers: Sequence[int], directory: str = DIRECTORY) -> None:
    for number in numbers:
        siblings.opened(directory, f"file::{number}")
        await trio.testing.wait_all_tasks_blocked()


async def test_who_opens_files_in_order_gets_those_that_follow() -> None:
    async with siblings_of([shown(number) for number in range(400)]) as (siblings, fetching, tree):
        await opening(siblings, range(2 * AFTER))
        assert fetching.all[0] == f"file::{2 * AFTER}"
        assert len(fetching.all) == FILES
        await opening(siblings, range(2 * AFTER, 400))
        assert sorted(fetching.all) == sorted({f"file::{number}" for number in range(2 * AFTER, 400)})
        assert tree.asked == 1


async def test_who_goes_on_gets_more_at_once() -> None:
    async with siblings_of([shown(number) for number in range(2_000)]) as (siblings, fetching, _):
        await opening(siblings, range(700))
        most = MOST_TIMES * FILES
        assert [len(some) for some in fetching.asked[:4]] == [FILES, 2 * FILES, most, most]
        await opening(siblings, range(1_900, 1_900 + 2 * AFTER))
        assert len(fetching.asked[-1]) <= FILES


async def test_who_opens_a_few_at_once_is_in_order_too() -> None:
    order = [number + shift for number in range(0, 40, 4) for shift in (2, 0, 3, 1)]
    async with siblings_of([shown(number) for number in range(400)]) as (siblings, fetching, _):
        await opening(siblings, order)
        assert len(fetching.all) == len(set(fetching.all)) >= FILES


@pytest.mark.parametrize("order", [[5, 300, 20, 250, 60, 200, 90, 390], [7, 7], [0, 1]])
async def test_who_opens_here_and_there_gets_nothing(order: list[int]) -> None:
    async with siblings_of([shown(number) for number in range(400)]) as (siblings, fetching, _):
        await opening(siblings, order)
        assert fetching.all == []


async def test_nothing_more_is_asked_for_when_the_pattern_stops() -> None:
    async with siblings_of([shown(number) for number in range(2_000)]) as (siblings, fetching, _):
        await opening(siblings, range(2 * AFTER))
        asked = len(fetching.all)
        await opening(siblings, [1_900, 40, 1_700, 600])
        await opening(siblings, [1], "/elsewhere")
        assert len(fetching.all) == asked == FILES


async def test_no_more_is_ahead_than_may_be() -> None:
    large = MOST_OF_ONE // 2
    async with siblings_of([shown(number, large) for number in range(100)]) as (siblings, fetching, _):
        await opening(siblings, range(2 * AFTER))
        assert len(fetching.asked[0]) == BYTES // large


async def test_large_files_are_left_out() -> None:
    files = [shown(number, SMALL if number % 2 else MOST_OF_ONE + 1) for number in range(100)]
    async with siblings_of(files) as (siblings, fetching, _):
        await opening(siblings, range(2 * AFTER))
        assert fetching.all
        assert all(int(each.removeprefix("file::")) % 2 for each in fetching.all)


async def test_a_directory_that_is_gone_fails_nobody() -> None:
    async with siblings_of([]) as (siblings, fetching, _):
        await opening(siblings, range(20), "/gone")
        assert fetching.all == []


async def test_what_came_counts_as_elsewhere_until_it_is_opened() -> None:
    async with siblings_of([shown(number) for number in range(400)]) as (siblings, fetching, _):
        await opening(siblings, range(2 * AFTER))
        assert set(siblings.unopened) == set(fetching.all)
        siblings.opened(DIRECTORY, fetching.all[0])
        assert set(siblings.unopened) == set(fetching.all[1:])
