"""What the plugin host sees of this distribution."""

from __future__ import annotations

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.crawling import CrawlEnd, Source
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.notices import Notices
from mosaicfs.model.plugin_info import PluginInfo, ServedBackend
from mosaicfs.model.sink import Sink
from mosaicfs.model.tier import Tier
from mosaicfs_disk.local_tier.tier import LocalTier

PLUGIN = PluginInfo(
    name="disk",
    title="Folders of this machine",
    summary="Finds the files of watched folders, notices their changes and reads them.",
    version=mosaicfs.__version__,
    api=1,
    backends=(ServedBackend("disk"),),
    default_enabled=True,
    duty="agent",
)


@hookimpl
async def crawl(source: Source, into: Sink) -> CrawlEnd | None:
    """The cursor is not needed: the marks of folders tell more."""
    from mosaicfs_disk.crawling import crawl_folder  # noqa: PLC0415 - every duty loads this, and only one crawls

    return await crawl_folder(source, into) if source.backend == "disk" else None


@hookimpl
async def tier(kernel: Kernel) -> Tier | None:
    """In every duty that reads: the files of this machine are as near to its control plane as to its mount."""
    return LocalTier(kernel)


@hookimpl
async def serve(kernel: Kernel, started: Started, notices: Notices) -> None:
    from mosaicfs_disk.keeper import Keeper  # noqa: PLC0415 - as above

    await Keeper(kernel, notices).serve(started)
