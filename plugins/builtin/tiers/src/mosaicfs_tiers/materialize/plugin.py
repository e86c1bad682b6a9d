"""What the plugin host sees of this tier."""

from __future__ import annotations

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.materializing import Materializes
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.tier import Tier
from mosaicfs_tiers.materialize.tier import Materializing

PLUGIN = PluginInfo(
    name="materialize",
    title="Storage backends",
    summary="Reads files of the storage backends that this node hosts, through the plugins that speak to them.",
    version=mosaicfs.__version__,
    api=1,
    network=True,
    default_enabled=True,
    exempt={
        "test_a_file_that_was_cut_is_an_error_and_never_a_short_read": "The first bytes come with the opening and are "
        "served from memory: they are those of the version that was opened, whatever becomes of it."
    },
)


@hookimpl
async def tier(kernel: Kernel) -> Tier | None:
    """None in a kernel that has no backends behind it."""
    seen: object = kernel
    return Materializing(seen, kernel.node_id, kernel.places.cache_dir) if isinstance(seen, Materializes) else None
