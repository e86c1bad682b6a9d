"""What the plugin host sees of this tier."""

from __future__ import annotations

import trio

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.notices import Notices
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.tier import Tier
from mosaicfs_tiers.cache.tier import FileCache

PLUGIN = PluginInfo(
    name="cache",
    title="File cache",
    summary="Keeps what was fetched from afar on this machine.",
    version=mosaicfs.__version__,
    api=1,
    default_enabled=True,
    exempt={
        "test_a_file_that_was_cut_is_an_error_and_never_a_short_read": "an entry that somebody changed is not served "
        "at all, not even where it is still whole; the tests of the cache try that",
    },
)


@hookimpl
async def tier(kernel: Kernel, notices: Notices) -> Tier | None:
    return await trio.to_thread.run_sync(
        lambda: FileCache(kernel.places.cache_dir, lambda: kernel.settings.cache, kernel.store, notices)
    )
