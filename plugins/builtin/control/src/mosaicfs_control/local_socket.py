"""The Unix socket of this machine's owner, `<runtime>/api.sock`: no login, the operating system knows who calls.

Whoever may open a file of mode 0600 in a directory of mode 0700 is the owner already; the uid of each peer is looked at
all the same, so that a directory whose mode somebody changed gives nothing away. A service may let a group in.
"""

from __future__ import annotations

import grp
import os
import pwd
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import structlog
import trio

from mosaicfs import NotASocketError, listening
from mosaicfs.errors import AddressInUseError, AskOwnerError, ConfigError

ROOT = 0

_UCRED = struct.Struct("3i")

log = structlog.get_logger(__name__)


class SocketUnusableError(AskOwnerError):
    def __init__(self, path: Path, trouble: str) -> None:
        super().__init__(f"The socket {path} cannot be opened: {trouble}.")


def socket_path(runtime: Path) -> Path:
    return runtime / "api.sock"


@asynccontextmanager
async def open_local_socket(path: Path, group: str = "") -> AsyncIterator[trio.SocketListener]:
    """Listening, in the place of one that a killed server left behind; removed at the end if it is still ours.

    Members of `group` may open it, too.
    `SocketUnusableError` when another server answers there, or when something lies there that is not a socket.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _listening(path, _group_id(group) if group else None) as plain:
        async with trio.SocketListener(trio.socket.from_stdlib_socket(plain)) as listener:
            yield listener


@contextmanager
def _listening(path: Path, group: int | None) -> Iterator[socket.socket]:
    with ExitStack() as opened:
        try:
            listener = opened.enter_context(listening(path, group=group))
        except NotASocketError:
            raise SocketUnusableError(path, "something else lies there; move it away and start again") from None
        except AddressInUseError:
            raise SocketUnusableError(path, "another server answers there; stop it, or use that one") from None
        except OSError as cause:
            trouble = f"{cause.strerror or cause}; set XDG_RUNTIME_DIR to a short path of yours"
            raise SocketUnusableError(path, trouble) from cause
        yield listener


def peer_uid(stream: trio.SocketStream) -> int:
    """Who opened the other end, as the kernel of the operating system saw it then."""
    credentials = stream.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    return int(_UCRED.unpack(credentials)[1])


def is_owner(stream: trio.SocketStream, also: Callable[[int], bool] | None = None) -> bool:
    """The user this server runs as, root, or whoever else counts. Anybody else is logged."""
    uid = peer_uid(stream)
    if uid in (os.geteuid(), ROOT) or (also is not None and also(uid)):
        return True
    log.warning("foreign_user_refused", uid=uid)
    return False


def member_of(group: str) -> Callable[[int], bool]:
    """Whether a user belongs to it now. `ConfigError` for a group that this machine does not know."""
    group_id = _group_id(group)

    def is_member(uid: int) -> bool:
        try:
            user = pwd.getpwuid(uid)
            return group_id in os.getgrouplist(user.pw_name, user.pw_gid)
        except KeyError:
            return False

    return is_member


def _group_id(group: str) -> int:
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        trouble = f"this machine has no group {group!r}; name one that it has, or leave it out."
        raise ConfigError("server.socket_group", trouble) from None
