"""Requests and answers as the kernel writes them, as values: `struct`s in, `bytes` out, nothing else.

The layout is the kernel's (`linux/fuse.h`), in the byte order of the machine. An answer may be shorter than the newest
kernel knows it, never longer than it asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum, IntFlag
from struct import Struct
from typing import Final, NamedTuple

from mosaicfs_mount.attributes import Attributes

MAJOR: Final = 7
OLDEST_MINOR: Final = 31
"""Of Linux 5.4: kept listings and reads of a megabyte."""
OUR_MINOR: Final = 40

PAGE: Final = 4_096
MOST_READ: Final = 1 << 20
MOST_ASKED: Final = 1 << 17
"""The longest are names that it forgets, by the thousand; it takes the room that it is given."""

_NS: Final = 1_000_000_000


class Opcode(IntEnum):
    LOOKUP = 1
    FORGET = 2
    GETATTR = 3
    OPEN = 14
    READ = 15
    STATFS = 17
    RELEASE = 18
    FSYNC = 20
    GETXATTR = 22
    LISTXATTR = 23
    FLUSH = 25
    INIT = 26
    OPENDIR = 27
    READDIR = 28
    RELEASEDIR = 29
    FSYNCDIR = 30
    ACCESS = 34
    INTERRUPT = 36
    DESTROY = 38
    BATCH_FORGET = 42
    READDIRPLUS = 44


WRITING: Final = frozenset({4, 6, 8, 9, 10, 11, 12, 13, 16, 21, 24, 35, 43, 45, 47, 51})
"""What would set, make, link, remove, rename or write something."""

UNANSWERED: Final = frozenset({Opcode.FORGET, Opcode.BATCH_FORGET, Opcode.INTERRUPT})


class Can(IntFlag):
    """What kernel and file system can do together; from bit 32 on in a field of its own."""

    ASYNC_READ = 1 << 0
    SPLICE_WRITE = 1 << 7
    SPLICE_MOVE = 1 << 8
    DO_READDIRPLUS = 1 << 13
    READDIRPLUS_AUTO = 1 << 14
    ASYNC_DIO = 1 << 15
    PARALLEL_DIROPS = 1 << 18
    ABORT_ERROR = 1 << 21
    MAX_PAGES = 1 << 22
    NO_OPENDIR_SUPPORT = 1 << 24
    EXPLICIT_INVAL_DATA = 1 << 25
    INIT_EXT = 1 << 30
    PASSTHROUGH = 1 << 37


class OpenAs(IntFlag):
    DIRECT = 1 << 0
    KEEP_CACHE = 1 << 1
    CACHE_LISTING = 1 << 3
    NO_FLUSH = 1 << 5
    PASSTHROUGH = 1 << 7


_in_header = Struct("=IIQQIIIHH")
_out_header = Struct("=IiQ")
_init_in = Struct("=IIII")
_init_out = Struct("=IIIIHHIIHHII24x")
_forget_one = Struct("=QQ")
_open_in = Struct("=II")
_open_out = Struct("=QIi")
_read_in = Struct("=QQI")
_entry = Struct("=QQQQII")
_attributes = Struct("=QQQQQQIIIIIIIIII")
_attr_out = Struct("=QII")
_size_out = Struct("=II")
_statfs_out = Struct("=QQQQQIIII24x")
_stale_inode = Struct("=Qqq")
_stale_entry = Struct("=QII")

HEADER: Final = _in_header.size
ANSWER_HEADER: Final = _out_header.size
_STALE_INODE: Final = 2
_STALE_ENTRY: Final = 3


class Request(NamedTuple):
    """`number` is of the node that it is about, `pid` of the thread that asks, 0 if it cannot be seen from here."""

    opcode: int
    unique: int
    number: int
    uid: int
    pid: int
    body: memoryview


class Greeting(NamedTuple):
    minor: int
    read_ahead: int
    can: Can


class ReadAsked(NamedTuple):
    handle: int
    offset: int
    length: int


class Statfs(NamedTuple):
    blocks: int
    free: int
    files: int
    block_size: int
    longest_name: int = 255


# --- requests --------------------------------------------------------------------------------------------------------


def request_in(message: memoryview) -> Request:
    _, opcode, unique, number, uid, _, pid, _, _ = _in_header.unpack_from(message)
    return Request(opcode, unique, number, uid, pid, message[HEADER:])


def greeting_in(body: memoryview) -> Greeting | None:
    """None from a kernel that speaks another language."""
    major, minor, read_ahead, flags = _init_in.unpack_from(body)
    if major != MAJOR:
        return None
    more = int.from_bytes(body[16:20], "little") if flags & Can.INIT_EXT and len(body) >= 20 else 0
    return Greeting(minor, read_ahead, Can(flags | more << 32))


def name_in(body: memoryview) -> bytes:
    return bytes(body).partition(b"\0")[0]


def forgotten_in(request: Request) -> Iterator[tuple[int, int]]:
    if request.opcode == Opcode.FORGET:
        yield request.number, int.from_bytes(request.body[:8], "little")
        return
    count = int.from_bytes(request.body[:4], "little")
    yield from _forget_one.iter_unpack(request.body[8 : 8 + count * _forget_one.size])


def flags_in(body: memoryview) -> int:
    flags: int = _open_in.unpack_from(body)[0]
    return flags


def handle_in(body: memoryview) -> int:
    return int.from_bytes(body[:8], "little")


def read_in(body: memoryview) -> ReadAsked:
    """Of a file, and of a listing too."""
    return ReadAsked(*_read_in.unpack_from(body))


def xattr_in(body: memoryview) -> tuple[bytes, int]:
    """The name, which is empty when all are asked for, and the room for the answer: 0 asks how much it would be."""
    return name_in(body[8:]), int.from_bytes(body[:4], "little")


# --- answers ---------------------------------------------------------------------------------------------------------


def answer(unique: int, body: bytes = b"") -> bytes:
    return _out_header.pack(ANSWER_HEADER + len(body), 0, unique) + body


def answer_header(unique: int, length: int) -> bytes:
    """Of an answer whose body comes by another way."""
    return _out_header.pack(ANSWER_HEADER + length, 0, unique)


def refusal(unique: int, number: int) -> bytes:
    return _out_header.pack(ANSWER_HEADER, -number, unique)


def greeting(heard: Greeting, can: Can, max_background: int, *, stacked: bool) -> bytes:
    """`stacked`: what is opened may be handed to the file system below."""
    return _init_out.pack(
        MAJOR,
        min(heard.minor, OUR_MINOR),
        heard.read_ahead,
        can & 0xFFFF_FFFF,
        max_background,
        max_background * 3 // 4,
        PAGE,
        1,
        MOST_READ // PAGE,
        0,
        can >> 32,
        1 if stacked else 0,
    )


def entry(number: int, attributes: Attributes, entry_s: float, attr_s: float) -> bytes:
    valid, valid_ns = _split(entry_s)
    attr_valid, attr_valid_ns = _split(attr_s)
    return _entry.pack(number, 0, valid, attr_valid, valid_ns, attr_valid_ns) + _packed(attributes)


def no_entry(seconds: float) -> bytes:
    """There is none of this name, for so long."""
    valid, valid_ns = _split(seconds)
    return _entry.pack(0, 0, valid, 0, valid_ns, 0) + bytes(_attributes.size)


def attributes(told: Attributes, seconds: float) -> bytes:
    valid, valid_ns = _split(seconds)
    return _attr_out.pack(valid, valid_ns, 0) + _packed(told)


def opened(handle: int, how: OpenAs, backing: int = 0) -> bytes:
    return _open_out.pack(handle, how, backing)


def size(length: int) -> bytes:
    return _size_out.pack(length, 0)


def statfs(found: Statfs) -> bytes:
    return _statfs_out.pack(
        found.blocks, found.free, 0, found.files, 0, found.block_size, found.longest_name, found.block_size, 0
    )


# --- what is told unasked --------------------------------------------------------------------------------------------


def stale_inode(number: int, *, data: bool) -> bytes:
    body = _stale_inode.pack(number, 0 if data else -1, 0)
    return _out_header.pack(ANSWER_HEADER + len(body), _STALE_INODE, 0) + body


def stale_entry(parent: int, name: bytes) -> bytes:
    body = _stale_entry.pack(parent, len(name), 0) + name + b"\0"
    return _out_header.pack(ANSWER_HEADER + len(body), _STALE_ENTRY, 0) + body


def _packed(told: Attributes) -> bytes:
    atime, atime_ns = divmod(told.atime_ns, _NS)
    mtime, mtime_ns = divmod(told.mtime_ns, _NS)
    ctime, ctime_ns = divmod(told.ctime_ns, _NS)
    return _attributes.pack(
        told.inode, told.size, told.blocks,
        atime % 2**64, mtime % 2**64, ctime % 2**64, atime_ns, mtime_ns, ctime_ns,
        told.mode, 1, told.uid, told.gid, 0, told.block_size, 0,
    )  # fmt: skip


def _split(seconds: float) -> tuple[int, int]:
    whole = int(seconds)
    return whole, int((seconds - whole) * _NS)
