"""Each request of the kernel and the operation that answers it. What fails is a number, whatever it is.

What can be said from memory is said at once; a coroutine is for what has to wait.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog

from mosaicfs.errors import MosaicError
from mosaicfs_mount.device import messages
from mosaicfs_mount.device.line import Line, Parts
from mosaicfs_mount.device.messages import Can, Opcode, OpenAs, Request, Statfs
from mosaicfs_mount.device.passing import Passing
from mosaicfs_mount.errnos import SystemRefusal, errno_of
from mosaicfs_mount.filling import BLOCK
from mosaicfs_mount.operations import Operations
from mosaicfs_mount.options import MountOptions

_WANTED: Final = (
    Can.ASYNC_READ | Can.DO_READDIRPLUS | Can.ASYNC_DIO | Can.PARALLEL_DIROPS | Can.ABORT_ERROR
    | Can.MAX_PAGES | Can.NO_OPENDIR_SUPPORT | Can.EXPLICIT_INVAL_DATA | Can.INIT_EXT | Can.PASSTHROUGH
)  # fmt: skip
_KEPT: Final = OpenAs.KEEP_CACHE | OpenAs.CACHE_LISTING

_BY_WHOM_NEVER_MINDS: Final = frozenset(
    {Opcode.INIT, Opcode.DESTROY, Opcode.FORGET, Opcode.BATCH_FORGET, Opcode.READ, Opcode.RELEASE, Opcode.RELEASEDIR}
)
"""Asked by the kernel itself, or for what is open already."""

_Answer = Callable[[Request], bytes | Awaitable[bytes | memoryview] | None]
_log = structlog.get_logger(component="mount")


class Answering:
    """`ready` is called when the kernel has said its first word.

    The body of a request is of use until its answer begins to wait.
    """

    def __init__(
        self, operations: Operations, line: Line, passing: Passing, ready: Callable[[], None], options: MountOptions
    ) -> None:
        self._operations = operations
        self._line = line
        self._passing = passing
        self._ready = ready
        self._opens_no_directories = False
        self._only = os.getuid() if options.allow_root else None
        self._wanted = _WANTED if options.passthrough else _WANTED & ~Can.PASSTHROUGH
        self._answers: Mapping[int, _Answer] = {
            Opcode.INIT: self._init,
            Opcode.LOOKUP: self._look_up,
            Opcode.FORGET: self._forget,
            Opcode.BATCH_FORGET: self._forget,
            Opcode.GETATTR: self._attributes,
            Opcode.OPENDIR: self._open_directory,
            Opcode.READDIRPLUS: self._read_directory,
            Opcode.READDIR: self._read_directory,
            Opcode.OPEN: self._open,
            Opcode.READ: self._read,
            Opcode.RELEASE: self._close,
            Opcode.STATFS: self._statfs,
            Opcode.GETXATTR: self._xattr,
            Opcode.LISTXATTR: self._xattr_names,
            **dict.fromkeys((Opcode.FLUSH, Opcode.FSYNC, Opcode.FSYNCDIR, Opcode.RELEASEDIR, Opcode.DESTROY), _nothing),
        }

    def __call__(self, request: Request) -> bytes | Awaitable[Parts] | None:
        try:
            self._refuse(request)
            found = self._answers[request.opcode](request)
        except Exception as cause:  # noqa: BLE001 - anything else would end the mount
            return _failed(request.opcode, request.unique, cause)
        if isinstance(found, bytes):
            return messages.answer(request.unique, found)
        return None if found is None else _said_later(request.opcode, request.unique, found)

    def prepare(self) -> bool:
        return self._operations.prepare()

    def _refuse(self, request: Request) -> None:
        if request.opcode in messages.WRITING:
            raise SystemRefusal(errno.EROFS)
        if request.opcode not in self._answers:
            raise SystemRefusal(errno.ENOSYS)
        if self._only is not None and request.uid not in (0, self._only) and request.opcode not in _BY_WHOM_NEVER_MINDS:
            raise SystemRefusal(errno.EACCES)

    def _init(self, request: Request) -> bytes:
        heard = messages.greeting_in(request.body)
        if heard is None or heard.minor < messages.OLDEST_MINOR:
            raise SystemRefusal(errno.EPROTO)
        can = heard.can & self._wanted
        self._opens_no_directories = bool(can & Can.NO_OPENDIR_SUPPORT)
        self._passing.can = bool(can & Can.PASSTHROUGH)
        self._ready()
        return messages.greeting(heard, can, self._operations.max_requests, stacked=self._passing.can)

    # --- names ---------------------------------------------------------------------------------------------------

    def _look_up(self, request: Request) -> Awaitable[bytes]:
        return self._looked_up(request.number, messages.name_in(request.body))

    async def _looked_up(self, parent: int, name: bytes) -> bytes:
        told = await self._operations.look_up(parent, name)
        if not isinstance(told, float):
            return messages.entry(told.number, told.attributes, told.entry_s, told.attr_s)
        if not told:
            raise SystemRefusal(errno.ENOENT)
        return messages.no_entry(told)

    def _forget(self, request: Request) -> None:
        self._operations.forget(messages.forgotten_in(request))

    async def _attributes(self, request: Request) -> bytes:
        told = await self._operations.attributes(request.number)
        return messages.attributes(told.attributes, told.attr_s)

    def _open_directory(self, request: Request) -> bytes:
        """To who hears this, no directory is opened or closed any more, and every listing may be kept."""
        if self._opens_no_directories:
            raise SystemRefusal(errno.ENOSYS)
        return messages.opened(0, _KEPT)

    def _read_directory(self, request: Request) -> bytes | Awaitable[bytes]:
        asked, plus = messages.read_in(request.body), request.opcode == Opcode.READDIRPLUS
        return self._operations.read_directory(request.number, asked.offset, asked.length, plus=plus)

    # --- bytes ---------------------------------------------------------------------------------------------------

    def _open(self, request: Request) -> Awaitable[bytes]:
        return self._opened(request.number, messages.flags_in(request.body), request.pid)

    async def _opened(self, number: int, flags: int, pid: int) -> bytes:
        handed = await self._operations.open(number, flags, pid)
        how = OpenAs.NO_FLUSH
        if handed.backing is not None:
            return messages.opened(handed.handle, how | OpenAs.PASSTHROUGH, handed.backing)
        how |= OpenAs.DIRECT if handed.is_direct else OpenAs(0)
        how |= OpenAs.KEEP_CACHE if handed.keeps_pages else OpenAs(0)
        return messages.opened(handed.handle, how)

    def _read(self, request: Request) -> Awaitable[bytes | memoryview] | None:
        asked = messages.read_in(request.body)
        found = self._operations.reading.read_now(asked.handle, asked.offset, asked.length)
        if found is None:
            return self._operations.reading.read(asked.handle, asked.offset, asked.length)
        self._line.send_parts(messages.answer_header(request.unique, len(found)), found)
        return None

    def _close(self, request: Request) -> bytes | Awaitable[bytes]:
        handle = messages.handle_in(request.body)
        return b"" if self._operations.reading.close_now(handle) else self._closed(handle)

    async def _closed(self, handle: int) -> bytes:
        await self._operations.reading.close(handle)
        return b""

    # --- about ---------------------------------------------------------------------------------------------------

    async def _statfs(self, request: Request) -> bytes:
        found = await self._operations.filling()
        free = max(0, found.total_bytes - found.used_bytes) // BLOCK
        return messages.statfs(Statfs(found.total_bytes // BLOCK, free, found.files, BLOCK))

    def _xattr(self, request: Request) -> Awaitable[bytes]:
        """`ls -l` asks for two of every file that nobody here can have; told so, it asks once and no more."""
        name, room = messages.xattr_in(request.body)
        if not name.startswith(b"user."):
            raise SystemRefusal(errno.ENOTSUP)
        return self._xattr_found(request.number, name.decode(errors="replace"), room)

    async def _xattr_found(self, number: int, name: str, room: int) -> bytes:
        return _fitting(await self._operations.xattr(number, name), room)

    def _xattr_names(self, request: Request) -> Awaitable[bytes]:
        _, room = messages.xattr_in(request.body)
        return self._xattr_names_found(request.number, room)

    async def _xattr_names_found(self, number: int, room: int) -> bytes:
        names = await self._operations.xattr_names(number)
        return _fitting(b"".join(each.encode() + b"\0" for each in names), room)


def _nothing(_: Request) -> bytes:
    return b""


def _fitting(found: bytes, room: int) -> bytes:
    if room == 0:
        return messages.size(len(found))
    if len(found) > room:
        raise SystemRefusal(errno.ERANGE)
    return found


async def _said_later(opcode: int, unique: int, found: Awaitable[bytes | memoryview]) -> Parts:
    try:
        body = await found
    except Exception as cause:  # noqa: BLE001 - as above
        return (_failed(opcode, unique, cause),)
    return messages.answer_header(unique, len(body)), body


def _failed(opcode: int, unique: int, cause: Exception) -> bytes:
    number = errno.EIO
    if isinstance(cause, SystemRefusal):
        number = cause.number
    elif isinstance(cause, MosaicError):
        number = errno_of(cause)
        _log.debug("refused", asked=opcode, reason=cause.reason, cause=str(cause))
    else:
        _log.error("a request failed", asked=opcode, exc_info=cause)
    return messages.refusal(unique, number)
