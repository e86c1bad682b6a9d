"""Who reads only a little of a file has nothing kept or fetched beyond it."""

from __future__ import annotations

import pytest

from kernel.tests.content.faulty import FaultyTier
from kernel.tests.content.test_opening import CONTENT, FILE, Keeping, content_of
from mosaicfs.model.entry import Entry


async def test_what_is_read_briefly_is_asked_of_its_source_alone() -> None:
    keeper = Keeping("cache", 200, CONTENT, "refuse_open")
    far = FaultyTier("peer", 600, CONTENT, worth_keeping=True)
    content = await content_of([keeper, far])
    opened = await content.open(FILE, brief=True)
    assert await opened.read(3, 4) == CONTENT[3:7]
    await opened.close()
    assert not hasattr(keeper, "kept")
    assert (far.opened, far.closed) == (1, 1)


class Telling(Keeping):
    """A keeper that knows what is on its way."""

    def fetching(self, entry: Entry) -> bool:
        return entry.file_id == FILE


@pytest.mark.parametrize(("keeper", "knows"), [(Telling, True), (Keeping, False), (FaultyTier, False)])
async def test_what_is_on_its_way_is_asked_of_the_keeper_if_it_knows(keeper: type[FaultyTier], knows: bool) -> None:
    content = await content_of([keeper("cache", 200, CONTENT)])
    opened = await content.open(FILE)
    assert content.fetching(opened.entry) is knows
    await opened.close()
