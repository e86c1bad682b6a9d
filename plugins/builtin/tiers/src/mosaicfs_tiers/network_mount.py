"""What the plugin host sees of this tier."""

from __future__ import annotations

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.tier import Tier
from mosaicfs_tiers.mounted.tier import MountedTier

PLUGIN = PluginInfo(
    name="network-mount",
    title="Network mounts",
    summary="Reads files of other nodes through network file systems that are mounted here.",
    version=mosaicfs.__version__,
    api=1,
    network=True,
    default_enabled=True,
)


@hookimpl
async def tier(kernel: Kernel) -> Tier | None:
    return MountedTier("mount", 300, kernel, synced=False)
