"""The type of a file by its first bytes, for a name that says nothing."""

from __future__ import annotations

import os
import stat

LOOKED_AT = 4_096

_AT_THE_START: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
    (b"%!PS-", "application/postscript"),
    (b"{\\rtf", "application/rtf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "application/ogg"),
    (b"MThd", "audio/midi"),
    (b"\x1aE\xdf\xa3", "video/x-matroska"),
    (b"FLV\x01", "video/x-flv"),
    (b"\0\0\x01\xba", "video/mpeg"),
    (b"\x7fELF", "application/x-executable"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"OTTO", "font/otf"),
    (b"\0asm", "application/wasm"),
    (b"#!", "text/x-script"),
    (b"<?xml", "application/xml"),
    (b"<!DOCTYPE html", "text/html"),
    (b"<html", "text/html"),
    (b"From ", "application/mbox"),
    (b"-----BEGIN ", "application/x-pem-file"),
)

_IN_RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}
_IN_FTYP = {b"M4A ": "audio/mp4", b"qt  ": "video/quicktime", b"heic": "image/heic", b"avif": "image/avif"}

TYPES: tuple[str | None, ...] = (
    None,
    "text/plain",
    "application/x-tar",
    "video/mp4",
    *dict.fromkeys((*_IN_RIFF.values(), *_IN_FTYP.values())),
    *dict.fromkeys(mime for _, mime in _AT_THE_START),
)
"""All answers. Their places are kept in marks: when the table changes, so does every mark."""

_CODES = {mime: code for code, mime in reversed(list(enumerate(TYPES)))}

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def type_of(begin: bytes) -> str | None:
    """What 4,096 bytes say; None when they say nothing. Pure."""
    if begin[:4] == b"RIFF":
        return _IN_RIFF.get(begin[8:12])
    if begin[4:8] == b"ftyp":
        return _IN_FTYP.get(begin[8:12], "video/mp4")
    if begin[257:262] == b"ustar":
        return "application/x-tar"
    for magic, mime in _AT_THE_START:
        if begin.startswith(magic):
            return mime
    return "text/plain" if _is_text(begin) else None


def code_of(mime: str | None) -> int:
    """Its place in `TYPES`."""
    return _CODES[mime]


def sniffed(name: str, folder_fd: int) -> str | None:
    """None for anything that is not a plain file here, or cannot be read: its metadata are indexed all the same."""
    try:
        handle = os.open(name, _READ, dir_fd=folder_fd)
    except OSError:
        return None
    try:
        return type_of(os.read(handle, LOOKED_AT)) if stat.S_ISREG(os.fstat(handle).st_mode) else None
    except OSError:
        return None
    finally:
        os.close(handle)


def _is_text(begin: bytes) -> bool:
    """UTF-8 without control characters; the last character may be cut."""
    if not begin or any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in begin):
        return False
    try:
        begin.decode()
    except UnicodeDecodeError as trouble:
        return len(begin) == LOOKED_AT and trouble.start >= LOOKED_AT - 3
    return True
