"""The client of the agent's control socket: one line of JSON asks, one line answers.

It is for what only the agent of this machine can do; everything about the instance goes through `client`.
"""

from __future__ import annotations

import json
import socket
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


def ask_agent(where: Path, do: str, /, *, timeout_s: float | None = TIMEOUT_S, **arguments: Json) -> JsonObject:
    """The agent's answer. `RefusedError` when it is an error, `NothingRunningError` when nobody answers.

    Without a timeout it is waited for as long as it takes.
    """
    asked = json.dumps({"do": do, **arguments}, ensure_ascii=True).encode() + b"\n"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(str(where))
            connection.sendall(asked)
            with connection.makefile("rb") as answers:
                line = answers.readline()
    except TimeoutError:
        raise TimedOutError(_WHO, timeout_s or 0.0) from None
    except ConnectionResetError:
        raise LostError(_WHO) from None
    except (ConnectionError, FileNotFoundError):
        raise NothingRunningError from None
    return _read(line)


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
