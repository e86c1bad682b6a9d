"""The table of file types: the first that fits."""

from __future__ import annotations

import pytest

from mosaicfs.model.file_type import extension, file_type


@pytest.mark.parametrize(
    ("name", "mime", "kind"),
    [
        ("mail.EML", None, "email"),
        ("x", "message/rfc822", "email"),
        ("inbox.mbox", "application/octet-stream", "email"),
        ("main.rs", "text/plain", "code"),
        ("data.json", "application/json", "code"),
        ("x", "application/xml", "code"),
        ("a.yaml", None, "code"),
        ("movie.ts", "video/mp2t", "code"),
        ("report.pdf", None, "document"),
        ("x", "application/epub+zip", "document"),
        ("table.ods", "application/vnd.oasis.opendocument.spreadsheet", "document"),
        ("a.tar.gz", "application/gzip", "archive"),
        ("disk.iso", None, "archive"),
        ("setup.exe", None, "app"),
        ("x", "application/vnd.debian.binary-package", "app"),
        ("photo.jpg", "image/jpeg", "image"),
        ("photo.jpg", None, "other"),
        ("clip", "video/mp4", "video"),
        ("song", "audio/flac", "audio"),
        ("letter", "font/woff2", "font"),
        ("notes.txt", "text/plain; charset=utf-8", "text"),
        ("notes.txt", None, "other"),
        (".json", None, "other"),
    ],
)
def test_the_first_that_fits(name: str, mime: str | None, kind: str) -> None:
    assert file_type(name, mime) == kind


def test_what_begins_with_its_only_dots_has_no_extension() -> None:
    assert {extension(name) for name in (".a", "..a", "a.", "a")} == {""}
    assert {extension(name) for name in ("a.b", ".a.b", "a..b")} == {"b"}
