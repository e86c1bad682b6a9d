"""The body of a request: read within bounds, proven, unpacked within bounds, and never left lying in the connection.

A server that answers while the client still sends would close the connection on it, and the client would see a broken
pipe in place of the answer. So whoever refuses a request drains it first.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from tempfile import SpooledTemporaryFile
from typing import Any, TypeVar

import anyio
import msgspec
from starlette.types import Receive

from mosaicfs.identity.signatures import STREAM
from mosaicfs_control.errors import RefusedError, bad_request, unauthorized

BODY_LIMIT = 16 * 1024 * 1024
DRAIN_LIMIT = 1024 * 1024 * 1024
IDLE_S = 30
IN_MEMORY = 1024 * 1024
"""Of a body that is being proven; the rest waits in a temporary file."""

_PIECE = 64 * 1024
_LENGTH_DIGITS = 15
_GZIP = 31  # zlib's wbits for a gzip header and trailer

T = TypeVar("T")


class Incoming:
    """`limit` is the most that an unpacked body may have, `promised` the hash that is signed of what is sent."""

    def __init__(
        self, receive: Receive, headers: Mapping[str, str], limit: int = BODY_LIMIT, promised: str = ""
    ) -> None:
        self._limit = limit
        self._receive = receive
        self._headers = headers
        self._promised = promised
        self._ended = False
        self._whole: bytes | None = None
        self._proven: SpooledTemporaryFile[bytes] | None = None

    @property
    def ended(self) -> bool:
        """Whether the client has sent all of it."""
        return self._ended

    async def prove(self) -> None:
        """Take all of a signed body before anybody acts on it; 401, and the connection's end, where it is another.

        A body that is checked by its own digest, and one that nobody signed, is read as it comes.
        """
        if not self._promised or self._promised == STREAM:
            return
        self._require_fitting()
        found, size, held = sha256(), 0, SpooledTemporaryFile[bytes](IN_MEMORY)
        self._proven = held
        while (chunk := await self._arriving()) is not None:
            size += len(chunk)
            if size > self._limit:
                raise _too_large(self._limit)
            found.update(chunk)
            held.write(chunk)
        if not compare_digest(found.hexdigest(), self._promised):
            raise unauthorized({"connection": "close"})
        held.seek(0)

    async def json(self, shape: type[T], *, or_else: T | None = None) -> T:
        """The body as `shape`; `RefusedError` with the place where it is not. `or_else` stands for an empty one."""
        self._require_json()
        raw = await self.raw()
        if or_else is not None and not raw.strip():
            return or_else
        try:
            return msgspec.json.decode(raw, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
            raise bad_request(f"invalid JSON in the request body: {cause}") from None

    async def members(self) -> dict[str, msgspec.Raw]:
        """The members of a body that may be missing."""
        return await self.json(dict[str, msgspec.Raw], or_else={})

    async def raw(self) -> bytes:
        """The unpacked body, at most `limit` of it, however it was packed. It may be asked for again."""
        if self._whole is None:
            self._whole = await self._read()
        return self._whole

    async def _read(self) -> bytes:
        self._require_fitting()
        packing = self._headers.get("content-encoding", "identity").lower()
        if packing == "identity":
            return await self._plain()
        if packing == "gzip":
            return await self._unpacked()
        raise RefusedError("bad_content_type", f"Content-Encoding {packing!r} is not understood; gzip is.")

    async def drain(self) -> None:
        """Take what the client still sends, and forget it. A client that never ends is left to itself."""
        size = 0
        try:
            while (chunk := await self._arriving()) is not None:
                size += len(chunk)
                if size > DRAIN_LIMIT:
                    return
        except RefusedError:
            return

    async def gone(self) -> None:
        """Return when the client has closed the connection; what it sends until then is dropped."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def close(self) -> None:
        if self._proven is not None:
            self._proven.close()

    def _require_fitting(self) -> None:
        length = self._headers.get("content-length") or "0"
        if not length.isdecimal() or len(length) > _LENGTH_DIGITS or int(length) > self._limit:
            raise _too_large(self._limit)

    def _require_json(self) -> None:
        kind = self._headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise RefusedError("bad_content_type", f"Content-Type must be application/json, not {kind}")

    async def _plain(self) -> bytes:
        found, size = [], 0
        while (chunk := await self._chunk()) is not None:
            size += len(chunk)
            if size > self._limit:
                raise _too_large(self._limit)
            found.append(chunk)
        return b"".join(found)

    async def _unpacked(self) -> bytes:
        """Unpacked piece by piece, so that a small body never becomes a large one in memory."""
        unpacking, found, size = zlib.decompressobj(_GZIP), [], 0
        try:
            while (chunk := await self._chunk()) is not None:
                found.append(unpacking.decompress(chunk, self._limit + 1 - size))
                size += len(found[-1])
                if size > self._limit:
                    raise _too_large(self._limit)
        except zlib.error as cause:
            raise bad_request(f"the request body is not gzip: {cause}") from None
        if not unpacking.eof or unpacking.unused_data:
            raise bad_request("the request body is not one whole gzip stream")
        return b"".join(found)

    async def _chunk(self) -> bytes | None:
        """None after the last one. What was proven comes from where it was kept."""
        if self._proven is not None:
            return self._proven.read(_PIECE) or None
        return await self._arriving()

    async def _arriving(self) -> bytes | None:
        if self._ended:
            return None
        message = await self._next()
        if message["type"] == "http.disconnect":
            self._ended = True
            raise bad_request("the request body ended early")
        self._ended = not message.get("more_body", False)
        return bytes(message.get("body", b""))

    async def _next(self) -> Any:
        with anyio.move_on_after(IDLE_S):
            return await self._receive()
        raise bad_request(f"the request body has paused for more than {IDLE_S} s")


def _too_large(limit: int) -> RefusedError:
    return RefusedError("too_large", f"A request body may have {limit} bytes, unpacked.")
