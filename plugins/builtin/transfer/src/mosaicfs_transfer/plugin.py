"""What the plugin host sees of this distribution."""

from __future__ import annotations

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.plugin_info import PluginInfo

PLUGIN = PluginInfo(
    name="transfer",
    title="Transfers",
    summary="Hands files of this machine to the other nodes.",
    version=mosaicfs.__version__,
    api=1,
    network=True,
    default_enabled=True,
    duty="agent",
)


@hookimpl
async def serve(kernel: Kernel, started: Started) -> None:
    from mosaicfs_transfer.face import hand_out  # noqa: PLC0415 - who only lists the plugins needs no server

    await hand_out(kernel, started)
