"""Digests that are kept: by file and version, over a restart, so many and no more, and never in anybody's way."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from structlog.testing import capture_logs

from mosaicfs.model.entry import Entry
from mosaicfs_control.file_bytes.digests import NAME, Digests, Known, open_digests

A, B = bytes(32), bytes(range(32))


def entry(number: int = 1, digest: str | None = None) -> Entry:
    return Entry(
        file_id=f"file::{number}", node_id="n", export_path="/a", name="a", size=1, mtime="2026-01-01", digest=digest
    )


async def test_a_digest_is_of_one_version_and_outlives_a_restart(tmp_path: Path) -> None:
    async with open_digests(tmp_path, lambda: 0.0) as digests:
        assert await digests.keep("file::1", '"a"', A, "stream") == Known(A, "1970-01-01T00:00:00Z", "stream")
        await digests.keep("file::1", '"b"', B, "source")
    async with open_digests(tmp_path) as digests:
        assert await digests.known(entry(), '"a"') == Known(A, "1970-01-01T00:00:00Z", "stream")
        assert (await digests.known(entry(), '"b"') or Known(A, "", "stream")).sha256 == B
        assert await digests.known(entry(), '"c"') is None
        assert await digests.known(entry(2), '"a"') is None


async def test_nothing_is_written_before_there_is_something_to_keep(tmp_path: Path) -> None:
    async with open_digests(tmp_path / "cache"):
        assert not (tmp_path / "cache").exists()


async def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    async with AsyncExitStack() as held:
        digests = Digests(tmp_path / NAME, held, most=3)
        for number in range(10):
            await digests.keep(f"file::{number}", '"a"', A, "stream")
        known = [number for number in range(10) if await digests.known(entry(number), '"a"')]
        assert known == [7, 8, 9]


async def test_what_cannot_be_kept_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"no database" * 1_000)
    with capture_logs() as logged:
        async with open_digests(tmp_path) as digests:
            assert (await digests.keep("file::1", '"a"', A, "stream")).sha256 == A
            assert await digests.known(entry(), '"a"') is not None
    assert [line["event"] for line in logged] == ["database begun anew"]


async def test_a_source_that_tells_is_believed_where_nobody_has_read(tmp_path: Path) -> None:
    async with open_digests(tmp_path) as digests:
        assert await digests.known(entry(digest=f"sha256:{B.hex()}"), '"a"') == Known(B, "2026-01-01", "plugin")
        for odd in ("md5:00", "sha256:00", "sha256:zz", "", None):
            assert await digests.known(entry(digest=odd), '"a"') is None
        await digests.keep("file::1", '"a"', A, "stream")
        assert (await digests.known(entry(digest=f"sha256:{B.hex()}"), '"a"') or Known(B, "", "plugin")).sha256 == A
