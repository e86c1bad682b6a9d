"""The Unix socket of an agent whose control plane is elsewhere: it listens, and loads what answers when somebody asks.

It has a name of its own, for a command asks the control plane first, and this only where that is out of reach.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import trio

from mosaicfs.model.kernel import Kernel, Started
from mosaicfs_control.local_socket import open_local_socket

NAME = "replica.sock"

Answering: TypeAlias = Callable[[Kernel, trio.SocketListener], Awaitable[None]]


def socket_path(runtime: Path) -> Path:
    return runtime / NAME


async def serve_replica(kernel: Kernel, started: Started) -> None:
    """Until cancelled. Who asks first waits in the queue of the socket while the rest is loaded."""
    async with open_local_socket(socket_path(kernel.places.runtime_dir)) as listener:
        started()
        await trio.lowlevel.wait_readable(listener.socket)
        answer = await trio.to_thread.run_sync(_loaded)
        await answer(kernel, listener)


def _loaded() -> Answering:
    from mosaicfs_control.replica.answering import answer  # noqa: PLC0415 - memory and time that an agent need not pay

    return answer
