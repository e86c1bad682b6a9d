"""The line, with a socket that keeps messages apart in the place of the kernel."""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Awaitable, Iterator

import pytest
import trio

from mosaicfs_mount.device import messages
from mosaicfs_mount.device.line import Line, Parts
from mosaicfs_mount.device.messages import Opcode, Request


class Asker:
    """The kernel's end: what it asks goes out at once, what it hears is kept in order."""

    def __init__(self) -> None:
        self._end, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self.line = Line(os.dup(ours.fileno()))
        ours.close()
        self._end.settimeout(5)

    def ask(self, opcode: int, unique: int, body: bytes = b"") -> None:
        self._end.send(struct.pack("=IIQQIIIHH", 40 + len(body), opcode, unique, 1, 0, 0, 1, 0, 0) + body)

    async def hear(self) -> tuple[int, int, bytes]:
        """Who it is for, the number of the refusal, and the body."""
        message = await trio.to_thread.run_sync(self._end.recv, 1 << 21)
        length, number, unique = struct.unpack_from("=IiQ", message)
        assert length == len(message)
        return unique, -number, message[16:]

    def hang_up(self) -> None:
        self._end.close()


@pytest.fixture
def asker() -> Iterator[Asker]:
    asker = Asker()
    yield asker
    asker.hang_up()
    asker.line.close()


async def test_quick_answers_pass_slow_ones(asker: Asker) -> None:
    gate = trio.Event()

    async def slow(unique: int, name: bytes) -> Parts:
        await gate.wait()
        return messages.answer_header(unique, len(name)), memoryview(name)

    def answering(request: Request) -> bytes | Awaitable[Parts]:
        if request.opcode == Opcode.LOOKUP:
            return slow(request.unique, messages.name_in(request.body))
        return messages.answer(request.unique, b"at once")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(asker.line.run, answering)
        asker.ask(Opcode.LOOKUP, 1, b"the first\0")
        asker.ask(Opcode.LOOKUP, 2, b"another\0")
        asker.ask(Opcode.GETATTR, 3)
        assert await asker.hear() == (3, 0, b"at once")
        gate.set()
        assert {await asker.hear(), await asker.hear()} == {(1, 0, b"the first"), (2, 0, b"another")}
        nursery.cancel_scope.cancel()


async def test_a_question_that_is_taken_back_is_given_up_and_said_so(asker: Asker) -> None:
    given_up = trio.Event()

    async def never(unique: int) -> Parts:
        try:
            await trio.Event().wait()
        finally:
            given_up.set()
        return (messages.answer(unique),)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(asker.line.run, lambda request: never(request.unique))
        asker.ask(Opcode.READ, 5)
        asker.ask(Opcode.INTERRUPT, 6, struct.pack("=Q", 5))
        asker.ask(Opcode.INTERRUPT, 8, struct.pack("=Q", 999))
        assert await asker.hear() == (5, errno.EINTR, b"")
        assert given_up.is_set()
        nursery.cancel_scope.cancel()


async def test_what_needs_no_answer_gets_none_and_the_end_is_the_end(asker: Asker) -> None:
    seen: list[int] = []

    def answering(request: Request) -> bytes | None:
        seen.append(request.opcode)
        return None if request.opcode == Opcode.FORGET else messages.answer(request.unique)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(asker.line.run, answering)
        asker.ask(Opcode.FORGET, 1, struct.pack("=Q", 1))
        asker.ask(Opcode.STATFS, 2)
        assert await asker.hear() == (2, 0, b"")
        asker.hang_up()
    assert seen == [Opcode.FORGET, Opcode.STATFS]
