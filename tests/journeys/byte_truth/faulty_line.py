"""A line between two nodes that does what lines do: it cuts, it dawdles, it garbles, and it counts what passed.

`bench.relay` measures and never does harm; this one is there for the harm.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from contextlib import suppress
from typing import Literal, TypeAlias

PIECE = 64 * 1024
DAWDLES_S = 0.3
OFTEN = 0.2
"""How many of all pieces come to harm. With each of them nothing would ever get through, and little be tried."""

Fault: TypeAlias = Literal["", "cut", "dawdle", "garble", "refuse", "all"]
FAULTS: tuple[Fault, ...] = ("cut", "dawdle", "garble", "refuse")


class FaultyLine:
    """From a port of its own to `behind`. `fault` holds from now on, also for connections that are open already."""

    def __init__(self, behind: int, seed: int = 1) -> None:
        self.fault: Fault = ""
        self.received = 0
        self.harmed = 0
        self._behind = behind
        self._chance = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def close(self) -> None:
        for each in (self._listener, *list(self._open)):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.socket() as far:
            self._open |= {near, far}
            try:
                if self.fault == "refuse":
                    return
                far.connect(("127.0.0.1", self._behind))
                for each in (near, far):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                back = threading.Thread(target=self._answer, args=(far, near), daemon=True)
                back.start()
                self._ask(near, far)
                back.join()
            except OSError:
                pass  # nobody there: the other side sees its connection end
            finally:
                self._open -= {near, far}

    def _ask(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while piece := near.recv(PIECE):
                far.sendall(piece)
        _end(far)

    def _answer(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while (piece := far.recv(PIECE)) and (piece := self._suffered(piece)):
                near.sendall(piece)
                self.received += len(piece)
        _end(near)
        _end(far)

    def _suffered(self, piece: bytes) -> bytes:
        """Nothing where the line is cut."""
        fault = self._chance.choice(FAULTS) if self.fault == "all" else self.fault
        if not fault or self._chance.random() >= OFTEN:
            return piece
        self.harmed += 1
        place = self._chance.randrange(len(piece))
        if fault == "dawdle":
            time.sleep(self._chance.random() * DAWDLES_S)
        elif fault == "garble":
            return piece[:place] + bytes([piece[place] ^ 0x20]) + piece[place + 1 :]
        elif fault == "cut":
            return b""
        return piece


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
