"""The line to the kernel: one descriptor, on which requests come in and answers go out, in any order.

What can be answered at once is answered on the spot, without a task; only what waits for something gets one. An answer
never blocks. The kernel may take its question back; then the task is cancelled.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

import trio

from mosaicfs_mount.device import messages
from mosaicfs_mount.device.messages import Opcode, Request

Parts = Sequence[bytes | memoryview]
"""Of one message: what somebody reads is not put together with its head only to be sent."""

Answering = Callable[[Request], bytes | Awaitable[Parts] | None]
"""A whole message. None when the request is not to be answered, or has been."""

_AT_ONCE: Final = 64
"""So many are answered before anybody else of the process has a turn."""

_ENDED: Final = frozenset({errno.ENODEV, errno.ECONNABORTED})
_GONE_BY: Final = frozenset({errno.ENOENT, errno.EINTR, errno.EAGAIN})


class Line:
    """Never raises for what the other end does; `run` ends when the mount does."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._waiting: dict[int, trio.CancelScope] = {}
        self._buffer = bytearray(messages.MOST_ASKED)

    async def run(self, answering: Answering, prepare: Callable[[], bool] = bool) -> None:
        """`prepare` is called while nobody asks, and does a little ahead; false when nothing is left to do."""
        async with trio.open_nursery() as nursery:
            turns = 0
            while True:
                try:
                    request = self._next()
                except BlockingIOError:
                    if prepare():
                        continue
                    turns = 0
                    await trio.lowlevel.wait_readable(self.descriptor)
                    continue
                if request is None:
                    break
                self._answer(request, answering, nursery)
                turns += 1
                if turns % _AT_ONCE == 0:
                    await trio.lowlevel.checkpoint()
            nursery.cancel_scope.cancel()

    def close(self) -> None:
        os.close(self.descriptor)

    def send_parts(self, *parts: bytes | memoryview) -> None:
        """One answer. Nobody may wait for it any more."""
        with suppress(FileNotFoundError):
            os.writev(self.descriptor, parts)

    def drop_name(self, parent: int, name: bytes) -> None:
        os.write(self.descriptor, messages.stale_entry(parent, name))

    def drop_inode(self, inode: int, *, data: bool) -> None:
        os.write(self.descriptor, messages.stale_inode(inode, data=data))

    # --- one after the other -------------------------------------------------------------------------------------

    def _next(self) -> Request | None:
        """None at the end. The body is of use until the next one is taken."""
        while True:
            try:
                length = os.readv(self.descriptor, [self._buffer])
            except BlockingIOError:
                raise
            except OSError as cause:
                if cause.errno in _ENDED:
                    return None
                if cause.errno not in _GONE_BY:
                    raise
                continue
            return messages.request_in(memoryview(self._buffer)[:length]) if length else None

    def _answer(self, request: Request, answering: Answering, nursery: trio.Nursery) -> None:
        if request.opcode == Opcode.INTERRUPT:
            scope = self._waiting.get(messages.handle_in(request.body))
            if scope is not None:
                scope.cancel()
            return
        answer = answering(request)
        if isinstance(answer, bytes):
            with suppress(FileNotFoundError):
                os.write(self.descriptor, answer)
        elif answer is not None:
            self._waiting[request.unique] = scope = trio.CancelScope()
            nursery.start_soon(self._later, request.unique, scope, answer)

    async def _later(self, unique: int, scope: trio.CancelScope, answer: Awaitable[Parts]) -> None:
        message: Parts = (messages.refusal(unique, errno.EINTR),)
        try:
            with scope:
                message = await answer
        finally:
            self._waiting.pop(unique, None)
            with suppress(OSError):
                os.writev(self.descriptor, message)
