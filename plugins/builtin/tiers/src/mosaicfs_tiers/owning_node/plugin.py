"""What the plugin host sees of this tier."""

from __future__ import annotations

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.tier import Tier

PLUGIN = PluginInfo(
    name="owning-node",
    title="Other nodes",
    summary="Fetches files from the node that owns them.",
    version=mosaicfs.__version__,
    api=1,
    network=True,
    default_enabled=True,
)


@hookimpl
async def tier(kernel: Kernel) -> Tier | None:
    from mosaicfs_tiers.owning_node.tier import open_peers  # noqa: PLC0415 - who only lists the plugins needs no HTTP

    return open_peers(kernel)
