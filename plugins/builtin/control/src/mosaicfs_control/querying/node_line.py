"""One question to one node, over TLS at the door where nodes fetch files of each other, signed by the control plane.

A node may have several addresses, of which most lead nowhere from here: they are tried at once, each a moment after the
one before. Nothing is sent before the node has proven its name.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

import h11
import msgspec
import trio

from mosaicfs.errors import AccessRefusedError, MosaicError, PeerGarbledError, SourceUnavailableError, ThrottledError
from mosaicfs.identity.authority import node_name
from mosaicfs.identity.signatures import Signer, audience
from mosaicfs.model.node import Node
from mosaicfs.model.query import Answers, Query

TARGET: Final = "/api/agent/query"
NEXT_S: Final = 0.25
MOST_BYTES: Final = 64 << 20
_PIECE: Final = 64 << 10


class _Address(NamedTuple):
    host: str
    port: int


class _Reply(NamedTuple):
    status: int
    headers: Mapping[bytes, bytes]
    body: bytes


_Stream = trio.SSLStream[trio.SocketStream]


@dataclass(frozen=True, slots=True)
class NodeLine:
    """`trust` is asked for each connection: an instance may be about to change its authority."""

    instance_id: str
    signer: Signer
    trust: Callable[[], ssl.SSLContext]

    async def ask(self, node: Node, question: Query) -> Answers:
        """However long it takes; errors are of `mosaicfs.errors`."""
        addresses = _addresses(node)
        if not addresses:
            raise SourceUnavailableError(node.friendly_name, "it does not say where it can be reached over TLS")
        stream = await _connected(node.friendly_name, addresses, node_name(node.node_id), self.trust())
        try:
            reply = await _exchange(stream, self._request(node.node_id, _body(question)))
        except (trio.BrokenResourceError, trio.ClosedResourceError, h11.ProtocolError, EOFError) as broken:
            raise PeerGarbledError(node.friendly_name, str(broken) or "it broke off its answer") from None
        finally:
            await trio.aclose_forcefully(stream.transport_stream)
        return _answers(node.friendly_name, reply)

    def _request(self, node_id: str, body: bytes) -> list[h11.Event]:
        promised = sha256(body).hexdigest()
        signed = self.signer.authorization("POST", TARGET, audience(self.instance_id, node_id), promised)
        headers = {
            "host": node_name(node_id),
            "authorization": signed,
            "content-type": "application/json",
            "content-length": str(len(body)),
            "connection": "close",
        }
        request = h11.Request(method="POST", target=TARGET, headers=list(headers.items()))
        return [request, h11.Data(data=body), h11.EndOfMessage()]


def _body(question: Query) -> bytes:
    asked = {
        "capability": question.capability,
        "query": question.query,
        "limit": question.limit,
        "timeout_s": question.deadline_ms / 1000,
    }
    return msgspec.json.encode(asked)


def _addresses(node: Node) -> list[_Address]:
    if node.transfer is None or node.transfer.protocol != "https":
        return []
    found = []
    for text in node.transfer.endpoints or (node.transfer.endpoint,):
        host, _, port = text.rpartition(":")
        if host and port.isascii() and port.isdigit():
            found.append(_Address(host.strip("[]"), int(port)))
    return found


async def _connected(who: str, addresses: Sequence[_Address], name: str, trust: ssl.SSLContext) -> _Stream:
    """The first that proves the name. `SourceUnavailableError` with what the last one said."""
    found: list[_Stream] = []
    troubles: list[str] = []

    async def attempt(number: int, address: _Address) -> None:
        await trio.sleep(number * NEXT_S)
        try:
            stream = await _proven(address, name, trust)
        except (OSError, trio.BrokenResourceError) as error:
            troubles.append(_trouble(error))
            return
        found.append(stream)
        nursery.cancel_scope.cancel()

    try:
        async with trio.open_nursery() as nursery:
            for number, address in enumerate(addresses):
                nursery.start_soon(attempt, number, address)
    except BaseException:
        await _close(found)
        raise
    if not found:
        raise SourceUnavailableError(who, troubles[-1])
    await _close(found[1:])
    return found[0]


async def _proven(address: _Address, name: str, trust: ssl.SSLContext) -> _Stream:
    tcp = await trio.open_tcp_stream(address.host, address.port)
    stream = trio.SSLStream(tcp, trust, server_hostname=name, https_compatible=True)
    try:
        await stream.do_handshake()
    except BaseException:
        await _close([stream])
        raise
    return stream


async def _close(streams: Sequence[_Stream]) -> None:
    for stream in streams:
        await trio.aclose_forcefully(stream.transport_stream)


def _trouble(error: Exception) -> str:
    if isinstance(error.__cause__, ssl.SSLCertVerificationError):
        return "who answers there does not prove to be it, so nothing was sent"
    return getattr(error, "strerror", None) or str(error) or "it cannot be reached"


async def _exchange(stream: _Stream, request: Sequence[h11.Event]) -> _Reply:
    http = h11.Connection(h11.CLIENT)
    await stream.send_all(b"".join(http.send(event) or b"" for event in request))
    status, headers, body = 0, {}, bytearray()
    while not isinstance(event := http.next_event(), h11.EndOfMessage):
        match event:
            case h11.Response():
                status, headers = event.status_code, dict(event.headers)
            case h11.Data():
                body += event.data
                if len(body) > MOST_BYTES:
                    raise EOFError("its answer does not end")
            case h11.ConnectionClosed():
                raise EOFError("it closed the connection")
            case h11.NEED_DATA:
                http.receive_data(bytes(await stream.receive_some(_PIECE)))
    return _Reply(status, headers, bytes(body))


def _answers(who: str, reply: _Reply) -> Answers:
    if reply.status == 200:
        try:
            return msgspec.json.decode(reply.body, type=Answers)
        except msgspec.DecodeError as garbled:
            raise PeerGarbledError(who, str(garbled)) from None
    raise _refusal(who, reply)


def _refusal(who: str, reply: _Reply) -> MosaicError:
    match reply.status:
        case 401 | 403:
            return AccessRefusedError(who, "it does not take this control plane for its own, or its clock differs")
        case 429:
            return ThrottledError(who)
        case 404 | 405:
            return SourceUnavailableError(who, "its version answers no questions yet. Update it")
    return SourceUnavailableError(who, f"its answer has the status {reply.status}")
