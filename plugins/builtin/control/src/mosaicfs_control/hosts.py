"""The names that this server answers to, and the address that a request really came from.

A page that points its own name at this machine is turned away by the name it asks for: what that name resolves to is
what an attacker would choose, so names are compared as text. What a proxy says is believed of trusted proxies alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple, TypeAlias

from mosaicfs.errors import ConfigError

Network: TypeAlias = IPv4Network | IPv6Network

DEFAULT_PORTS = {"http": 80, "https": 443}

_host = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?").fullmatch


class Authority(NamedTuple):
    """The part of a URL that says where: `port` is None where it goes without saying."""

    name: str
    port: int | None

    @classmethod
    def of(cls, text: str) -> Authority | None:
        found = _host(text)
        if found is None:
            return None
        return cls(_plain(found[1]), int(found[2]) if found[2] else None)


class Came(NamedTuple):
    """Where a request came from and what it asked for. `is_forwarded` by a proxy that is trusted."""

    source: str
    scheme: str
    host: str
    port: int
    address: str
    is_forwarded: bool

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}".lower()


class Hosts:
    """`names` are those of our certificate, `given` those that the owner added, some with a port of their own."""

    def __init__(self, names: Iterable[str], given: Sequence[str] = ()) -> None:
        self._with_port = {found for text in given if (found := Authority.of(text)) and found.port is not None}
        self._names: frozenset[str] = frozenset()
        self.learn(names)

    def learn(self, names: Iterable[str]) -> None:
        """In place of those before: the addresses of a machine change while it runs."""
        self._names = frozenset(_plain(name) for name in names)

    def know(self, came: Came) -> bool:
        """Whether that is one of our names, with the port that the request came in by."""
        found = Authority.of(came.host)
        if found is None:
            return False
        default = DEFAULT_PORTS[came.scheme]
        if found._replace(port=found.port or default) in self._with_port:
            return True
        if found.name not in self._names and found.name != _plain(came.address):
            return False
        return (found.port or default) == came.port or (came.is_forwarded and found.port in (None, default))


class Proxies:
    """Those whose word counts: `server.trusted_proxies`."""

    def __init__(self, networks: Sequence[str], place: str) -> None:
        self._networks = [_network(text, place) for text in networks]

    def came(self, scope: Mapping[str, object], headers: Mapping[str, str]) -> Came:
        """The last address that no trusted proxy stands for, and the names as the first proxy was asked for them."""
        peer, (address, port) = _ends(scope)
        scheme, host = str(scope["scheme"]), headers.get("host", "")
        if not self._trusts(peer):
            return Came(peer, scheme, host, port, address, is_forwarded=False)
        said = headers.get("x-forwarded-proto", "").strip().lower()
        return Came(
            source=self._source(peer, headers.get("x-forwarded-for", "")),
            scheme=said if said in DEFAULT_PORTS else scheme,
            host=headers.get("x-forwarded-host", "").strip() or host,
            port=port,
            address=address,
            is_forwarded=True,
        )

    def _source(self, peer: str, forwarded: str) -> str:
        for hop in reversed([*filter(None, forwarded.split(",")), peer]):
            address = _plain(hop.strip())
            if not self._trusts(address):
                return address if _is_address(address) else peer
        return peer

    def _trusts(self, text: str) -> bool:
        if not self._networks or not _is_address(text):
            return False
        address = ip_address(text)
        return any(address in network for network in self._networks)


def without_port(name: str) -> str:
    """A name of the configuration as it goes into a certificate."""
    found = Authority.of(name)
    return name if found is None else found.name


def _network(text: str, place: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        trouble = f"{text!r} is neither an address nor a network; write 192.168.1.5 or 10.0.0.0/8."
        raise ConfigError(place, trouble) from None


def _ends(scope: Mapping[str, object]) -> tuple[str, tuple[str, int]]:
    client, server = scope.get("client"), scope.get("server")
    peer = _plain(str(client[0])) if isinstance(client, tuple) else ""
    here = (str(server[0]), int(server[1])) if isinstance(server, tuple) else ("", 0)
    return peer, here


def _plain(name: str) -> str:
    """One spelling for each: lower case, no brackets, no last dot, IPv4 inside IPv6 as IPv4."""
    bare = name.strip("[]").rstrip(".").lower().partition("%")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return bare
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
