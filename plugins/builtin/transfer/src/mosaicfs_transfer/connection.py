"""One connection: a request, its answer, and then the next one, as long as both sides want.

h11 knows what a request is; here it is given bytes, and each wait for the other end has its limit of time, so that
neither a slow head nor a reader that has stopped keeps a connection open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import h11
import trio

from mosaicfs_transfer.asking import Request, headers_in, request_id_in
from mosaicfs_transfer.line import Line, Stream
from mosaicfs_transfer.refusals import RefusalError

HEAD_BYTES = 32 * 1024
HEAD_S = 10.0
BODY_S = 30.0
IDLE_S = 60.0
"""Longer than callers keep a connection that they do not use, so that a request rarely meets one that closes."""
SILENT_S = 30.0
"""A reader that takes nothing for so long is gone, or might as well be."""
LINGER_S = 1.0
PIECE = 64 * 1024

Pairs: TypeAlias = list[tuple[bytes, bytes]]


class GoneError(Exception):
    """The other end takes nothing any more, or the connection was cut."""


class Connection:
    """`answer` is given each request, or why it is none, with the connection to answer on."""

    def __init__(
        self, line: Line, stream: Stream, answer: Callable[[Request | RefusalError, Connection], Awaitable[None]]
    ) -> None:
        self.line = line
        self.is_idle = True
        self.is_last = False
        """No request is taken after the one that runs."""
        self._stream = stream
        self._answer = answer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)

    async def run(self) -> None:
        limit_s = HEAD_S
        try:
            while (head := await self._head(limit_s)) is not None:
                await self._answer(self._request(head), self)
                if self.line.is_gone or not self._is_at_end():
                    break
                self._http.start_next_cycle()
                self.is_idle = True
                if self.is_last:
                    break
                limit_s = IDLE_S
        except h11.RemoteProtocolError as wrong:
            await self._refuse(wrong.error_status_hint)
        except GoneError:
            return
        await self._linger()

    # --- what comes ----------------------------------------------------------------------------------------------

    async def _head(self, limit_s: float) -> h11.Request | None:
        """None when no more will come. It may begin late, but then it must be whole soon."""
        by = trio.current_time() + limit_s
        while (event := self._http.next_event()) is h11.NEED_DATA:
            has_begun = bool(self._http.trailing_data[0])
            if has_begun and self.is_idle:
                by = min(by, trio.current_time() + HEAD_S)
            self.is_idle = not has_begun
            if not await self._receive(by):
                return None
        self.is_idle = False
        return event if isinstance(event, h11.Request) else None

    async def _receive(self, by: float) -> bool:
        """False when nothing came; the end is handed on as well."""
        try:
            with trio.fail_at(by):
                data = await self._stream.receive_some(PIECE)
        except (trio.TooSlowError, trio.BrokenResourceError, trio.ClosedResourceError):
            return False
        self._http.receive_data(bytes(data))
        return bool(data)

    def _request(self, head: h11.Request) -> Request | RefusalError:
        try:
            headers = headers_in(head.headers)
        except RefusalError as refused:
            return refused
        return Request(
            method=head.method.decode("latin-1"),
            target=head.target.decode("latin-1"),
            headers=headers,
            source=self.line.source,
            request_id=request_id_in(headers),
            line=self.line,
            body_up_to=self._body,
        )

    async def _body(self, most: int) -> bytes:
        found = b""
        while not isinstance(event := self._http.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                found += bytes(event.data)
            elif self._http.they_are_waiting_for_100_continue:
                await self._out([self._http.send(h11.InformationalResponse(status_code=100, headers=[])) or b""])
            elif not await self._receive(trio.current_time() + BODY_S):
                raise RefusalError("invalid_request", "The request broke off.", headers={"connection": "close"})
            if len(found) > most:
                raise RefusalError("too_large", "No call of this server takes a body.", headers={"connection": "close"})
        return found

    def _is_at_end(self) -> bool:
        """Both have said all of it, so that the next byte begins a request."""
        if self._http.their_state is h11.SEND_BODY:
            self._http.next_event()
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    # --- what goes out -------------------------------------------------------------------------------------------

    async def head(self, status: int, headers: Pairs, body: bytes | memoryview = b"") -> None:
        """And as much of the body as is there already."""
        if self.is_last:
            headers = [*headers, (b"connection", b"close")]
        pieces = [self._http.send(h11.Response(status_code=status, headers=headers)) or b""]
        await self._out([*pieces, *self._data(body)])

    async def body(self, piece: bytes | memoryview) -> None:
        await self._out(self._data(piece))

    async def end(self) -> None:
        await self._out([self._http.send(h11.EndOfMessage()) or b""])

    def _data(self, piece: bytes | memoryview) -> Sequence[bytes | memoryview]:
        if not len(piece):
            return []
        return self._http.send_with_data_passthrough(h11.Data(data=piece)) or []  # type: ignore[arg-type]  # it is only counted

    async def _out(self, pieces: Sequence[bytes | memoryview]) -> None:
        """`GoneError` when it is not taken. Little is sent in one piece: each costs the way to the system."""
        if sum(map(len, pieces)) <= PIECE:
            pieces = [b"".join(pieces)]
        for piece in pieces:
            if len(piece):
                await self._one_out(piece)

    async def _one_out(self, piece: bytes | memoryview) -> None:
        try:
            with trio.fail_after(SILENT_S):
                await self._stream.send_all(piece)
        except (trio.TooSlowError, trio.BrokenResourceError, trio.ClosedResourceError):
            self.line.cut()
            raise GoneError from None

    async def _refuse(self, status: int) -> None:
        """What is no request gets a status and nothing else."""
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.is_last = True
            try:
                await self.head(status, [(b"content-length", b"0")])
                await self.end()
                await self._linger()
            except GoneError:
                return

    async def _linger(self) -> None:
        """Whoever is still sending would be told that the connection broke, and not what was answered."""
        with trio.move_on_after(LINGER_S):
            try:
                if self._http.their_state is not h11.DONE and not self.is_idle:
                    while await self._stream.receive_some(PIECE):
                        pass
                await self._stream.aclose()
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return
