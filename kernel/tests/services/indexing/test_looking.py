"""Looking once more, before a person's word ends files."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.services.indexing.looking import still_there
from mosaicfs_sdk.fakes.disk import DISK


async def test_what_can_be_looked_at_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    asked = [str(tmp_path / name) for name in ("a.txt", "b.txt", "a.txt/c.txt", "dangling")]
    assert await still_there(replace(DISK, prefix=str(tmp_path)), asked) == {asked[0], asked[3]}


async def test_a_folder_that_is_away_ends_nothing(tmp_path: Path) -> None:
    away = replace(DISK, prefix=str(tmp_path / "unmounted"))
    with pytest.raises(SourceUnavailableError, match="unmounted"):
        await still_there(away, [f"{away.prefix}/a.txt"])


async def test_a_backend_is_not_looked_at() -> None:
    assert await still_there(replace(DISK, backend="s3"), ["/bucket/a"]) == set()
