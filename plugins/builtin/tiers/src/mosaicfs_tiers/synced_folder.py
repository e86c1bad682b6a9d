"""What the plugin host sees of this tier."""

from __future__ import annotations

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.tier import Tier
from mosaicfs_tiers.mounted.tier import MountedTier

PLUGIN = PluginInfo(
    name="synced-folder",
    title="Synced cloud folders",
    summary="Reads files of a cloud account from the folder that its own program keeps here.",
    version=mosaicfs.__version__,
    api=1,
    default_enabled=True,
)


@hookimpl
async def tier(kernel: Kernel) -> Tier | None:
    return MountedTier("sync_dir", 400, kernel, synced=True)
