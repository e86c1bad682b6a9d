"""What every plugin that keeps copies must do, wherever it keeps them.

class TestTarget(TargetConformance):
    plugin = plugin

    @pytest.fixture
    def place(self, tmp_path: Path) -> TargetPlace: ...
"""

from __future__ import annotations

from contextlib import aclosing
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import pytest

from mosaicfs import PluginHost
from mosaicfs.errors import AskOwnerError, EntryChangedError, EntryGoneError, TryLaterError
from mosaicfs.model.entry import Span
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.target import CopyFacts, Kept, Stored, Target
from mosaicfs_sdk.conformance.materialize import CONTENT, SPANS
from mosaicfs_sdk.conformance.suite import Suite

FILE_ID = "file::0195c1de-0000-7000-8000-000000000003"
KEY = "01/0195c1de-0000-7000-8000-000000000003/20260115T143000.123456Z-10240/a report.pdf"
KEYS = [KEY, "01/ünï.txt", "02/a", "02/ab/c", "02/b"]


class TargetPlace(Protocol):
    """The other side of the plugin."""

    @property
    def target(self) -> StorageBackend: ...

    def break_off(self) -> None:
        """From now on whatever is sent there breaks off in the middle, until `mend`."""

    def refuse(self) -> None:
        """From now on the credential is not taken, until `mend`."""

    def mend(self) -> None: ...


class Counting:
    """A rate that is never reached, and what was asked of it."""

    def __init__(self) -> None:
        self.waited_for = 0

    async def wait_for(self, size: int) -> None:
        assert size > 0
        self.waited_for += size


class TargetConformance(Suite):
    """The fixture `place` is a place without copies."""

    hook = "replicate"

    @pytest.fixture
    def place(self) -> TargetPlace:
        raise NotImplementedError("a subclass says where copies are kept")

    @pytest.fixture
    async def kept(self, host: PluginHost, place: TargetPlace) -> Target:
        found = await host.hooks.replicate(place.target)
        assert found is not None, "the plugin says that the target is not its own"
        return found

    @pytest.mark.parametrize("span", SPANS.values(), ids=SPANS)
    async def test_what_is_put_is_got_back(self, kept: Target, tmp_path: Path, span: Span) -> None:
        stored = await put(kept, KEY, CONTENT, tmp_path)
        assert stored == Stored(KEY, len(CONTENT), f"sha256:{sha256(CONTENT).hexdigest()}")
        end = None if span.length is None else span.offset + span.length
        assert await get(kept, KEY, span) == CONTENT[span.offset : end]

    async def test_an_empty_file_is_kept(self, kept: Target, tmp_path: Path) -> None:
        await put(kept, KEY, b"", tmp_path)
        assert await get(kept, KEY) == b""
        assert size_of(await kept.stat(KEY)) == 0

    async def test_another_file_under_a_key_takes_the_place_of_the_first(self, kept: Target, tmp_path: Path) -> None:
        await put(kept, KEY, CONTENT, tmp_path)
        await put(kept, KEY, CONTENT[:-1], tmp_path)
        assert await get(kept, KEY) == CONTENT[:-1]

    @pytest.mark.parametrize("content", [CONTENT[::-1], CONTENT[:-1], CONTENT + b"!"], ids=["same", "less", "more"])
    async def test_a_file_that_changed_since_it_was_measured_is_not_kept(
        self, kept: Target, tmp_path: Path, content: bytes
    ) -> None:
        with pytest.raises(EntryChangedError):
            await put(kept, KEY, content, tmp_path, measured=CONTENT)
        assert await kept.stat(KEY) is None

    async def test_half_a_copy_is_never_seen_and_the_next_try_makes_it_whole(
        self, kept: Target, place: TargetPlace, tmp_path: Path
    ) -> None:
        place.break_off()
        with pytest.raises(TryLaterError):
            await put(kept, KEY, CONTENT, tmp_path)
        place.mend()
        assert await kept.stat(KEY) is None
        assert await keys(kept, "") == []
        await put(kept, KEY, CONTENT, tmp_path)
        assert await get(kept, KEY) == CONTENT

    async def test_deleting_twice_is_fine(self, kept: Target, tmp_path: Path) -> None:
        await put(kept, KEY, CONTENT, tmp_path)
        assert [await kept.delete(KEY), await kept.delete(KEY)] == [True, True]
        assert await kept.stat(KEY) is None
        with pytest.raises(EntryGoneError):
            await get(kept, KEY)

    async def test_a_listing_is_complete(self, kept: Target, tmp_path: Path) -> None:
        assert await keys(kept, "") == []
        for key in KEYS:
            await put(kept, key, key.encode(), tmp_path)
        assert await keys(kept, "") == sorted(KEYS)
        assert await keys(kept, "02/") == ["02/a", "02/ab/c", "02/b"]
        assert {key: size_of(await kept.stat(key)) for key in KEYS} == {key: len(key.encode()) for key in KEYS}

    async def test_every_byte_waits_for_the_rate(self, kept: Target, tmp_path: Path) -> None:
        limiter = Counting()
        await put(kept, KEY, CONTENT, tmp_path, limiter=limiter)
        assert limiter.waited_for >= len(CONTENT)

    async def test_a_bad_credential_is_told(self, kept: Target, place: TargetPlace, tmp_path: Path) -> None:
        assert (await kept.check()).status == "ok"
        place.refuse()
        with pytest.raises(AskOwnerError):
            await put(kept, KEY, CONTENT, tmp_path)
        with pytest.raises(AskOwnerError):
            await kept.list("", None)

    async def test_the_target_of_another_is_left_alone(self, host: PluginHost) -> None:
        foreign = StorageBackend(
            name="foreign",
            backend="conformance-nobody",
            mode="target",
            enabled=True,
            created_at="2026-01-15T14:30:00Z",
        )
        assert await host.hooks.replicate(foreign) is None


async def put(
    kept: Target,
    key: str,
    content: bytes,
    folder: Path,
    *,
    measured: bytes | None = None,
    limiter: Counting | None = None,
) -> Stored:
    """`measured` is what the file held when its size and digest were taken."""
    path = folder / "to be copied"
    path.write_bytes(content)
    known = content if measured is None else measured
    facts = CopyFacts(
        file_id=FILE_ID,
        size=len(known),
        mtime="2026-01-15T14:30:00.123456Z",
        sha256=sha256(known).hexdigest(),
        limiter=limiter or Counting(),
    )
    return await kept.put(key, path, facts)


async def get(kept: Target, key: str, span: Span | None = None) -> bytes:
    async with aclosing(await kept.get(key, span or Span())) as stream:
        return b"".join([piece async for piece in stream])


async def keys(kept: Target, prefix: str) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        page = await kept.list(prefix, cursor)
        found += [each.remote_key for each in page.entries]
        if (cursor := page.cursor) is None:
            return sorted(found)


def size_of(kept: Kept | None) -> int | None:
    return kept.size if kept else None
