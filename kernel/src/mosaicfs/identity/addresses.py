"""The addresses of this machine, asked of the Linux kernel by netlink, which the standard library does not do."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address

_HEAD = struct.Struct("=IHHII")
_ABOUT = struct.Struct("=BBBBI")
_ATTRIBUTE = struct.Struct("=HH")
_NEW_ADDRESS, _GET_ADDRESS, _DONE, _ERROR = 20, 22, 3, 2
_REQUEST, _DUMP = 0x1, 0x300
_IFA_ADDRESS, _IFA_LOCAL = 1, 2


def own_addresses() -> list[Address]:
    """Loopback and link-local ones included, in an order that does not change; empty where they cannot be asked for."""
    if sys.platform != "linux":
        return []
    try:
        return sorted(set(_dumped()), key=lambda address: (address.version, address.packed))
    except OSError:
        return []


def _dumped() -> Iterator[Address]:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE) as asked:
        size = _HEAD.size + _ABOUT.size
        asked.sendto(_HEAD.pack(size, _GET_ADDRESS, _REQUEST | _DUMP, 1, 0) + bytes(_ABOUT.size), (0, 0))
        while True:
            answer = asked.recv(1 << 16)
            while answer:
                length, kind, *_ = _HEAD.unpack_from(answer)
                if kind in (_DONE, _ERROR):
                    return
                if kind == _NEW_ADDRESS:
                    yield from _address_in(answer[_HEAD.size : length])
                answer = answer[_aligned(length) :]


def _address_in(message: bytes) -> Iterator[Address]:
    """On a point-to-point link the first attribute is the other end; the local one is ours wherever it is told."""
    found: dict[int, bytes] = {}
    rest = message[_ABOUT.size :]
    while len(rest) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(rest)
        found[kind] = rest[_ATTRIBUTE.size : length]
        rest = rest[_aligned(max(length, _ATTRIBUTE.size)) :]
    if own := found.get(_IFA_LOCAL) or found.get(_IFA_ADDRESS):
        yield ip_address(own)


def _aligned(length: int) -> int:
    return length + 3 & ~3
