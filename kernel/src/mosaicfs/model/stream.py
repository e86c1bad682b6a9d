"""Bytes on their way from a plugin to a reader."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Protocol, runtime_checkable


@runtime_checkable
class ByteStream(Protocol):
    """Pieces of any size. An async generator is one.

    Whoever takes the stream closes it, also after an error or in the middle; closing frees the connection behind it.
    """

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def aclose(self) -> Awaitable[None]: ...
