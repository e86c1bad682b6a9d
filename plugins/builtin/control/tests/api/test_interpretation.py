"""The sentence that says what a search was understood as."""

from __future__ import annotations

import pytest

from mosaicfs.model.search import Search, Word
from mosaicfs_control.rest.interpretation import interpretation


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        (Search(), "All files"),
        (Search(status=None), "All files that were ever known"),
        (Search(words=(Word("report"),)), "Names that contain “report”"),
        (
            Search(words=(Word("a"), Word("b", absent=True), Word("*.c", "glob"))),
            "Names that contain “a”, do not contain “b” and fit “*.c”",
        ),
        (
            Search(types=("image", "video"), nodes=("node-a",), extensions=("jpg",), mimes=("image/*",)),
            "All files, of type image or video, of MIME type image/*, ending in .jpg, on node-a",
        ),
        (Search(size_min=2048, size_max=1500), "All files, of 2 KiB or more, of 1,500 bytes or less"),
        (
            Search(mtime_after="2026-01-15T14:30:00.000000Z", mtime_before="2026-02-15T14:30:00.000000Z"),
            "All files, changed since 2026-01-15 14:30, changed before 2026-02-15 14:30",
        ),
        (
            Search(path_prefix="/a", parent="/a/b", status="deleted"),
            "All files that were ever known, below /a, directly in /a/b, deleted at their source",
        ),
        (Search(size_min=0), "All files, of 0 bytes or more"),
    ],
)
def test_it_says_what_must_hold(search: Search, sentence: str) -> None:
    assert interpretation(search) == sentence
