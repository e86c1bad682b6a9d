"""The face of the duty `server`: the control plane over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs_control.app import build_app
from mosaicfs_control.callers import key_file, replication_key
from mosaicfs_control.routes.database import NAME
from mosaicfs_control.serving import Server, open_listeners, url_of
from mosaicfs_control.stopping import Stopping
from mosaicfs_control.surface import BASE

PLUGIN = PluginInfo(
    name="control",
    title="Control plane",
    summary="Serves the document store to nodes, browsers and CouchDB peers over HTTP.",
    version=mosaicfs.__version__,
    api=1,
    default_enabled=True,
    duty="server",
)


@hookimpl
async def serve(kernel: Kernel, started: Callable[..., None]) -> None:
    key = replication_key(kernel.places.state_dir)
    stopping = Stopping()
    app = build_app(kernel.store, key, stopping)
    listeners = await open_listeners(kernel.settings.server.listen)

    def tell() -> None:
        url = url_of(listeners[0])
        credentials = str(key_file(kernel.places.state_dir))
        started(url=url, replication=f"{url}{BASE}/{NAME}", credentials=credentials)

    await Server(app, stopping.begin).run(listeners, tell)
