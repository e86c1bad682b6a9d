"""What the plugin host sees of the replica's socket. It costs a listening socket until somebody asks."""

from __future__ import annotations

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.plugin_info import PluginInfo

PLUGIN = PluginInfo(
    name="replica",
    title="Replica",
    summary="Answers the owner of a machine that has joined, from its own replica, also while it is alone.",
    version=mosaicfs.__version__,
    api=1,
    default_enabled=True,
    duty="agent",
)


@hookimpl
async def serve(kernel: Kernel, started: Started) -> None:
    if kernel.settings.agent.control_plane_url:
        from mosaicfs_control.replica.face import serve_replica  # noqa: PLC0415 - beside a server nobody needs it

        await serve_replica(kernel, started)
