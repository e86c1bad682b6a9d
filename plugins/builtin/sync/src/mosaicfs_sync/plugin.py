"""The face of the duty `agent` that keeps this machine and the control plane the same."""

from __future__ import annotations

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.plugin_info import PluginInfo

PLUGIN = PluginInfo(
    name="sync",
    title="Replication",
    summary="Keeps the documents of this machine and of the control plane the same, in both directions.",
    version=mosaicfs.__version__,
    api=1,
    network=True,
    default_enabled=True,
    duty="agent",
)


@hookimpl
async def serve(kernel: Kernel, started: Started) -> None:
    if url := kernel.settings.agent.control_plane_url:
        from mosaicfs_sync.carrier import http_peer  # noqa: PLC0415 - a stand-alone node needs no HTTP
        from mosaicfs_sync.node import follow  # noqa: PLC0415 - as above

        async with http_peer(url) as server:
            started(control_plane=server.address)
            await follow(kernel.store, kernel.node_id, server)
