"""The bytes of a file from the API, over as many connections as it takes.

A connection that breaks is made anew and goes on behind the last byte, if the file is still the version that it was
begun with. What becomes of the bytes is left to who takes them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import TYPE_CHECKING, NamedTuple

from mosaicfs.errors import (
    EntryChangedError,
    PeerGarbledError,
    ServerUnreachableError,
    TimedOutError,
)
from mosaicfs_cli.client import WHO, segment
from mosaicfs_cli.errors import LostError, NothingRunningError

if TYPE_CHECKING:
    from mosaicfs_cli.client import Api

PIECE = 1 << 20
PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Between connections that bring nothing; each byte that comes begins them anew."""

MOST_VERSIONS = 3
"""A file that changes faster than it can be read is given up."""

LOST = (LostError, NothingRunningError, PeerGarbledError, ServerUnreachableError, TimedOutError)
"""What may be over at the next try."""

_WHOLE = 200
_content_range = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/[0-9]+").fullmatch


class Wanted(NamedTuple):
    """`end` is exclusive, None for the end of the file; with `last` so many bytes before it, wherever that is.

    `tag` is the version that what lies before `start` is of.
    """

    start: int = 0
    end: int | None = None
    tag: str = ""
    last: int | None = None


WHOLE = Wanted()


class Download:
    """`tag`, `size` and `digest` (a header, or empty) are of the version that came last."""

    def __init__(self, api: Api, file_id: str, wanted: Wanted = WHOLE) -> None:
        self._api = api
        self._target = content_path(file_id)
        self._file_id = file_id
        self._end = wanted.end
        self._at = wanted.start
        self._last = wanted.last
        self.tag = wanted.tag
        self.size = 0
        self.digest = ""

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        """Each with its place in the file. Where another version begins, places begin anew at 0."""
        failures, versions, is_begun = 0, 1, False
        while True:
            before = self._at
            try:
                response = self._asked()
                is_begun = True
                if self._is_anew(response):
                    versions += 1
                    self._at = before = 0
                yield from self._taken(response, versions)
            except LOST:
                failures = 0 if self._at > before else failures + 1
                if failures > len(PAUSES_S) or not is_begun:
                    raise
                time.sleep(PAUSES_S[max(0, failures - 1)])
            else:
                return

    def _asked(self) -> HTTPResponse:
        response = self._api.coming(self._target, self._headers())
        if self._last is not None and (found := _content_range(response.getheader("Content-Range", ""))):
            self._last, self._at, self._end = None, int(found[1]), int(found[2]) + 1
        return response

    def _headers(self) -> Mapping[str, str]:
        if self._last is not None:
            return {"Range": f"bytes=-{self._last}"}
        if self._at == 0 and self._end is None:
            return {}
        span = {"Range": f"bytes={self._at}-{'' if self._end is None else self._end - 1}"}
        return {**span, "If-Range": self.tag} if self.tag else span

    def _is_anew(self, response: HTTPResponse) -> bool:
        """Whether what came before is of another version."""
        tag, before = response.getheader("ETag", ""), self.tag
        self.tag, self.digest = tag, response.getheader("Repr-Digest", "")
        is_other = response.status == _WHOLE or bool(before and tag != before)
        return self._at > 0 and self._last is None and is_other

    def _taken(self, response: HTTPResponse, versions: int) -> Iterator[tuple[int, bytes]]:
        if versions > MOST_VERSIONS:
            self._api.close()
            raise EntryChangedError(self._file_id)
        left = length_of(response)
        self.size = self._at + left if self._end is None else self.size
        while left:
            piece = self._read(response, min(PIECE, left))
            at, left = self._at, left - len(piece)
            self._at += len(piece)
            yield at, piece
        response.read()  # nothing, and the connection is free again

    def _read(self, response: HTTPResponse, most: int) -> bytes:
        try:
            piece = response.read(most)
        except (OSError, HTTPException) as cause:
            raise self._lost(cause) from None
        if not piece:
            raise self._lost(IncompleteRead(b""))
        return piece

    def _lost(self, cause: OSError | HTTPException) -> Exception:
        """An end before the end is how a server says that its source broke off."""
        found = self._api.lost(cause)
        return LostError(WHO) if isinstance(found, PeerGarbledError) else found


def wanted(text: str) -> Wanted | None:
    """`A-B`, both counted from 0 and B included, `A-`, or `-N` for the last N; None for what is none of them."""
    first, dash, last = text.partition("-")
    if not dash or not (first or last) or not all(part.isascii() and part.isdigit() for part in (first, last) if part):
        return None
    if not first:
        return Wanted(last=int(last))
    end = int(last) + 1 if last else None
    return Wanted(int(first), end) if end is None or int(first) < end else None


def content_path(file_id: str) -> str:
    return f"/api/files/{segment(file_id)}/content"


def length_of(response: HTTPResponse) -> int:
    said = response.getheader("Content-Length", "")
    if not said.isdigit():
        raise PeerGarbledError(WHO, "it does not say how many bytes there are")
    return int(said)
