"""Rows of a listing as the kernel reads them, many to an answer: `struct fuse_direntplus` of its protocol.

There are as many rows as files, and they differ in little; so what is the same in all of them is packed once.
"""

from __future__ import annotations

import stat
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, count, repeat
from struct import Struct
from typing import Final

from mosaicfs.model.filing import FolderFiles
from mosaicfs_mount.attributes import Attributes

_row: Final = Struct("=Q32sQQQQQQIII28sQQII")
_plain: Final = Struct("=QQII")
_validity: Final = Struct("=QQQII")
_rest: Final = Struct("=IIIIIII")
_PADDING: Final = tuple(bytes(-length % 8) for length in range(8))
_FILE: Final = stat.S_IFREG >> 12
_NS: Final = 1_000_000_000
_UNSIGNED: Final = (1 << 64) - 1

NOTHING_TOLD: Final = bytes(_row.size - _plain.size)
"""In front of a name of which it is not said what it means."""


def validity(entry_s: float, attr_s: float) -> bytes:
    """For how long the kernel may keep the name and the attributes."""
    entry, attr = int(entry_s), int(attr_s)
    return _validity.pack(0, entry, attr, int((entry_s - entry) * _NS), int((attr_s - attr) * _NS))


def constants(told: Attributes) -> bytes:
    """Of attributes, what all files of a kind have in common."""
    return _rest.pack(told.mode, 1, told.uid, told.gid, 0, told.block_size, 0)


def room_of(name: bytes) -> int:
    return _row.size + (len(name) + 7 & ~7)


def most_in(room: int) -> int:
    """Never so many rows fit into it that there are more of them."""
    return room // _row.size


def fitting(rows: Sequence[bytes], room: int) -> int:
    """How many of them, from the first on."""
    if sum(map(len, rows)) <= room:
        return len(rows)
    return bisect_right(list(accumulate(map(len, rows))), room)


def row(  # noqa: PLR0917 - a row is what it is, and there are many
    number: int, valid: bytes, told: Attributes, rest: bytes, following: int, name: bytes
) -> bytes:
    """`following` is the offset of the next one."""
    seconds, ns = divmod(told.mtime_ns, _NS)
    seconds &= _UNSIGNED
    head = _row.pack(
        number, valid, told.inode, told.size, told.blocks, seconds, seconds, seconds, ns, ns, ns, rest,
        told.inode, following, len(name), told.mode >> 12,
    )  # fmt: skip
    return head + name + _PADDING[len(name) & 7]


def file_row(  # noqa: PLR0917 - as above
    number: int, valid: bytes, inode: int, size: int, mtime_ns: int, rest: bytes, following: int, name: bytes
) -> bytes:
    """The same of a file all of which is here."""
    seconds, ns = divmod(mtime_ns, _NS)
    seconds &= _UNSIGNED
    head = _row.pack(
        number, valid, inode, size, size + 511 >> 9, seconds, seconds, seconds, ns, ns, ns, rest,
        inode, following, len(name), _FILE,
    )  # fmt: skip
    return head + name + _PADDING[len(name) & 7]


def file_rows(  # noqa: PLR0917 - as above
    first: int, valid: bytes, files: FolderFiles, rest: bytes, following: int, names: Sequence[bytes]
) -> list[bytes]:
    """Of many, whose numbers lie one behind the other from `first` on."""
    seconds, ns = files.seconds, files.nanoseconds
    if min(seconds, default=0) < 0:
        seconds = [each & _UNSIGNED for each in seconds]
    heads = map(
        _row.pack, count(first), repeat(valid), files.inodes, files.sizes, [each + 511 >> 9 for each in files.sizes],
        seconds, seconds, seconds, ns, ns, ns, repeat(rest),
        files.inodes, count(following), map(len, names), repeat(_FILE),
    )  # fmt: skip
    return [head + name + _PADDING[len(name) & 7] for head, name in zip(heads, names, strict=True)]


def name_only(inode: int, following: int, name: bytes, mode: int) -> bytes:
    """`struct fuse_dirent`."""
    return _plain.pack(inode, following, len(name), mode >> 12) + name + _PADDING[len(name) & 7]
