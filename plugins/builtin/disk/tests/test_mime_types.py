"""What the table of endings must be like, and what content tells where a name says nothing."""

from __future__ import annotations

import mimetypes
import re
import struct
import subprocess
import sys

import pytest

from mosaicfs_disk import mime_types
from mosaicfs_disk.mime_types import by_extension, mime_type_of
from mosaicfs_disk.signatures import TYPES, type_of

_GROUPS = {"application", "audio", "chemical", "font", "image", "message", "model", "multipart", "text", "video"}
_type = re.compile(r"(?P<group>[a-z]+)/[a-z0-9][a-z0-9!#$&^_.+-]*").fullmatch


def test_the_table_is_large_and_each_entry_is_one() -> None:
    table = by_extension()
    assert len(table) >= 1_500
    assert len(set(table.values())) >= 1_000
    for ending, mime in table.items():
        assert re.fullmatch(r"[a-z0-9][a-z0-9+_-]*", ending), ending
        found = _type(mime)
        assert found, mime
        assert found["group"] in _GROUPS, mime


def test_no_ending_and_no_type_stands_twice() -> None:
    """The later one would win, and nobody would see it."""
    lines = [line.split() for line in mime_types._FILE.read_text().splitlines() if line and line[0] != "#"]
    endings = [ending for _, *all_of_it in lines for ending in all_of_it]
    assert len(endings) == len(set(endings)) == len(by_extension())
    assert len(lines) == len({mime for mime, *_ in lines})


def test_what_python_knows_is_known() -> None:
    assert not [ending for ending in mimetypes.MimeTypes().types_map[1] if ending[1:].lower() not in by_extension()]


@pytest.mark.parametrize(("name", "mime"), [
    ("holiday.CR3", "image/x-canon-cr3"), ("a.b.flac", "audio/flac"), ("film.mkv", "video/x-matroska"),
    ("film.en.srt", "application/x-subrip"), ("book.azw3", "application/x-mobipocket-ebook"),
    ("disk.vhdx", "application/x-vhdx"), ("part.3mf", "model/3mf"), ("a.docx",
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), ("main.rs", "text/x-rust"),
    ("x.ts", "text/x-typescript"), ("x.woff2", "font/woff2"), ("a.tar.zst", "application/zstd"),
    ("mail.eml", "message/rfc822"), ("..pdf", "application/pdf"), ("pdf", None), ("", None), (".", None),
    ("a.\u017f", None), ("a.unheard-of", None),
])  # fmt: skip
def test_types_of_names(name: str, mime: str | None) -> None:
    assert mime_type_of(name) == mime


def test_the_table_is_read_when_the_first_file_is_met() -> None:
    says = "from mosaicfs_disk import comparing, mime_types as m; before = len(m._known); "
    says += "m.mime_type_of('a.pdf'); print(before == 0, len(m._known) > 1_000)"
    done = subprocess.run([sys.executable, "-c", says], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]


def _boxed(brand: bytes) -> bytes:
    return struct.pack(">I4s4sI", 24, b"ftyp", brand, 0) + b"isommp42"


def _stored(name: bytes, content: bytes) -> bytes:
    """The first entry of a ZIP archive, uncompressed, as EPUB and OpenDocument begin."""
    head = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, len(content), len(content), len(name), 0)
    return head + name + content


@pytest.mark.parametrize(("begin", "mime"), [
    (b"\x89PNG\r\n\x1a\n....", "image/png"), (_boxed(b"heic"), "image/heic"), (_boxed(b"mif1"), "image/heif"),
    (_boxed(b"crx "), "image/x-canon-cr3"), (_boxed(b"isom"), "video/mp4"), (_boxed(b"3gp4"), "video/3gpp"),
    (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"), (b"RIFF\0\0\0\0????", None), (b"FORM\0\0\0\0AIFF", "audio/aiff"),
    (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm"),
    (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska", "video/x-matroska"),
    (_stored(b"mimetype", b"application/epub+zip"), "application/epub+zip"),
    (_stored(b"mimetype", b"application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text"),
    (_stored(b"mimetype", b"application/x-never-heard"), "application/zip"),
    (_stored(b"word/document.xml", b""), "application/zip"), (b"PK\x05\x06" + bytes(18), "application/zip"),
    (b"PK\x03\x04", "application/zip"), (b"MZ\x90\0", "application/vnd.microsoft.portable-executable"),
    (b"8BPS\0\x01", "image/vnd.adobe.photoshop"), (b"\0\0\x01\0\x01\0", "image/vnd.microsoft.icon"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"PAR1\x15\4", "application/vnd.apache.parquet"),
    (b"-----BEGIN PGP MESSAGE-----\n", "application/pgp-encrypted"), (b"Bye.", "text/plain"),
    (b"BMW 2002", "text/plain"),
    (b"MAC address", "text/plain"), (b"BM\x36\0\0\0", "image/bmp"), (b"#!/bin/sh", "text/x-script"),
    (b"", None),
    (b"\0" * 600, None), (b"ein w\xc3\xb6rtchen", "text/plain"), (b"\xef\xbb\xbf<?xml version", "application/xml"),
    (b"\xff\xfeh\0i\0", "text/plain"), (b"caf\xe9 au lait", None),
])  # fmt: skip
def test_types_of_content(begin: bytes, mime: str | None) -> None:
    assert type_of(begin) == mime
    assert mime in TYPES


def test_a_place_in_the_table_fits_into_a_byte() -> None:
    """A mark keeps one byte for it."""
    assert len(TYPES) == len(set(TYPES)) <= 256
