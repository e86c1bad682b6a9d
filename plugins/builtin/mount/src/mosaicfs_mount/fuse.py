"""The edge to pyfuse3: its types in, its types out, and every error as a number. There is one mount in a process.

Imported only by who mounts: the binding is built on the machine, and may not be there.
"""

# mypy: disable-error-code="override,assignment,misc"
# The binding may be missing where types are checked, and its methods take what no other argument could be.
from __future__ import annotations

import errno
import functools
import os
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar, cast

import pyfuse3
import structlog

from mosaicfs.errors import MosaicError
from mosaicfs_mount.attributes import Attributes
from mosaicfs_mount.errnos import SystemRefusal, errno_of
from mosaicfs_mount.filling import BLOCK
from mosaicfs_mount.names import Told
from mosaicfs_mount.operations import Operations
from mosaicfs_mount.options import MountOptions

P = ParamSpec("P")
T = TypeVar("T")

_NOT_OF_OUR_KIND = pyfuse3.FUSEError(errno.ENOTSUP)
_log = structlog.get_logger(component="mount")


class System:
    """What the kernel keeps, and how it is told."""

    def drop_name(self, parent: int, name: bytes) -> None:
        pyfuse3.invalidate_entry(parent, name)

    def drop_inode(self, inode: int, *, data: bool) -> None:
        pyfuse3.invalidate_inode(inode, attr_only=not data)


def mount(operations: Operations, path: Path, options: MountOptions, ready: Callable[[], None]) -> None:
    """`ready` is called when the system has said its first word."""
    pyfuse3.init(Edge(operations, ready), os.fspath(path), set(options.of_system))


async def run(max_requests: int) -> None:
    """Until it is unmounted, or cancelled."""
    await pyfuse3.main(min_tasks=4, max_tasks=max(16, max_requests))


def let_go(*, unmounts: bool) -> None:
    pyfuse3.close(unmount=unmounts)


def _answered(
    method: Callable[Concatenate[Edge, P], Awaitable[T]],
) -> Callable[Concatenate[Edge, P], Coroutine[Any, Any, T]]:
    """Whatever fails is a number: anything else would end the mount."""

    @functools.wraps(method)
    async def answer(self: Edge, *given: P.args, **named: P.kwargs) -> T:
        try:
            return await method(self, *given, **named)
        except pyfuse3.FUSEError:
            raise
        except SystemRefusal as refusal:
            raise pyfuse3.FUSEError(refusal.number) from None
        except MosaicError as error:
            number = errno_of(error)
            _log.debug("refused", asked=method.__name__, reason=error.reason, cause=str(error))
            raise pyfuse3.FUSEError(number) from None
        except Exception:  # noqa: BLE001 - as above
            _log.exception("a request failed", asked=method.__name__)
            raise pyfuse3.FUSEError(errno.EIO) from None

    return cast("Callable[Concatenate[Edge, P], Coroutine[Any, Any, T]]", answer)


