"""The agent's own socket, for what only the agent of this machine can do: a line of JSON asks, a line answers.

Only who may open the socket, its owner, is heard. What the words do is the keeper's; here they are only carried.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import NoReturn, TypeAlias

import msgspec
import structlog
import trio

from mosaicfs import listening
from mosaicfs.errors import AskOwnerError, GiveUpError, MosaicError
from mosaicfs.model.json import JsonObject

NAME = "agent.sock"
LONGEST = 65_536

Verb: TypeAlias = Callable[[JsonObject], Awaitable[JsonObject]]

log = structlog.get_logger(component="agent")


class BadRequestError(GiveUpError):
    """What was asked makes no sense."""


async def serve_socket(
    path: Path, verbs: Mapping[str, Verb], *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> NoReturn:
    """Until cancelled; the file is gone afterwards, if it is still ours."""
    with listening(path) as plain:
        listener = trio.socket.from_stdlib_socket(plain)
        async with trio.open_nursery() as nursery:
            task_status.started()
            while True:
                connection, _ = await listener.accept()
                nursery.start_soon(_converse, connection, verbs)


async def _converse(connection: trio.socket.SocketType, verbs: Mapping[str, Verb]) -> None:
    """One request after the other. Who hangs up is not waited for."""
    stream = trio.SocketStream(connection)
    async with stream:
        waiting = b""
        try:
            async for chunk in stream:
                waiting += chunk
                while b"\n" in waiting:
                    line, _, waiting = waiting.partition(b"\n")
                    await stream.send_all(msgspec.json.encode(await answer(line, verbs)) + b"\n")
                if len(waiting) > LONGEST:
                    return
        except trio.BrokenResourceError:
            return


async def answer(line: bytes, verbs: Mapping[str, Verb]) -> JsonObject:
    """Never raises: what goes wrong is the answer."""
    try:
        asked = msgspec.json.decode(line, type=dict[str, bool | int | str | None])
        verb = verbs.get(str(asked.get("do")))
        if verb is None:
            raise BadRequestError(f"There is nothing called {asked.get('do')!r}; there are: {', '.join(verbs)}.")
        return await verb({**asked})
    except msgspec.DecodeError as trouble:
        return _error("bad_request", f"This is not a request: {trouble}.")
    except MosaicError as trouble:
        return _error(_code(trouble), str(trouble))
    except Exception as trouble:
        log.warning("a request of the control socket failed", exc_info=trouble)
        return _error("internal", f"The agent failed: {trouble}. See its log.")


def _error(code: str, message: str) -> JsonObject:
    return {"error": {"code": code, "message": message}}


def _code(trouble: MosaicError) -> str:
    if isinstance(trouble, BadRequestError):
        return "bad_request"
    if isinstance(trouble, GiveUpError):
        return "refused"
    return "forbidden" if isinstance(trouble, AskOwnerError) else "unavailable"
