"""What the plugin host sees of this distribution. Every duty loads it, so the web server waits until it is to serve."""

from __future__ import annotations

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.plugin_info import PluginInfo

PLUGIN = PluginInfo(
    name="control",
    title="Control plane",
    summary="Serves the document store to nodes, browsers and CouchDB peers over HTTP, and the API to its owner.",
    version=mosaicfs.__version__,
    api=1,
    default_enabled=True,
    duty="server",
)


@hookimpl
async def serve(kernel: Kernel, started: Started) -> None:
    from mosaicfs_control.face import serve_instance  # noqa: PLC0415 - half a second that an agent need not pay

    await serve_instance(kernel, started)
