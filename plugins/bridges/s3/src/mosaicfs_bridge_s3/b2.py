"""Connects the same bridge to buckets of Backblaze B2, whose form has other fields."""

from __future__ import annotations

from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.crawling import CrawlEnd, Source
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.plugin_info import PluginInfo, ServedBackend
from mosaicfs.model.sink import Sink
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.stream import ByteStream
from mosaicfs.model.target import Target
from mosaicfs_bridge_s3 import __version__
from mosaicfs_bridge_s3.connecting import connect
from mosaicfs_bridge_s3.keeping import BucketTarget
from mosaicfs_bridge_s3.listing import send_everything
from mosaicfs_bridge_s3.options import B2Options
from mosaicfs_bridge_s3.reading import open_span

PLUGIN = PluginInfo(
    name="b2",
    title="Backblaze B2",
    summary="Shows the files of a bucket at Backblaze B2.",
    version=__version__,
    api=1,
    backends=(ServedBackend("b2"),),
    options=B2Options,
    network=True,
)


@hookimpl
async def crawl(source: Source, into: Sink, options: B2Options) -> CrawlEnd | None:
    if source.backend != "b2":
        return None
    return await send_everything(await connect(options.as_bucket()), source, into)


@hookimpl
async def materialize(entry: Entry, span: Span, options: B2Options) -> ByteStream | None:
    if entry.backend is None or entry.native_id is None:
        return None
    return await open_span(await connect(options.as_bucket()), entry, span)


@hookimpl
async def replicate(target: StorageBackend, options: B2Options) -> Target | None:
    if target.backend != "b2":
        return None
    return BucketTarget(await connect(options.as_bucket()))
