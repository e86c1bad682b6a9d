"""Where the control plane of `up` listens when nobody has said it: the first of a few ports that nobody else has.

Between the look and the server's own opening of the port another program may take it, such as an `up` of somebody else
that started at the same moment; then the server is moved on to the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs import Listener, free_port

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mosaicfs.model.configuration import Settings

HOST = "127.0.0.1"
PORTS = tuple(range(8440, 8450))
ANY = 0
"""A port that the system chooses."""

MOST_MOVES = 2 * len(PORTS)
TAKEN = 3
"""The exit code of a server whose address was taken."""


class Address:
    """`listen` is what the server is to listen on now."""

    def __init__(self, settings: Settings) -> None:
        self._is_chosen = "server.listen" not in settings.given
        self._moves = 0
        self.listen: Sequence[str] = (_url(_free(PORTS)),) if self._is_chosen else settings.server.listen

    def moves_on(self, exit_code: int) -> bool:
        """Whether a server that ended so, without ever having come up, is to try another address at once.

        Never where somebody asked for the address, and not without end: then its own words are told.
        """
        if exit_code != TAKEN or not self._is_chosen or self._moves == MOST_MOVES:
            return False
        port = _port(self.listen[0])
        if free_port(Listener(HOST, port)):
            return False  # something else was taken, such as its lock
        self._moves += 1
        self.listen = (_url(_free([each for each in PORTS if each > port])),)
        return True


def _free(ports: Sequence[int]) -> int:
    return next(free for port in (*ports, ANY) if (free := free_port(Listener(HOST, port))))


def _url(port: int) -> str:
    return Listener(HOST, port).url


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])
