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
    (b"II*\0\x10\0\0\0CR", "image/x-canon-cr2"),
    (b"IIU\0", "image/x-panasonic-rw2"),
    (b"FUJIFILMCCD-RAW", "image/x-fuji-raf"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"\0\0\x01\0", "image/vnd.microsoft.icon"),
    (b"icns", "image/x-icns"),
    (b"gimp xcf", "image/x-xcf"),
    (b"qoif", "image/qoi"),
    (b"\xff\x0a", "image/jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"v/1\x01", "image/x-exr"),
    (b"AT&TFORM", "image/vnd.djvu"),
    (b"%PDF-", "application/pdf"),
    (b"%!PS-", "application/postscript"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"ITSF", "application/vnd.ms-htmlhelp"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x1f\x9d", "application/x-compress"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"LZIP", "application/x-lzip"),
    (b"\x04\x22\x4d\x18", "application/x-lz4"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"MSCF\0\0\0\0", "application/vnd.ms-cab-compressed"),
    (b"070701", "application/x-cpio"),
    (b"hsqs", "application/x-squashfs"),
    (b"!<arch>\ndebian", "application/vnd.debian.binary-package"),
    (b"!<arch>\n", "application/x-archive"),
    (b"\xed\xab\xee\xdb", "application/x-rpm"),
    (b"QFI\xfb", "application/x-qcow2"),
    (b"KDMV", "application/x-vmdk"),
    (b"vhdxfile", "application/x-vhdx"),
    (b"LUKS\xba\xbe", "application/x-luks"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "application/ogg"),
    (b"MThd", "audio/midi"),
    (b"wvpk", "audio/x-wavpack"),
    (b"MAC ", "audio/x-ape"),
    (b"#!AMR", "audio/amr"),
    (b"\x1aE\xdf\xa3", "video/x-matroska"),
    (b"FLV\x01", "video/x-flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
    (b"\0\0\x01\xba", "video/mpeg"),
    (b"\0\0\x01\xb3", "video/mpeg"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
    (b"CDF\x01", "application/x-netcdf"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"ARROW1\0\0", "application/vnd.apache.arrow.file"),
    (b"Obj\x01", "application/vnd.apache.avro"),
    (b"\x93NUMPY", "application/x-numpy"),
    (b"GGUF", "application/x-gguf"),
    (b"\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap"),
    (b"\x0a\x0d\x0d\x0a", "application/vnd.tcpdump.pcap"),
    (b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5", "application/x-keepass2"),
    (b"d8:announce", "application/x-bittorrent"),
    (b"bplist00", "application/x-plist"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"OTTO", "font/otf"),
    (b"ttcf", "font/collection"),
    (b"\0\x01\0\0\0", "font/ttf"),
    (b"glTF", "model/gltf-binary"),
    (b"BLENDER", "application/x-blender"),
    (b"\0asm", "application/wasm"),
    (b"#!", "text/x-script"),
    (b"<?xml", "application/xml"),
    (b"\xef\xbb\xbf<?xml", "application/xml"),
    (b"<!DOCTYPE html", "text/html"),
    (b"<!doctype html", "text/html"),
    (b"<html", "text/html"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"WEBVTT", "text/vtt"),
    (b"From ", "application/mbox"),
    (b"age-encryption.org/", "application/age"),
    (b"-----BEGIN PGP MESSAGE", "application/pgp-encrypted"),
    (b"-----BEGIN PGP PUBLIC", "application/pgp-keys"),
    (b"-----BEGIN PGP SIGNATURE", "application/pgp-signature"),
    (b"-----BEGIN ", "application/x-pem-file"),
)
"""The first that fits, so what is more exact stands before what is less."""

_AS_WORDS = frozenset(
    magic for magic, _ in _AT_THE_START if len(magic) < 5 and magic.decode("latin-1").isprintable() and magic != b"#!"
)
"""Signatures that a text may begin with by chance: `MAC address`, `BMW`."""

_IN_RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}
_IN_FORM = {b"AIFF": "audio/aiff", b"AIFC": "audio/aiff", b"ILBM": "image/x-ilbm"}
_IN_FTYP = {
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"crx ": "image/x-canon-cr3",
    b"3gp4": "video/3gpp",
    b"3gp5": "video/3gpp",
    b"3gp6": "video/3gpp",
}
_IN_ZIP = {
    f"application/{name}".encode(): f"application/{name}"
    for name in (
        "epub+zip",
        "vnd.oasis.opendocument.graphics",
        "vnd.oasis.opendocument.presentation",
        "vnd.oasis.opendocument.spreadsheet",
        "vnd.oasis.opendocument.text",
    )
}
"""What an archive says of itself when its first entry is `mimetype`."""

_BYTE_ORDER = (b"\xff\xfe", b"\xfe\xff")

TYPES: tuple[str | None, ...] = (
    None,
    *dict.fromkeys(
        (
            "text/plain",
            "application/x-tar",
            "application/dicom",
            "video/mp4",
            "video/webm",
            *_IN_RIFF.values(),
            *_IN_FORM.values(),
            *_IN_FTYP.values(),
            *_IN_ZIP.values(),
            *(mime for _, mime in _AT_THE_START),
        )
    ),
)
"""All answers. Their places are kept in marks: when the table changes, so does every mark."""

_CODES = {mime: code for code, mime in enumerate(TYPES)}

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def type_of(begin: bytes) -> str | None:
    """What 4,096 bytes say; None when they say nothing. Pure."""
    if begin[:4] == b"RIFF":
        return _IN_RIFF.get(begin[8:12])
    if begin[:4] == b"FORM":
        return _IN_FORM.get(begin[8:12])
    if begin[4:8] == b"ftyp":
        return _IN_FTYP.get(begin[8:12], "video/mp4")
    if begin[257:262] == b"ustar":
        return "application/x-tar"
    if begin[128:132] == b"DICM":
        return "application/dicom"
    for magic, mime in _AT_THE_START:
        if begin.startswith(magic):
            return "text/plain" if magic in _AS_WORDS and _is_text(begin) else _inside(begin, mime)
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


def _inside(begin: bytes, mime: str) -> str:
    """A container may say what is in it."""
    if mime == "video/x-matroska" and b"webm" in begin[:64]:
        return "video/webm"
    if mime == "application/zip" and begin[30:38] == b"mimetype":
        size = int.from_bytes(begin[22:26], "little")
        return _IN_ZIP.get(begin[38 : 38 + size], mime)
    return mime


def _is_text(begin: bytes) -> bool:
    """UTF-8 without control characters, or UTF-16 that says so; the last character may be cut."""
    if begin[:2] in _BYTE_ORDER:
        return b"\0" in begin
    if not begin or any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in begin):
        return False
    try:
        begin.decode()
    except UnicodeDecodeError as trouble:
        return len(begin) == LOOKED_AT and trouble.start >= LOOKED_AT - 3
    return True
