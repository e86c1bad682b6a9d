"""One connection to a node: requests of ours, one after the other, and what comes back.

Who answers is a node of the instance that has proven its name, so of HTTP only what such a node sends is understood: a
head, and a body of the length that the head gives. Everything else is no answer. A general client would do the same at
several times the price, which is more than a small file costs otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import trio

from mosaicfs.identity.tls_stream import TlsStream

MOST_HEAD_BYTES = 64 * 1024

_status = re.compile(rb"HTTP/1\.1 ([1-5][0-9]{2})(?: [^\r\n]*)?").fullmatch
_field = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*").fullmatch
_digits = re.compile(r"[0-9]{1,19}").fullmatch


class BrokenOffError(Exception):
    """The connection broke before the answer was whole, or what came is no answer."""


class SilentError(BrokenOffError):
    """Nothing came for too long."""


class NothingSaidError(SilentError):
    """Not even the beginning of an answer came in time."""


@dataclass(slots=True, eq=False)
class Connection:
    """`unread` is how much of the answer's body has not been taken yet; a head of unknown length leaves None."""

    stream: TlsStream
    unread: int | None = 0
    _rest: bytes = b""

    @property
    def is_fresh(self) -> bool:
        """Whether another request may be sent: nothing has come that nobody asked for, not even its end."""
        return self.unread == 0 and not self._rest and not self.stream.has_more()

    async def ask(self, request: bytes, limit_s: float) -> tuple[int, Mapping[str, str]]:
        """Status and head of the answer. `BrokenOffError`, `NothingSaidError`."""
        self.unread = None
        try:
            with trio.fail_after(limit_s):
                await self.stream.send_all(request)
                head = await self._head()
        except trio.TooSlowError:
            raise NothingSaidError from None
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise BrokenOffError(str(error)) from error
        status, headers = _read(head)
        length = headers.get("content-length", "")
        if _digits(length) and "transfer-encoding" not in headers:
            self.unread = int(length)
        return status, headers

    async def take(self, room: memoryview, silence_s: float) -> int:
        """How much of the body came next, up to a full `room`; 0 behind the last. `BrokenOffError`, `SilentError`."""
        room = room[: self.unread]
        if not room or self.unread is None:
            return 0
        if found := self._rest[: len(room)]:
            self._rest = self._rest[len(found) :]
            room[: len(found)] = found
            taken = len(found)
        else:
            taken = await self._next(room, silence_s)
        self.unread -= taken
        return taken

    def close(self) -> None:
        """At once: there is nothing left to say."""
        self.stream.close()

    async def _head(self) -> bytes:
        found = b""
        while (end := found.find(b"\r\n\r\n")) < 0:
            if len(found) > MOST_HEAD_BYTES:
                raise BrokenOffError("its head does not end")
            some = await self.stream.receive_some(MOST_HEAD_BYTES)
            if not some:
                raise BrokenOffError("it closed the connection")
            found += some
        self._rest = found[end + 4 :]
        return found[:end]

    async def _next(self, room: memoryview, silence_s: float) -> int:
        try:
            with trio.fail_after(silence_s):
                taken = await self.stream.receive_into(room)
        except trio.TooSlowError:
            raise SilentError from None
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise BrokenOffError(str(error)) from error
        if not taken:
            raise BrokenOffError("it closed the connection")
        return taken


def _read(head: bytes) -> tuple[int, Mapping[str, str]]:
    """`BrokenOffError` for what is no head. Of a field that stands there twice nobody can say which one counts."""
    line, *lines = head.split(b"\r\n")
    status = _status(line)
    if status is None:
        raise BrokenOffError("it does not answer in HTTP")
    headers: dict[str, str] = {}
    for each in lines:
        found = _field(each)
        if found is None:
            raise BrokenOffError("its head cannot be read")
        name = found[1].decode("ascii").lower()
        if name in headers:
            raise BrokenOffError(f"its head says {name} twice")
        headers[name] = found[2].decode("latin-1")
    return int(status[1]), headers
