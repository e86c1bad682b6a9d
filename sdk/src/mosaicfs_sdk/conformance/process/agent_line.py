"""The agent's end of a socket, as the suite plays it: right lines, wrong lines, and an end at any moment."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

LIMIT_S = 30.0
NAP_S = 0.02
Message = dict[str, Any]


class AgentLine:
    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._file = connected.makefile("rb")

    def say(self, *messages: Message | bytes) -> None:
        for message in messages:
            raw = message if isinstance(message, bytes) else json.dumps(message).encode() + b"\n"
            self._socket.sendall(raw)

    def hear(self) -> Message | None:
        """The next message; None where the plugin has hung up."""
        try:
            line = self._file.readline()
        except TimeoutError:
            pytest.fail(f"it has said nothing for {LIMIT_S:g} s")
        except ConnectionError:
            return None
        if not line:
            return None
        try:
            message: Message = json.loads(line)
        except ValueError:
            pytest.fail(f"it says what is no JSON: {line[:200]!r}")
        assert isinstance(message, dict), f"it says what is no object: {line[:200]!r}"
        return message

    def is_silent(self, seconds: float) -> bool:
        self._socket.settimeout(seconds)
        try:
            return not self._socket.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(LIMIT_S)

    def until(self, *members: str) -> Message:
        """The next message with one of these members; notices between do not matter."""
        while (message := self.hear()) is not None:
            if any(name in message for name in members):
                return message
        pytest.fail(f"it hung up before it said {' or '.join(members)}")

    def close(self) -> None:
        self._file.close()
        self._socket.close()


@contextmanager
def line_to(path: Path) -> Iterator[AgentLine]:
    """As soon as somebody listens there."""
    line = AgentLine(_connected(path))
    try:
        yield line
    finally:
        line.close()


def _connected(path: Path) -> socket.socket:
    deadline = time.monotonic() + LIMIT_S
    while True:
        connected = socket.socket(socket.AF_UNIX)
        connected.settimeout(LIMIT_S)
        try:
            connected.connect(str(path))
        except OSError as trouble:
            connected.close()
            if time.monotonic() > deadline:
                pytest.fail(f"nobody listens at {path}: {trouble.strerror}")
            time.sleep(NAP_S)
        else:
            return connected
