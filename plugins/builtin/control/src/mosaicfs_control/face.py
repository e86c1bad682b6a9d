"""The face of the duty `server`: the control plane over HTTP, for the owner on a Unix socket, for peers over TCP."""

from __future__ import annotations

from pathlib import Path

import trio

from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.times import time_text
from mosaicfs_control.app import build_app
from mosaicfs_control.callers import key_file, replication_key
from mosaicfs_control.keys import own_key
from mosaicfs_control.local_socket import is_owner, open_local_socket, socket_path
from mosaicfs_control.rest.routing import Instance
from mosaicfs_control.rest.surface import RestSurface
from mosaicfs_control.routes.database import NAME
from mosaicfs_control.serving import Server, open_listeners, url_of
from mosaicfs_control.stopping import Stopping
from mosaicfs_control.surface import BASE
from mosaicfs_control.warming import warm


async def serve_instance(kernel: Kernel, started: Started) -> None:
    state, path, stopping = kernel.places.state_dir, socket_path(kernel.places.runtime_dir), Stopping()
    network = Server(build_app(kernel.store, replication_key(state), stopping), stopping.begin)
    local = Server(RestSurface(_instance(kernel, stopping)), stopping.begin, admits=is_owner)
    async with open_local_socket(path) as owners:
        listeners = await open_listeners(kernel.settings.server.listen)

        async def serve_owner(task_status: trio.TaskStatus[None]) -> None:
            await local.run([owners], task_status.started)

        def tell() -> None:
            url, credentials = url_of(listeners[0]), str(key_file(state))
            started(url=url, replication=f"{url}{BASE}/{NAME}", credentials=credentials, socket=str(path))

        async with trio.open_nursery() as nursery:
            await nursery.start(serve_owner)
            nursery.start_soon(warm, kernel.store)
            await network.run(listeners, tell)


def _instance(kernel: Kernel, stopping: Stopping) -> Instance:
    state = kernel.places.state_dir
    return Instance(kernel, own_key(state / "keys" / "cursor.key"), stopping, _since(key_file(state)))


def _since(key: Path) -> str:
    """The replication key is made when a control plane first starts, and never again."""
    return time_text(key.stat().st_mtime_ns // 1000)
