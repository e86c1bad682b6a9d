"""An answer that breaks off over HTTP/2 is told so; the other answers of the connection go on."""

from __future__ import annotations

import h2.config
import h2.connection
import h2.events
import pytest
import trio
from starlette.types import Receive, Scope, Send

from mosaicfs import Listener
from mosaicfs_control.serving import Server, open_doors


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
    await send({"type": "http.response.body", "body": b"12345", "more_body": True})
    if scope["path"] == "/broken":
        return
    await trio.sleep(0.05)
    await send({"type": "http.response.body", "body": b"67890"})


@pytest.mark.parametrize("order", [("/broken", "/whole"), ("/whole", "/broken", "/broken")])
async def test_who_reads_a_stream_that_breaks_off_does_not_wait_for_the_rest(order: tuple[str, ...]) -> None:
    server = Server(app, lambda: None, grace_s=1)
    doors = await open_doors([Listener("127.0.0.1", 0)])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.run, doors, lambda: None)
        with trio.fail_after(10):
            ended = await asked(doors[0].listener.socket.getsockname()[1], order)
        nursery.cancel_scope.cancel()
    assert ended == [("reset" if path == "/broken" else "1234567890") for path in order]


async def asked(port: int, paths: tuple[str, ...]) -> list[str]:
    """How each answer ended, over one connection that speaks HTTP/2 from its first byte."""
    client = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    client.initiate_connection()
    numbers = []
    for path in paths:
        numbers.append(client.get_next_available_stream_id())
        head = [(":method", "GET"), (":path", path), (":authority", "localhost"), (":scheme", "http")]
        client.send_headers(numbers[-1], head, end_stream=True)
    ended: dict[int, str] = {}
    bodies: dict[int, bytes] = {}
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        await stream.send_all(client.data_to_send())
        while len(ended) < len(paths):
            for event in client.receive_data(bytes(await stream.receive_some())):
                match event:
                    case h2.events.DataReceived():
                        bodies[event.stream_id] = bodies.get(event.stream_id, b"") + event.data
                    case h2.events.StreamReset():
                        ended[event.stream_id] = "reset"
                    case h2.events.StreamEnded():
                        ended[event.stream_id] = bodies[event.stream_id].decode()
            await stream.send_all(client.data_to_send())
    return [ended[number] for number in numbers]
