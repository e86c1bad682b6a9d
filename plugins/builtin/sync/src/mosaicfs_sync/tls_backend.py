"""Connections that are closed at once when a handshake is cancelled: httpcore leaves them to the garbage collector."""

# ruff: noqa: ASYNC109 - the signatures are httpcore's

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import trio


class ClosingBackend(httpcore.AsyncNetworkBackend):
    """Connects by TCP as httpcore does."""

    def __init__(self) -> None:
        self._inner = httpcore.TrioBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Closing(stream)

    async def sleep(self, seconds: float) -> None:
        await trio.sleep(seconds)


class _Closing(httpcore.AsyncNetworkStream):
    """A stream before its handshake."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            with trio.CancelScope(shield=True):
                await self.aclose()
            raise

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
