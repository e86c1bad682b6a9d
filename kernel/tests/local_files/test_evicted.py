"""A size without blocks is a name without bytes; an empty file is just empty."""

from __future__ import annotations

import os
from pathlib import Path

from mosaicfs.local_files.evicted import icloud_stub, is_evicted


def test_a_size_without_blocks_is_evicted_and_an_empty_file_is_not(tmp_path: Path) -> None:
    hole, empty, full = (tmp_path / name for name in ("hole", "empty", "full"))
    for path, content in ((hole, b""), (empty, b""), (full, b"x" * 8192)):
        with path.open("wb") as file:
            file.write(content)
            os.fsync(file.fileno())
    os.truncate(hole, 5_000_000)
    assert [is_evicted(path.stat()) for path in (hole, empty, full)] == [True, False, False]
    assert not is_evicted(tmp_path.stat())


def test_icloud_leaves_a_stub_beside() -> None:
    assert icloud_stub("/a/b.pdf") == "/a/.b.pdf.icloud"
    assert icloud_stub("b.pdf") == ".b.pdf.icloud"
