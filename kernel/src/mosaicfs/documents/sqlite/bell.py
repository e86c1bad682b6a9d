"""Telling the other processes on this machine that something was committed.

Each process binds a datagram socket in one folder and sends a byte to all others after a commit. A lost byte costs at
most a second, because whoever waits looks at the database every second anyway.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
from pathlib import Path

import trio

LOOK_AGAIN_S = 1.0
LOOK_AGAIN_WITHOUT_BELL_S = 0.25


class Bell:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        self._path = folder
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}.sock"
        self._socket = self._bound()
        self._heard = trio.Event()

    @property
    def look_again_s(self) -> float:
        return LOOK_AGAIN_S if self._socket else LOOK_AGAIN_WITHOUT_BELL_S

    def others(self) -> list[str]:
        """Sockets of other processes that are still there; dead ones are removed."""
        return [name for name in self._names() if self._reached(name)]

    def ring(self) -> None:
        """From any thread. Never blocks: a full socket has a byte waiting already."""
        for name in self._names():
            self._reached(name)

    def heard(self) -> None:
        """Wake those who wait in this process."""
        self._heard.set()
        self._heard = trio.Event()

    async def wait(self) -> None:
        with trio.move_on_after(self.look_again_s):
            await self._heard.wait()

    async def listen(self) -> None:
        if self._socket is None:
            return
        while True:
            await trio.lowlevel.wait_readable(self._socket)
            self._emptied(self._socket)
            self.heard()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            (self._path / self._name).unlink(missing_ok=True)
        os.close(self._folder)

    def _names(self) -> list[str]:
        return [path.name for path in self._path.iterdir() if path.name != self._name]

    def _bound(self) -> socket.socket | None:
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        bound.setblocking(False)
        try:
            bound.bind(self._address(self._name))
        except OSError:
            bound.close()
            return None
        return bound

    def _address(self, name: str) -> str:
        """Through the open folder where the system allows: a socket's address may have only 107 bytes."""
        return f"/proc/self/fd/{self._folder}/{name}" if sys.platform == "linux" else str(self._path / name)

    def _reached(self, name: str) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            try:
                sender.sendto(b"!", self._address(name))
            except BlockingIOError:
                return True
            except ConnectionRefusedError:
                (self._path / name).unlink(missing_ok=True)
                return False
            except OSError:
                return False
        return True

    @staticmethod
    def _emptied(bound: socket.socket) -> None:
        try:
            while bound.recv(16):
                pass
        except BlockingIOError:
            return
