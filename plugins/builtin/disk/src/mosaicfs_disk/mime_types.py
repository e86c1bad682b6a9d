"""The type of a file by its last extension: what Python knows, and what it does not know yet."""

from __future__ import annotations

import mimetypes
from types import MappingProxyType
from zlib import crc32

_MORE = """
image/avif avif
image/heic heic
image/heif heif hif
image/jxl jxl
image/webp webp
image/vnd.adobe.photoshop psd psb
image/x-adobe-dng dng
image/x-canon-cr2 cr2
image/x-canon-cr3 cr3
image/x-fuji-raf raf
image/x-nikon-nef nef nrw
image/x-olympus-orf orf
image/x-panasonic-rw2 rw2
image/x-pentax-pef pef
image/x-sony-arw arw
image/x-xcf xcf
image/x-exr exr
image/qoi qoi
audio/aac aac
audio/ac3 ac3
audio/aiff aif aiff aifc
audio/flac flac
audio/mp4 m4a m4b
audio/midi mid midi
audio/ogg oga ogg spx
audio/opus opus
audio/x-ape ape
audio/x-ms-wma wma
audio/x-mpegurl m3u
audio/x-wavpack wv
application/vnd.apple.mpegurl m3u8
video/3gpp 3gp
video/mp4 m4v
video/mp2t mts m2ts
video/ogg ogv
video/webm webm
video/x-flv flv
video/x-matroska mkv
video/x-ms-wmv wmv
application/x-subrip srt
text/vtt vtt
application/epub+zip epub
application/x-mobipocket-ebook mobi azw3
application/vnd.comicbook+zip cbz
application/vnd.comicbook-rar cbr
image/vnd.djvu djvu djv
application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
application/vnd.openxmlformats-officedocument.wordprocessingml.template dotx
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
application/vnd.ms-word.document.macroenabled.12 docm
application/vnd.ms-excel.sheet.macroenabled.12 xlsm
application/vnd.ms-outlook msg
application/vnd.oasis.opendocument.text odt
application/vnd.oasis.opendocument.spreadsheet ods
application/vnd.oasis.opendocument.presentation odp
application/vnd.oasis.opendocument.graphics odg
application/vnd.oasis.opendocument.formula odf
application/vnd.apple.pages pages
application/vnd.apple.numbers numbers
application/vnd.apple.keynote key
application/rtf rtf
application/x-tex tex
text/x-bibtex bib
text/markdown md markdown mdown
text/x-rst rst
text/asciidoc adoc asciidoc
text/x-org org
text/calendar ics
text/vcard vcf
message/rfc822 eml
application/mbox mbox
application/gzip gz tgz
application/x-bzip2 bz2
application/x-xz xz
application/zstd zst
application/x-lz4 lz4
application/x-7z-compressed 7z
application/vnd.rar rar
application/x-iso9660-image iso
application/x-apple-diskimage dmg
application/vnd.debian.binary-package deb
application/x-rpm rpm
application/vnd.flatpak flatpak
application/vnd.android.package-archive apk
application/java-archive jar
application/x-qcow2 qcow2
application/x-virtualbox-vdi vdi
application/x-vmdk vmdk
application/vnd.sqlite3 sqlite sqlite3 db3
application/vnd.apache.parquet parquet
application/vnd.apache.arrow.file arrow feather
application/x-hdf5 h5 hdf5
application/x-netcdf nc
application/x-ndjson ndjson jsonl
application/geo+json geojson
application/gpx+xml gpx
application/vnd.google-earth.kml+xml kml
application/vnd.google-earth.kmz kmz
application/toml toml
application/yaml yaml yml
application/x-ipynb+json ipynb
application/sql sql
application/wasm wasm
application/pgp-keys asc
application/pgp-signature sig
application/x-pem-file pem crt cer
application/x-bittorrent torrent
application/x-keepass2 kdbx
text/plain log conf cfg ini txt text nfo
text/javascript js mjs cjs
text/jsx jsx
text/tsx tsx
text/x-c c h
text/x-c++ cpp cc cxx hpp hh hxx
text/x-csharp cs
text/x-go go
text/x-java java
text/x-kotlin kt kts
text/x-lua lua
text/x-perl pl pm
text/x-php php
text/x-python py pyi
text/x-r r
text/x-ruby rb
text/x-rust rs
text/x-scala scala
text/x-sh sh bash zsh
text/x-swift swift
text/x-typescript ts
text/x-zig zig
text/css css
text/x-scss scss
text/x-diff diff patch
font/otf otf
font/ttf ttf ttc
font/woff woff
font/woff2 woff2
model/gltf+json gltf
model/gltf-binary glb
model/stl stl
model/obj obj
application/step step stp
image/vnd.dxf dxf
image/vnd.dwg dwg
application/x-blender blend
"""


def _table() -> dict[str, str]:
    """Ours beats Python's, so that all machines agree; what a system adds to Python's is not asked for."""
    known = {ending[1:].lower(): mime.lower() for ending, mime in mimetypes.MimeTypes().types_map[1].items()}
    for line in _MORE.split("\n"):
        mime, *endings = line.split() or [""]
        known.update(dict.fromkeys(endings, mime))
    return known


_BY_EXTENSION = MappingProxyType(_table())


FORM = crc32(repr(sorted(_BY_EXTENSION.items())).encode())
"""Another number when the table is another."""


def mime_type_of(name: str) -> str | None:
    """In lower case; None when the last extension says nothing. A name that only begins with a dot has none."""
    stem, dot, ending = name.rpartition(".")
    return _BY_EXTENSION.get(ending.lower()) if dot and stem else None
