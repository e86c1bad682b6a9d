"""How the other duties of this machine ask its plugins, which only the agent may: a question a connection.

The question is a line of JSON and so is the answer. Who hangs up is not answered any more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, NoReturn, TypeAlias

import msgspec
import structlog
import trio

from mosaicfs.errors import PeerGarbledError, SourceUnavailableError, TimedOutError
from mosaicfs.model.query import Answers, Query
from mosaicfs.unix_socket import listening

NAME: Final = "query.sock"
LONGEST_QUESTION: Final = 1 << 20
LONGEST_ANSWER: Final = 256 << 20
MORE_S: Final = 0.5
"""Beyond the time of the question, for the way."""
_WHO: Final = "The agent of this machine"
_PIECE: Final = 1 << 16

Ask: TypeAlias = Callable[[Query], Awaitable[Answers]]

_log = structlog.get_logger(component="query")


async def serve_line(path: Path, ask: Ask) -> NoReturn:
    """Until cancelled. Only who may open the socket, its owner, is heard."""
    with listening(path) as plain:
        listener = trio.socket.from_stdlib_socket(plain)
        async with trio.open_nursery() as nursery:
            while True:
                connection, _ = await listener.accept()
                nursery.start_soon(_converse, trio.SocketStream(connection), ask)


async def _converse(stream: trio.SocketStream, ask: Ask) -> None:
    async with stream:
        try:
            question = msgspec.json.decode(await _line(stream, LONGEST_QUESTION), type=Query)
            answers = await ask(question)
            await stream.send_all(msgspec.json.encode(answers) + b"\n")
        except (trio.BrokenResourceError, msgspec.DecodeError, EOFError) as trouble:
            _log.info("somebody who asked plugins hung up", cause=str(trouble))


async def ask_agent(path: Path, question: Query) -> Answers:
    """`SourceUnavailableError` where no agent runs, `TimedOutError`."""
    limit_s = question.deadline_ms / 1000 + MORE_S
    try:
        with trio.fail_after(limit_s):
            return await _asked(path, question)
    except trio.TooSlowError:
        raise TimedOutError(_WHO, limit_s) from None
    except (EOFError, trio.BrokenResourceError):
        raise SourceUnavailableError(_WHO, "it was stopped meanwhile") from None
    except msgspec.DecodeError as garbled:
        raise PeerGarbledError(_WHO, str(garbled)) from None


async def _asked(path: Path, question: Query) -> Answers:
    try:
        stream = await trio.open_unix_socket(path)
    except OSError:
        raise SourceUnavailableError(_WHO, "it does not run") from None
    async with stream:
        await stream.send_all(msgspec.json.encode(question) + b"\n")
        return msgspec.json.decode(await _line(stream, LONGEST_ANSWER), type=Answers)


async def _line(stream: trio.SocketStream, most: int) -> bytes:
    taken = bytearray()
    while not taken.endswith(b"\n"):
        found = await stream.receive_some(_PIECE)
        if not found or len(taken) > most:
            raise EOFError("a line has no end")
        taken += found
    return bytes(taken)
