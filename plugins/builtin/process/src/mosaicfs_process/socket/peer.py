"""Who is at the other end of a socket of this machine, and whether we speak to them."""

from __future__ import annotations

import os
import pwd
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import trio

from mosaicfs.errors import AccessRefusedError

_CREDENTIALS = struct.Struct("3i")


def refuse_strangers(connected: trio.SocketStream, path: Path, users: Iterable[str]) -> None:
    """`AccessRefusedError` unless it is root, our own user, or one that the owner of this machine named."""
    uid = _uid_of(connected, path)
    if uid not in {0, os.geteuid(), *uids_of(users)}:
        raise AccessRefusedError(
            str(path), f"user {uid} answers there; name it in [plugins] socket_users if that is right"
        )


def uids_of(users: Iterable[str]) -> set[int]:
    """Numbers count as they are; a name that nobody has counts for nobody."""
    found = set()
    for user in users:
        if user.isdigit():
            found.add(int(user))
            continue
        with suppress(KeyError):
            found.add(pwd.getpwnam(user).pw_uid)
    return found


def _uid_of(connected: trio.SocketStream, path: Path) -> int:
    """Where the system does not say who is connected, the owner of the file counts."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return path.stat().st_uid
    _, uid, _ = _CREDENTIALS.unpack(connected.socket.getsockopt(socket.SOL_SOCKET, option, _CREDENTIALS.size))
    return int(uid)
