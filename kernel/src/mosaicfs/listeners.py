"""Addresses to listen on, and the refusal of those that other machines could read along with.

Plain HTTP is for loopback, HTTPS for everybody. Whether anybody could log in there is asked by the face, which has the
store; listening is its work too.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from errno import EADDRINUSE
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from mosaicfs.errors import AddressInUseError, ConfigError

UNIX = "unix:"


class Listener(NamedTuple):
    host: str
    port: int
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def safe_listeners(urls: Sequence[str], place: str) -> list[Listener]:
    """All that are of the network, or `ConfigError` before one is opened. `place` is where they were set."""
    if not urls:
        raise ConfigError(place, "server.listen is empty; nothing could be reached. Leave it out for the default.")
    unix_paths(urls, place)
    return [_safe_listener(url, place) for url in urls if not url.startswith(UNIX)]


def unix_paths(urls: Sequence[str], place: str) -> list[Path]:
    """The sockets among them. The owner's own one is always there and needs no entry."""
    paths = [Path(url.removeprefix(UNIX)) for url in urls if url.startswith(UNIX)]
    for path in paths:
        if not path.is_absolute():
            raise ConfigError(place, f"'unix:{path}' does not name an absolute path; write unix:/run/mosaicfs/own.sock")
    return paths


def _safe_listener(url: str, place: str) -> Listener:
    listener = _parsed(url)
    if listener is None:
        raise ConfigError(place, f"{url!r} is not an address to listen on; write http://127.0.0.1:8440")
    if listener.scheme == "http" and not is_loopback(listener.host):
        trouble = "can be reached by other machines, which could read along; write https:// or listen on 127.0.0.1."
        raise ConfigError(place, f"{url} {trouble}")
    return listener


def refuse_taken(listeners: Sequence[Listener]) -> None:
    """A look ahead, so that a duty whose address is taken opens nothing at all."""
    for listener in listeners:
        try:
            is_free = bool(free_port(listener))
        except OSError as cause:
            trouble = f"cannot be opened: {cause.strerror}. Choose an address of this machine."
            raise ConfigError(listener.url, trouble) from cause
        if not is_free:
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
    if parts.scheme not in ("http", "https") or not host or port is None or extra:
        return None
    return Listener(host, port, parts.scheme)
