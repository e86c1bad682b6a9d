"""Addresses to listen on, and the refusal of every one that another machine could reach.

There is no login and no TLS yet, so loopback is all that is safe. Listening is the face's own work.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from errno import EADDRINUSE
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from mosaicfs.errors import AddressInUseError, ConfigError


class Listener(NamedTuple):
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def safe_listeners(urls: Sequence[str], place: str) -> list[Listener]:
    """All of them, or `ConfigError` before one is opened. `place` is where they were set."""
    if not urls:
        raise ConfigError(place, "server.listen is empty; nothing could be reached. Leave it out for the default.")
    return [_safe_listener(url, place) for url in urls]


def _safe_listener(url: str, place: str) -> Listener:
    listener = _parsed(url)
    if listener is None:
        raise ConfigError(place, f"{url!r} is not an address to listen on; write http://127.0.0.1:8440")
    if not is_loopback(listener.host):
        trouble = "can be reached by other machines, and there is no login yet; listen on 127.0.0.1 or [::1]."
        raise ConfigError(place, f"{url} {trouble}")
    return listener


def refuse_taken(listeners: Sequence[Listener]) -> None:
    """A look ahead, so that a duty whose address is taken opens nothing at all."""
    for listener in listeners:
        if not free_port(listener):
            raise AddressInUseError(listener.url)


def free_port(listener: Listener) -> int:
    """The port that can be bound now, which for port 0 is one that the system chooses; 0 when it is taken."""
    family = socket.AF_INET6 if ":" in listener.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do, so that a connection that lingers from the last run does not count as a program.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listener.host, listener.port))
        except OSError as cause:
            if cause.errno != EADDRINUSE:
                raise
            return 0
        return int(probe.getsockname()[1])


def is_loopback(host: str) -> bool:
    """A name is loopback only if every address that it resolves to is."""
    try:
        addresses = {str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return False
    return bool(addresses) and all(ip_address(address.partition("%")[0]).is_loopback for address in addresses)


def _parsed(url: str) -> Listener | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme != "http" or not host or port is None or extra:
        return None
    return Listener(host, port)
