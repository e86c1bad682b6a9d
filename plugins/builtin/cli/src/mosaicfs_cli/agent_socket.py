"""The client of the agent's control socket: one line of JSON asks, one line answers.

It is for what only the agent of this machine can do; everything about the instance goes through `client`.
"""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mosaicfs.errors import PeerGarbledError, TimedOutError
from mosaicfs_cli.client import refused
from mosaicfs_cli.errors import LostError, NothingRunningError

if TYPE_CHECKING:
    from mosaicfs.model.json import Json, JsonObject

TIMEOUT_S = 30.0
NAME = "agent.sock"

_WHO = "The agent"


def ask_agent(where: Path, do: str, /, *, timeout_s: float = TIMEOUT_S, **arguments: Json) -> JsonObject:
    """The agent's answer. `RefusedError` when it is an error, `NothingRunningError` when nobody answers."""
    with _speaking(timeout_s), _asked(where, do, timeout_s, arguments) as connection:
        return _read(_line(connection))


def await_agent(
    where: Path, do: str, /, *, every_s: float, meanwhile: Callable[[], None], **arguments: Json
) -> JsonObject:
    """As `ask_agent`, for what may take hours: waits as long as the agent is there, and calls `meanwhile` meanwhile."""
    with _speaking(None), _asked(where, do, None, arguments) as connection:
        while not select.select([connection], [], [], every_s)[0]:
            meanwhile()
        return _read(_line(connection))


def _asked(where: Path, do: str, timeout_s: float | None, arguments: Mapping[str, Json]) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect(str(where))
        connection.sendall(json.dumps({"do": do, **arguments}, ensure_ascii=True).encode() + b"\n")
    except BaseException:
        connection.close()
        raise
    return connection


def _line(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as answers:
        return answers.readline()


@contextmanager
def _speaking(timeout_s: float | None) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise TimedOutError(_WHO, timeout_s or 0.0) from None
    except ConnectionResetError:
        raise LostError(_WHO) from None
    except (ConnectionError, FileNotFoundError):
        raise NothingRunningError from None


def _read(line: bytes) -> JsonObject:
    if not line.endswith(b"\n"):
        raise LostError(_WHO)
    try:
        answer = json.loads(line)
    except ValueError:
        raise PeerGarbledError(_WHO, "it is not JSON") from None
    if not isinstance(answer, dict):
        raise PeerGarbledError(_WHO, "it is not an object")
    if "error" in answer:
        raise refused(answer)
    return answer
