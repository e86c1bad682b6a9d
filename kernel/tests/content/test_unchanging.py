"""What is kept of a file that is read where it lies is of one version, or it is not kept."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from kernel.tests.content.faulty import FaultyHandle, FaultyTier
from kernel.tests.content.test_opening import CONTENT, FILE, content_of
from mosaicfs.content.local import LocalContent
from mosaicfs.errors import EntryChangedError
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Handle, Offer


@dataclass(slots=True)
class MountedHandle(FaultyHandle):
    """Of a file that somebody writes to after `changes_after` reads."""

    changes_after: int = 1_000

    @property
    def differs(self) -> bool:
        return len(self.tier.reads) > self.changes_after


@dataclass(slots=True)
class MountedTier(FaultyTier):
    changes_after: int = 1_000

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        return MountedHandle(self, changes_after=self.changes_after)


@dataclass(slots=True)
class Keeping:
    """A keeper that remembers what it was given to keep."""

    name: str = "cache"
    cost: int = 200
    kept: list[bytes] = field(default_factory=list)

    async def offer(self, entry: Entry) -> Offer | None:
        return None

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        raise NotImplementedError

    async def keep(self, entry: Entry, source: Handle) -> Handle:
        return KeptHandle(self, source)

    def here(self, entry: Entry) -> int:
        return 0


@dataclass(slots=True)
class KeptHandle:
    keeping: Keeping
    source: Handle

    @property
    def size(self) -> int:
        return self.source.size

    @property
    def version(self) -> str | None:
        return self.source.version

    async def read(self, offset: int, length: int) -> bytes:
        found = await self.source.read(offset, length)
        self.keeping.kept.append(found)
        return found

    async def close(self) -> None:
        await self.source.close()


async def entry_in(content: LocalContent) -> Entry:
    opened = await content.open(FILE)
    await opened.close()
    return opened.entry


async def test_what_is_read_to_be_kept_goes_through_the_keeper_from_any_tier() -> None:
    keeping, mounted = Keeping(), MountedTier("mount", 300, CONTENT)
    content = await content_of([mounted, keeping])
    entry = await entry_in(content)
    opened = await content.open_to_keep(entry)
    assert await opened.read(3, 40) == CONTENT[3:43]
    await opened.close()
    assert keeping.kept == [CONTENT[3:43]]
    plain = await content.open(FILE)
    await plain.read(0, 1)
    await plain.close()
    assert len(keeping.kept) == 1


async def test_nothing_is_kept_of_a_read_in_which_the_file_changed() -> None:
    keeping, mounted = Keeping(), MountedTier("mount", 300, CONTENT, changes_after=1)
    content = await content_of([mounted, keeping])
    opened = await content.open_to_keep(await entry_in(content))
    await opened.read(0, 10)
    with pytest.raises(EntryChangedError):
        await opened.read(10, 10)
    await opened.close()
    assert keeping.kept == [CONTENT[:10]]


async def test_another_version_than_the_one_that_is_wanted_is_not_opened_to_keep() -> None:
    content = await content_of([MountedTier("mount", 300, CONTENT), Keeping()])
    entry = await entry_in(content)
    changed = {name: getattr(entry, name) for name in entry.__struct_fields__} | {"mtime": "2027-01-15T14:30:00Z"}
    with pytest.raises(EntryChangedError):
        await content.open_to_keep(Entry(**changed))
