"""What a folder holds against what it held: equal folders cost a digest, others become changes.

A mark is the digest of names, sizes, times and inodes, one byte that says whether the folder was a mount, and then a
short sum for each file whose type only its content tells, with what was found there. So a file that was looked into
once is not opened again because another one in its folder has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from marshal import dumps
from typing import NamedTuple
from zlib import crc32

from mosaicfs.model.crawling import Change, Listed
from mosaicfs.model.times import mtime_text
from mosaicfs_disk.mime_types import FORM, mime_type_of
from mosaicfs_disk.showing import raw_path, shown
from mosaicfs_disk.signatures import TYPES, code_of, sniffed
from mosaicfs_disk.walking import FileSeen, Folder

_DIGEST = 16
_HEAD = _DIGEST + 1
_MOUNT, _PLAIN = b"\1", b"\0"
_SUM = 4
_NOTE = _SUM + 1
_MOST_NOTES = 1_000

_TABLES = crc32(repr((TYPES, FORM)).encode()).to_bytes(_SUM, "big")
"""Part of each digest: after an update that knows more types, every folder is sent once more."""

# With later versions of the format, whether an object is shared shows in the bytes: equal folders would differ.
_MARSHAL = 2


class FolderNews(NamedTuple):
    path: str
    files: list[Change | Listed]
    mark: bytes
    left_out: list[str]


@dataclass(slots=True)
class Comparing:
    """`marks` are those of the last crawl. `visited` are the folders seen in this one."""

    marks: Mapping[str, bytes]
    sniffs: bool = True
    visited: set[str] = field(default_factory=set)

    def news(self, folder: Folder) -> FolderNews | None:
        """None for a folder that is as it was."""
        self.visited.add(folder.path)
        head = blake2b(dumps(folder.files, _MARSHAL), digest_size=_DIGEST, person=_TABLES).digest()
        head += _MOUNT if folder.is_mount else _PLAIN
        known = self.marks.get(folder.path, b"")
        if known[:_HEAD] == head:
            return None
        return self._changed(folder, head, _notes(known))

    def lost_its_disk(self, folder: Folder) -> bool:
        """A mount was here, and now there is an empty folder: what was in it cannot be seen, which is not gone."""
        known = self.marks.get(folder.path, b"")
        return folder.is_empty and not folder.is_mount and known[_DIGEST:_HEAD] == _MOUNT

    def _changed(self, folder: Folder, head: bytes, noted: Mapping[bytes, int]) -> FolderNews:
        may_look = self.sniffs and folder.is_local
        notes: list[bytes] = []
        files: list[Change | Listed] = []
        path, real, device = folder.path, folder.real, f"{folder.device:x}"
        is_plain = path in (real, "/")
        for seen in folder.files:
            mime = mime_type_of(seen[0])
            if mime is None and may_look and seen[1]:
                known = crc32(dumps(seen, _MARSHAL)).to_bytes(_SUM, "big")
                code = noted[known] if known in noted else code_of(sniffed(seen[0], folder.fd))
                notes.append(known + bytes([code]))
                mime = TYPES[code]
            name, size, mtime_ns, inode = seen
            if is_plain and (name.isascii() or shown(name) == name):
                files.append(Listed(name, size, mtime_ns, f"{device}:{inode:x}" if inode else None, mime))
            else:
                files.append(change_of(seen, path, real, folder.device, mime))
        mark = head + b"".join(notes[:_MOST_NOTES])
        return FolderNews(path, files, mark, folder.left_out if self.marks else [])

    def was_read(self, path: str) -> None:
        """A folder without a mark of this crawl, known to be whole: what it does not list is gone."""
        self.visited.add(path)

    def gone(self, below: str, untouched: frozenset[str]) -> list[str]:
        """The topmost folders that were known and are not there, although the folder that held them was read."""
        tops: dict[str, str | None] = {}
        for path in self.marks:
            if path not in self.visited and (path == below or path.startswith(f"{below.rstrip('/')}/")):
                self._climb(path, untouched, tops)
        return sorted({top for top in tops.values() if top is not None})

    def _climb(self, path: str, untouched: frozenset[str], tops: dict[str, str | None]) -> None:
        """Up to a folder that was read. `tops` keeps the answer for each folder on the way."""
        way: list[str] = []
        answer: str | None = None
        while path:
            if path in tops:
                answer = tops[path]
                break
            if path in self.visited:
                answer = way[-1] if way and path not in untouched else None
                break
            way.append(path)
            if path in untouched:
                break
            path = path.rpartition("/")[0] or ("/" if path != "/" else "")
        tops.update(dict.fromkeys(way, answer))


def change_of(seen: FileSeen, folder: str, real: str, device: int, mime: str | None) -> Change:
    name, size, mtime_ns, inode = seen
    folder, real = f"{folder.rstrip('/')}/", f"{real}/"
    return Change(
        action="update",
        export_path=folder + (name if name.isascii() else shown(name)),
        size=size,
        mtime=mtime_text(mtime_ns),
        mime_type=mime,
        native_id=f"{device:x}:{inode:x}" if inode else None,
        raw_path=None if real.isascii() and name.isascii() else raw_path(real + name),
        mtime_ns=mtime_ns,
    )


def _notes(mark: bytes) -> dict[bytes, int]:
    starts = range(_HEAD, len(mark), _NOTE)
    return {mark[at : at + _SUM]: mark[at + _SUM] for at in starts if mark[at + _SUM] < len(TYPES)}
