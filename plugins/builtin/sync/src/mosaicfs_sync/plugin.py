"""The face of the duty `agent` that keeps this machine and the control plane the same, and carries its heartbeats."""

from __future__ import annotations

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.notices import Notices
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
async def serve(kernel: Kernel, started: Started, notices: Notices) -> None:
    if kernel.settings.agent.control_plane_url:
        from mosaicfs_sync.face import keep_joined  # noqa: PLC0415 - a stand-alone node needs no HTTP and no keys

        await keep_joined(kernel, started, notices)
