"""Small servers that answer as badly as a network can."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest
import trio

Answer = Callable[[bytes, trio.SocketStream], Awaitable[None]]
Serve = Callable[[Answer], Awaitable[str]]


@pytest.fixture
async def served() -> AsyncIterator[Serve]:
    """Serves one request a connection with raw bytes; answers the URL of a database there."""
    async with trio.open_nursery() as nursery:

        async def serve(answer: Answer) -> str:
            listeners = await nursery.start(partial(trio.serve_tcp, partial(_one, answer), 0, host="127.0.0.1"))
            port = listeners[0].socket.getsockname()[1]
            return f"http://node%3An:secret@127.0.0.1:{port}/mosaicfs"

        yield serve
        nursery.cancel_scope.cancel()


async def _one(answer: Answer, stream: trio.SocketStream) -> None:
    request = await _request(stream)
    try:
        await answer(request, stream)
        await stream.aclose()
    except trio.BrokenResourceError:
        pass  # the carrier hung up on us, as it should


async def _request(stream: trio.SocketStream) -> bytes:
    """The head and as much of the body as it announces."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += await stream.receive_some()
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < sum(lengths):
        body += await stream.receive_some()
    return head + b"\r\n\r\n" + body