class Edge(pyfuse3.Operations):
    supports_dot_lookup = False
    enable_writeback_cache = False

    def __init__(self, operations: Operations, ready: Callable[[], None]) -> None:
        super().__init__()
        self._operations = operations
        self._ready = ready

    def init(self) -> None:
        self._ready()

    # --- names ---------------------------------------------------------------------------------------------------

    @_answered
    async def lookup(self, parent: int, name: bytes, ctx: object) -> Any:
        told = await self._operations.look_up(parent, name)
        if isinstance(told, Told):
            return _entry(told)
        if not told:
            raise pyfuse3.FUSEError(errno.ENOENT)
        nothing = pyfuse3.EntryAttributes()
        nothing.st_ino = 0
        nothing.entry_timeout = told
        return nothing

    async def forget(self, forgotten: Sequence[tuple[int, int]]) -> None:
        self._operations.forget(forgotten)

    @_answered
    async def getattr(self, inode: int, ctx: object) -> Any:
        return _entry(self._operations.attributes(inode))

    @_answered
    async def opendir(self, inode: int, ctx: object) -> int:
        return await self._operations.open_directory(inode)

    @_answered
    async def readdir(self, handle: int, offset: int, token: pyfuse3.ReaddirToken) -> None:
        """Free of `await` once it has begun: what is told and what is known to be told must not differ."""
        names, opened = self._operations.names, self._operations.directory(handle)
        for following, name, node, told in names.rows(opened, offset):
            if not pyfuse3.readdir_reply(token, name, _entry(told), following):
                break
            names.told(opened, name, node)

    @_answered
    async def releasedir(self, handle: int) -> None:
        self._operations.close_directory(handle)

    # --- bytes ---------------------------------------------------------------------------------------------------

    @_answered
    async def open(self, inode: int, flags: int, ctx: object) -> Any:
        handed = await self._operations.open(inode, flags)
        return pyfuse3.FileInfo(fh=handed.handle, keep_cache=handed.keeps_pages, direct_io=handed.is_direct)

    @_answered
    async def read(self, handle: int, offset: int, length: int) -> bytes:
        return await self._operations.reading.read(handle, offset, length)

    @_answered
    async def release(self, handle: int) -> None:
        await self._operations.reading.close(handle)

    async def flush(self, handle: int) -> None:
        """There is nothing to write."""

    async def fsync(self, handle: int, datasync: bool) -> None:
        """As above."""

    async def fsyncdir(self, handle: int, datasync: bool) -> None:
        """As above."""

    # --- about ---------------------------------------------------------------------------------------------------

    @_answered
    async def statfs(self, ctx: object) -> Any:
        found = await self._operations.filling()
        told = pyfuse3.StatvfsData()
        told.f_bsize = told.f_frsize = BLOCK
        told.f_blocks = found.total_bytes // BLOCK
        told.f_bfree = max(0, found.total_bytes - found.used_bytes) // BLOCK
        told.f_files = found.files
        told.f_bavail = told.f_ffree = told.f_favail = 0
        told.f_namemax = 255
        return told

    async def getxattr(self, inode: int, name: bytes, ctx: object) -> bytes:
        """`ls -l` asks for two of every file that nobody here can have; told so, it asks once and no more."""
        if not name.startswith(b"user."):
            raise _NOT_OF_OUR_KIND
        return await self._xattr(inode, name.decode(errors="replace"))

    @_answered
    async def _xattr(self, inode: int, name: str) -> bytes:
        return await self._operations.xattr(inode, name)

    @_answered
    async def listxattr(self, inode: int, ctx: object) -> list[bytes]:
        return [each.encode() for each in self._operations.xattr_names(inode)]

    async def access(self, inode: int, mode: int, ctx: object) -> bool:
        """The kernel has looked at the modes."""
        return True

    # --- what would change something -----------------------------------------------------------------------------

    async def _refuse(self, *given: object) -> NoReturn:
        raise pyfuse3.FUSEError(errno.EROFS)

    setattr = setxattr = removexattr = _refuse
    mknod = mkdir = create = symlink = link = _refuse
    unlink = rmdir = rename = write = _refuse


def _entry(told: Told) -> Any:
    found: Attributes = told.attributes
    entry = pyfuse3.EntryAttributes()
    entry.st_ino = found.inode
    entry.generation = 0
    entry.entry_timeout = told.entry_s
    entry.attr_timeout = told.attr_s
    entry.st_mode = found.mode
    entry.st_nlink = 1
    entry.st_uid = found.uid
    entry.st_gid = found.gid
    entry.st_rdev = 0
    entry.st_size = found.size
    entry.st_blksize = found.block_size
    entry.st_blocks = found.blocks
    entry.st_atime_ns = found.atime_ns
    entry.st_mtime_ns = found.mtime_ns
    entry.st_ctime_ns = found.ctime_ns
    return entry
