"""How the other duties of this machine have bytes materialized by its agent: over a socket, one stream a connection.

The question is a line of JSON, the answer another one, then pieces with their length before them, an empty one at the
end. A stream that breaks off without it has failed, so a part is never taken for the whole.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Final, NoReturn, TypeAlias

import msgspec
import structlog
import trio

from mosaicfs import errors
from mosaicfs.errors import MosaicError, PluginBrokenError, SourceUnavailableError
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.stream import ByteStream
from mosaicfs.unix_socket import listening

NAME: Final = "materialize.sock"
LONGEST: Final = 1 << 20
PIECE: Final = 1 << 20
_AT_ONCE: Final = 256 * 1024

Materialize: TypeAlias = Callable[[Entry, Span], Awaitable[ByteStream]]

_log = structlog.get_logger(component="storage_backend")


class _Question(msgspec.Struct):
    entry: Entry
    span: Span


class _Answer(msgspec.Struct, omit_defaults=True):
    """`error` is the name of a class of ours, empty where bytes follow."""

    error: str = ""
    message: str = ""


# --- the agent -----------------------------------------------------------------------------------------------------


async def serve_line(path: Path, materialize: Materialize) -> NoReturn:
    """Until cancelled. Only who may open the socket, its owner, is heard."""
    with listening(path) as plain:
        listener = trio.socket.from_stdlib_socket(plain)
        async with trio.open_nursery() as nursery:
            while True:
                connection, _ = await listener.accept()
                nursery.start_soon(_converse, trio.SocketStream(connection), materialize)


async def _converse(stream: trio.SocketStream, materialize: Materialize) -> None:
    async with stream:
        try:
            await _answer(stream, msgspec.json.decode(await _line(stream), type=_Question), materialize)
        except (trio.BrokenResourceError, msgspec.DecodeError, EOFError) as trouble:
            _log.info("a reader of this machine hung up", cause=str(trouble))


async def _answer(stream: trio.SocketStream, asked: _Question, materialize: Materialize) -> None:
    """Cancelled when the reader hangs up: nobody pays for bytes that nobody takes."""
    async with trio.open_nursery() as nursery:

        async def watch() -> None:
            with suppress(trio.BrokenResourceError):
                await stream.receive_some(1)
            nursery.cancel_scope.cancel()

        nursery.start_soon(watch)
        await _send(stream, asked, materialize)
        nursery.cancel_scope.cancel()


async def _send(stream: trio.SocketStream, asked: _Question, materialize: Materialize) -> None:
    try:
        found = await materialize(asked.entry, asked.span)
        await stream.send_all(msgspec.json.encode(_Answer()) + b"\n")
        async with aclosing(found):
            async for piece in found:
                for start in range(0, len(piece), PIECE):
                    part = piece[start : start + PIECE]
                    await stream.send_all(len(part).to_bytes(4, "big") + part)
        await stream.send_all(bytes(4))
    except MosaicError as trouble:
        # In the middle of a stream it cannot be mistaken for a piece: it is longer than any.
        said = msgspec.json.encode(_Answer(type(trouble).__name__, str(trouble))) + b"\n"
        await stream.send_all(said)


# --- the others ----------------------------------------------------------------------------------------------------


async def asked_stream(path: Path, entry: Entry, span: Span) -> ByteStream:
    """From the agent of this machine; its errors are raised here as they were there."""
    try:
        stream = await trio.open_unix_socket(path)
    except OSError:
        raise SourceUnavailableError(entry.backend or entry.file_id, "the agent of this machine does not run") from None
    received = _Received(stream)
    try:
        await stream.send_all(msgspec.json.encode(_Question(entry, span)) + b"\n")
        answer = msgspec.json.decode(await received.line(), type=_Answer)
        if answer.error:
            raise _same(answer)
    except BaseException as trouble:
        await trio.aclose_forcefully(stream)
        if isinstance(trouble, EOFError | trio.BrokenResourceError | msgspec.DecodeError):
            raise _hung_up(entry) from trouble
        raise
    return _pieces(stream, received, entry)


async def _pieces(stream: trio.SocketStream, received: _Received, entry: Entry) -> AsyncGenerator[bytes, None]:
    try:
        while True:
            head = await received.exactly(4)
            if head[:1] == b"{":
                raise _same(msgspec.json.decode(head + await received.line(), type=_Answer))
            if not (length := int.from_bytes(head, "big")):
                return
            yield await received.exactly(length)
    except (EOFError, trio.BrokenResourceError, msgspec.DecodeError) as trouble:
        raise _hung_up(entry) from trouble
    finally:
        await trio.aclose_forcefully(stream)


class _Received:
    """What has come and was not taken yet."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._waiting = bytearray()

    async def exactly(self, length: int) -> bytes:
        while len(self._waiting) < length:
            await self._more()
        return self._taken(length)

    async def line(self) -> bytes:
        while (end := self._waiting.find(b"\n")) < 0:
            if len(self._waiting) > LONGEST:
                raise EOFError("a line has no end")
            await self._more()
        return self._taken(end + 1)

    async def _more(self) -> None:
        found = await self._stream.receive_some(_AT_ONCE)
        if not found:
            raise EOFError("it hung up")
        self._waiting += found

    def _taken(self, length: int) -> bytes:
        taken = bytes(self._waiting[:length])
        del self._waiting[:length]
        return taken


async def _line(stream: trio.SocketStream) -> bytes:
    return await _Received(stream).line()


def _same(answer: _Answer) -> MosaicError:
    """An error of that class with those words; its own way to make words needs facts that stayed there."""
    kind = getattr(errors, answer.error, None)
    if not (isinstance(kind, type) and issubclass(kind, MosaicError)):
        return PluginBrokenError("of the agent", answer.message)
    error = kind.__new__(kind, answer.message)
    error.args = (answer.message,)
    return error


def _hung_up(entry: Entry) -> MosaicError:
    return SourceUnavailableError(entry.backend or entry.file_id, "the agent of this machine was stopped meanwhile")
