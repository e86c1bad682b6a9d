"""The agent's own socket, for what only the agent of this machine can do: a line of JSON asks, a line answers.

Only who may open the socket, its owner, is heard. What the words do is the keeper's; here they are only carried.
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, TypeAlias

import msgspec
import structlog
import trio

from mosaicfs.errors import AddressInUseError, AskOwnerError, GiveUpError, MosaicError
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
    listener, file = _listening(path)
    try:
        async with trio.open_nursery() as nursery:
            task_status.started()
            while True:
                connection, _ = await listener.accept()
                nursery.start_soon(_converse, connection, verbs)
    finally:
        _remove(path, file)
        listener.close()


def _listening(path: Path) -> tuple[trio.socket.SocketType, os.stat_result]:
    """Opened under another name and moved when it answers: whoever sees the path is heard."""
    _require_dead(path)
    draft = path.with_name(f".{os.getpid()}")
    draft.unlink(missing_ok=True)
    listener = trio.socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _bind(listener, draft)
        draft.chmod(0o600)
        file = draft.lstat()
        listener.listen(16)
        draft.rename(path)
    except OSError:
        listener.close()
        draft.unlink(missing_ok=True)
        raise
    return listener, file


def _bind(listener: trio.socket.SocketType, path: Path) -> None:
    """trio's own `bind` waits for a look-up of names that a path does not need."""
    with socket.socket(fileno=os.dup(listener.fileno())) as plain:
        plain.bind(str(path))


def _require_dead(path: Path) -> None:
    """One that nobody answers at was left by a process that was killed."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise AddressInUseError(str(path))
    except FileNotFoundError:
        return
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe,
        suppress(ConnectionRefusedError, FileNotFoundError),
    ):
        probe.connect(str(path))
        raise AddressInUseError(str(path))


def _remove(path: Path, file: os.stat_result) -> None:
    """An agent that was started meanwhile has put its own socket there; that one stays."""
    with suppress(FileNotFoundError):
        found = path.lstat()
        if (found.st_dev, found.st_ino) == (file.st_dev, file.st_ino):
            path.unlink()


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
