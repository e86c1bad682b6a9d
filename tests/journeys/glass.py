"""A bridge in one file, as it lies in a plugins folder: a directory, spoken to as if it were a service."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

from mosaicfs.errors import EntryChangedError, EntryGoneError, SignInNeededError, SourceUnavailableError
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.crawling import Change, CrawlEnd, Quota, Source
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.plugin_info import PluginInfo, ServedBackend
from mosaicfs.model.secret import Secret
from mosaicfs.model.sink import Sink
from mosaicfs.model.times import mtime_text

PASSWORD = "hunter22"


@dataclass(frozen=True)
class Options:
    folder: str = field(metadata={"help": "where its objects lie"})
    password: Secret = field(metadata={"help": "what it asks for"})


PLUGIN = PluginInfo(
    name="glass",
    title="Glass",
    summary="A folder that is spoken to as if it were a service.",
    version="1",
    api=1,
    backends=(ServedBackend("glass"),),
    options=Options,
)


@hookimpl
async def crawl(source: Source, into: Sink, options: Options) -> CrawlEnd:
    root, used = _root(source.name, options), 0
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        found, key = path.stat(), str(path.relative_to(root))
        used += found.st_size
        change = Change(
            action="update",
            export_path=f"{source.prefix}/{key}",
            size=found.st_size,
            mtime=mtime_text(found.st_mtime_ns),
            native_id=key,
            version=_version(path),
        )
        await into.send(change)
    return CrawlEnd(complete=True, quota=Quota(used_bytes=used, quota_bytes=10**9))


@hookimpl
async def materialize(entry: Entry, span: Span, options: Options) -> AsyncGenerator[bytes, None] | None:
    if entry.backend is None or entry.native_id is None:
        return None
    path = _root(entry.backend, options) / entry.native_id
    if not path.is_file():
        raise EntryGoneError(entry.file_id)
    if _version(path) != entry.version:
        raise EntryChangedError(entry.file_id)
    end = None if span.length is None else span.offset + span.length
    return _pieces(path.read_bytes()[span.offset : end])


async def _pieces(content: bytes) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]


def _root(name: str, options: Options) -> Path:
    if options.password.reveal() != PASSWORD:
        raise SignInNeededError(name)
    root = Path(options.folder)
    if not root.is_dir():
        raise SourceUnavailableError(name)
    return root


def _version(path: Path) -> str:
    found = path.stat()
    return f"{found.st_mtime_ns}-{found.st_size}"
