"""Where this node listens for others, and where it tells them that it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import NamedTuple

import trio

from mosaicfs import Listener, is_loopback
from mosaicfs.errors import ConfigError
from mosaicfs.identity.addresses import Address, own_addresses
from mosaicfs.model.configuration import Settings
from mosaicfs.model.node import Transfer

LISTEN, ADVERTISE = "transfer.listen", "transfer.advertise"
PORT = 7845
EVERYWHERE = frozenset({"::", "0.0.0.0"})  # noqa: S104 - other nodes are to reach this one


class Endpoint(NamedTuple):
    host: str
    port: int

    @property
    def text(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def listener_of(settings: Settings) -> Listener:
    """`ConfigError` for what is no address, and for plain HTTP beyond loopback: others could read along."""
    place, text = settings.place(LISTEN), settings.transfer.listen
    scheme, _, rest = text.rpartition("://")
    found = endpoint_in(rest)
    if found is None or scheme not in ("", "https", "http"):
        raise ConfigError(place, f"{text!r} is no address to listen on; write HOST:PORT, such as [::]:{PORT}")
    if scheme == "http" and not is_loopback(found.host):
        trouble = "can be reached by other machines, which could read along; leave out http:// or take 127.0.0.1."
        raise ConfigError(place, f"{text} {trouble}")
    return Listener(found.host, found.port, scheme or "https")


async def open_listeners(asked: Listener) -> list[trio.SocketListener]:
    """On one port. `::` is both kinds of addresses, as far as the machine has them."""
    if asked.host != "::":
        return await trio.open_tcp_listeners(asked.port, host=asked.host)
    if asked.port:
        return await trio.open_tcp_listeners(asked.port, host=None)
    (first,) = await trio.open_tcp_listeners(0, host="0.0.0.0")  # noqa: S104 - as it was set
    return [first, *await _beside(first)]


async def _beside(first: trio.SocketListener) -> list[trio.SocketListener]:
    try:
        return await trio.open_tcp_listeners(first.socket.getsockname()[1], host="::")
    except OSError:  # no IPv6, or somebody has just that port there
        return []


def advertised(
    settings: Settings, bound: Listener, addresses: Callable[[], Sequence[Address]] = own_addresses
) -> Transfer | None:
    """What others are told; None where there is no address that could mean anything to them."""
    named = [_named(text, settings.place(ADVERTISE), bound.port) for text in settings.transfer.advertise]
    endpoints = [each.text for each in named or _own(bound, addresses())]
    if not endpoints:
        return None
    is_plain = bound.scheme == "http"
    return Transfer(endpoint=endpoints[0], endpoints=tuple(endpoints), protocol="http" if is_plain else "https")


def hosts_of(settings: Settings) -> frozenset[str]:
    """Names that callers may have been told."""
    found = (endpoint_in(text, PORT) for text in settings.transfer.advertise)
    return frozenset(each.host.lower() for each in found if each is not None)


def endpoint_in(text: str, port: int | None = None) -> Endpoint | None:
    """`host:port`; an IPv6 address stands in brackets. None for what is neither. `port` is for one that has none."""
    host, colon, digits = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, digits = text, "" if port is None else str(port)
    name = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not name or not digits.isascii() or not digits.isdigit() or int(digits) > 65_535:
        return None
    is_address = ":" in name
    if is_address != host.startswith("[") or any(letter in name for letter in "/@#? "):
        return None
    return Endpoint(name, int(digits))


def _named(text: str, place: str, port: int) -> Endpoint:
    found = endpoint_in(text, port)
    if found is None:
        raise ConfigError(place, f"{text!r} is no address; write HOST:PORT, such as nas.example:{PORT}")
    return found


def _own(bound: Listener, addresses: Sequence[Address]) -> list[Endpoint]:
    """IPv4 first: a wrong route of the other kind is the more common one."""
    if bound.host not in EVERYWHERE:
        return [Endpoint(bound.host, bound.port)]
    fit = [each for each in addresses if not (each.is_loopback or each.is_link_local)]
    if bound.host != "::":
        fit = [each for each in fit if each.version == ip_address(bound.host).version]
    return [Endpoint(str(each), bound.port) for each in fit]
