"""What the plugin host sees of this distribution."""

from __future__ import annotations

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.notices import Notices
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs_mount.serving import MountFace

PLUGIN = PluginInfo(
    name="mount",
    title="Mount",
    summary="Shows the tree as a file system of this machine.",
    version=mosaicfs.__version__,
    api=1,
    default_enabled=True,
    duty="mount",
)


@hookimpl
async def serve(kernel: Kernel, started: Started, notices: Notices) -> None:
    await MountFace(kernel, started, notices).serve()
