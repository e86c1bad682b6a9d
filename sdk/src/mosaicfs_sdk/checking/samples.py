"""Small files of common types, to find out what an annotator that nobody here knows has something to say about."""

from __future__ import annotations

import wave
from base64 import b64decode
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from io import BytesIO
from pathlib import Path

from mosaicfs import PluginHost
from mosaicfs.errors import MosaicError
from mosaicfs.model.event import Event
from mosaicfs_sdk.conformance.annotate import Sample, entry_of

_TEXT = "A report\n\nMoney came in. Money went out.\n"
_GIF = b64decode("R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=")
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def samples() -> Iterator[Sample]:
    yield Sample("report.txt", "text/plain", _TEXT.encode())
    yield Sample("report.md", "text/markdown", f"# {_TEXT}".encode())
    yield Sample("report.html", "text/html", f"<html><title>A report</title><p>{_TEXT}</p></html>".encode())
    yield Sample("report.csv", "text/csv", b"name,size\na,1\n")
    yield Sample("report.json", "application/json", b'{"name": "a", "size": 1}')
    yield Sample("letter.eml", "message/rfc822", f"Subject: A report\nFrom: a@host.example\n\n{_TEXT}".encode())
    yield Sample("dot.gif", "image/gif", _GIF)
    yield Sample("page.pdf", "application/pdf", _PDF)
    yield Sample("tone.wav", "audio/x-wav", _tone())
    yield Sample("some.bin", "application/octet-stream", bytes(range(256)))


def boring_samples() -> Iterator[Sample]:
    for sample in samples():
        yield Sample(f"empty-{sample.name}", sample.mime_type, b"")


def wanted(found: Iterator[Sample], globs: Sequence[str]) -> list[Sample]:
    """Those that its subscriptions would bring to it."""
    return [each for each in found if not globs or any(fnmatchcase(each.mime_type, glob) for glob in globs)]


async def first_of(
    host: PluginHost, plugin: str, tried: Sequence[Sample], folder: Path, *, tells: bool
) -> Sample | None:
    """The first that it has facts about, or the first about which it has none. An error is neither."""
    for sample in tried:
        path = folder / sample.name
        path.write_bytes(sample.content)
        try:
            facts = await host.hooks.annotate(plugin, Event(name="file.added"), entry_of(sample), path)
        except MosaicError:
            continue
        if facts is not None and bool(facts) == tells:
            return sample
    return None


def _tone() -> bytes:
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(1600))
    return out.getvalue()
