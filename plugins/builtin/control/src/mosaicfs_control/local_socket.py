"""The Unix socket of this machine's owner, `<runtime>/api.sock`: no login, the operating system knows who calls.

Whoever may open a file of mode 0600 in a directory of mode 0700 is the owner already; the uid of each peer is looked at
all the same, so that a directory whose mode somebody changed gives nothing away. A service may let a group in.
"""

from __future__ import annotations

import grp
import os
import pwd
import socket
import stat
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog
import trio

from mosaicfs.errors import AskOwnerError, ConfigError

ROOT = 0

_UCRED = struct.Struct("3i")
_BACKLOG = 128

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
    if _is_there(path):
        await _require_dead(path)
    listener, file = await _listening(path, _group_id(group) if group else None)
    try:
        yield listener
    finally:
        listener.socket.close()
        _remove(path, file)


def _is_there(path: Path) -> bool:
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISSOCK(kind):
        raise SocketUnusableError(path, "something else lies there; move it away and start again")
    return True


async def _require_dead(path: Path) -> None:
    with suppress(ConnectionRefusedError, FileNotFoundError):
        async with await trio.open_unix_socket(path):
            raise SocketUnusableError(path, "another server answers there; stop it, or use that one")


async def _listening(path: Path, group: int | None) -> tuple[trio.SocketListener, os.stat_result]:
    """Opened under another name and moved when its mode is set: nobody meets it with a wider one."""
    draft = path.with_name(f".{os.getpid()}.sock")
    draft.unlink(missing_ok=True)
    listening = trio.socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        await listening.bind(str(draft))
        if group is not None:
            os.chown(draft, -1, group)
        draft.chmod(0o600 if group is None else 0o660)
        file = draft.lstat()
        listening.listen(_BACKLOG)
        draft.rename(path)
    except OSError as cause:
        listening.close()
        draft.unlink(missing_ok=True)
        trouble = cause.strerror or str(cause)
        raise SocketUnusableError(path, f"{trouble}; set XDG_RUNTIME_DIR to a short path of yours") from cause
    return trio.SocketListener(listening), file


def _remove(path: Path, file: os.stat_result) -> None:
    """A server that was started meanwhile has put its own socket there; that one stays."""
    with suppress(FileNotFoundError):
        found = path.lstat()
        if (found.st_dev, found.st_ino) == (file.st_dev, file.st_ino):
            path.unlink()


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
