"""The bytes of one answer, on their way: read by threads, left by tasks at any moment.

A task that is cancelled does not wait for a slow line. What it leaves in the hands of a thread, that thread closes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

Answer = Mapping[str, Any]

_range = re.compile(r"bytes (\d+)-\d+/(\d+)").fullmatch


class Body:
    """`first` is where its bytes begin in the object, `total` the size of that."""

    def __init__(self, answer: Answer) -> None:
        found = _range(str(answer.get("ContentRange", "")))
        self.first, self.total = (int(found[1]), int(found[2])) if found else (0, int(answer.get("ContentLength", -1)))
        self.etag = bare(answer.get("ETag"))
        encrypted = "kms" in str(answer.get("ServerSideEncryption", "")) or "SSECustomerAlgorithm" in answer
        self.etag_is_md5 = not encrypted
        self._raw = answer["Body"]
        self._lock = Lock()
        self._reading = False
        self.closed = False

    def read(self, size: int) -> bytes:
        """In a thread. Nothing at the end, and after it was closed."""
        with self._lock:
            if self.closed:
                return b""
            self._reading = True
        try:
            piece: bytes = self._raw.read(size)
            return piece
        finally:
            if self._left():
                self._raw.close()

    def _left(self) -> bool:
        with self._lock:
            self._reading = False
            return self.closed

    def close(self) -> None:
        """Never waits, and may be called twice."""
        with self._lock:
            again, self.closed = self.closed, True
            if again or self._reading:
                return
        self._raw.close()


class Opening:
    """A request for a body, which may be given up while a thread waits for its answer."""

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._ask = ask
        self._body: Body | None = None
        self._left = False

    def run(self) -> Body:
        """In a thread."""
        body = self._body = Body(self._ask())
        if self._left:
            body.close()
        return body

    def leave(self) -> None:
        self._left = True
        if self._body is not None:
            self._body.close()


def bare(etag: object) -> str:
    """Without its quotes: not every service sends them everywhere."""
    return str(etag or "").removeprefix('"').removesuffix('"')
