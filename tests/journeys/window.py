"""A window into the database of a node: the replication protocol over it, for whoever looks, beside the node's agent.

A program of its own, so that it can be killed like one: `python window.py DATABASE BELLS PORT`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import time

import trio
from starlette.types import Receive, Scope, Send

from mosaicfs import Listener
from mosaicfs.documents.sqlite import open_store
from mosaicfs_control.auth import principal
from mosaicfs_control.auth.endings import Endings
from mosaicfs_control.serving import Server, opened_doors
from mosaicfs_control.stopping import Stopping
from mosaicfs_control.surface import ReplicationSurface


async def look_in(database: Path, bells: Path, port: int) -> None:
    stopping = Stopping()
    async with open_store(database, bells) as store, opened_doors([Listener("127.0.0.1", port)]) as doors:
        surface = ReplicationSurface(store, stopping, Endings(time))

        async def as_owner(scope: Scope, receive: Receive, send: Send) -> None:
            principal.put(scope, principal.OWNER)
            await surface(scope, receive, send)

        await Server(as_owner, stopping.begin).run(doors, lambda: None)


if __name__ == "__main__":
    Path(sys.argv[2]).mkdir(mode=0o700, parents=True, exist_ok=True)
    trio.run(look_in, Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
