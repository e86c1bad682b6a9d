"""Which document a path belongs to: pure decisions over what was known of it and what was seen.

Path first: whatever lies at a path that is known keeps its document. Then renames, known by the identity that the
source gives. Then the return of what was deleted. Everything else is new. Who reads, writes and waits is in `intake`,
`crawling` and `departing`.
"""

from __future__ import annotations

import base64
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from mosaicfs.model.crawling import Change, Presence
from mosaicfs.model.times import instant, mtime_text


class Known(NamedTuple):
    """A file as it was last seen.

    `face` is everything else that was seen of it. `gone` rows are of soft-deleted documents, kept for a return.
    `coarse` rows were read back from documents, which know neither nanoseconds nor the identity on a disk.
    """

    folder: str
    name: str
    file_id: str
    size: int
    mtime_ns: int
    native_id: str | None = None
    face: str = ""
    gone: bool = False
    coarse: bool = False

    @property
    def path(self) -> str:
        return joined(self.folder, self.name)


class Arrival(NamedTuple):
    """A file at a path that had no active document; `returns` is the deleted one that lay there."""

    change: Change
    returns: Known | None = None


class Sorted(NamedTuple):
    """`touched` need no document, only the memory is behind."""

    touched: list[tuple[Known, Change]]
    updated: list[tuple[Known, Change]]
    arrived: list[Arrival]


class Folded(NamedTuple):
    """A run of changes by what is true at its end. `origins` tells of a path whose document it has, by a rename."""

    seen: dict[str, Change]
    gone: dict[str, Change]
    origins: dict[str, str]


_Key: TypeAlias = "tuple[str, int, int]"


def sort(known: Mapping[str, Known], seen: Iterable[Change]) -> Sorted:
    """Unchanged files are in none of the lists."""
    touched, updated, arrived = [], [], []
    for change in seen:
        row = known.get(change.export_path)
        if row is None or row.gone:
            arrived.append(Arrival(change, row))
            continue
        typed = _typed(row, _sized(row, change))
        if not _looks_equal(row, typed):
            updated.append((row, typed))
        elif row.coarse or row.native_id != change.native_id:
            touched.append((row, typed))
    return Sorted(touched, updated, arrived)


def renames(arrived: Iterable[Change], missing: Iterable[Known]) -> dict[str, Known]:
    """The rows that turned up elsewhere, by their new path; only where exactly one could be exactly one other."""
    old = [(key_of_row(row), row) for row in missing]
    new = [(key_of(change), change) for change in arrived]
    left, right = Counter(key for key, _ in old), Counter(key for key, _ in new)
    by_key = {key: row for key, row in old if key is not None and left[key] == 1 and right[key] == 1}
    return {change.export_path: by_key[key] for key, change in new if key is not None and key in by_key}


def fold(changes: Sequence[Change]) -> Folded:
    """What a watcher reported, in its order. A path that is filled again keeps its document: what left it is new."""
    seen: dict[str, Change] = {}
    gone: dict[str, Change] = {}
    origins: dict[str, str] = {}
    heirs: dict[str, str] = {}
    for change in changes:
        path, left = change.export_path, change.moved_from
        if change.action == "delete":
            seen.pop(path, None)
            heirs.pop(origins.pop(path, ""), None)
            gone[path] = change
            continue
        gone.pop(path, None)
        if left is None or left == path:
            seen[path] = change
            continue
        before = seen.pop(left, None)
        origin = origins.pop(left, left)
        heirs.pop(origins.pop(path, ""), None)
        if heirs.get(origin, left) == left:
            origins[path], heirs[origin] = origin, path
        gone[left] = Change(action="delete", export_path=left)
        seen[path] = _at(before, path) if before is not None and not has_facts(change) else change
    return Folded(seen, gone, {path: origin for path, origin in origins.items() if origin not in seen})


def renumbered(row: Known, change: Change) -> bool:
    """Another file was put here that looks the same: its bytes may differ, and only the inode tells.

    Not so on another device: a folder that was moved to a new disk has other numbers all over and is what it was.
    """
    old, new = row.native_id, change.native_id
    if old is None or new is None or old == new or other_bytes(row, change):
        return False
    return _device(old) == _device(new)


def other_bytes(row: Known, change: Change) -> bool:
    """Whether size or time say that the content is another; a coarse row cannot tell below a microsecond."""
    if row.coarse:
        return (row.size, row.mtime_ns // 1000) != (change.size, nanoseconds(change) // 1000)
    return (row.size, row.mtime_ns) != (change.size, nanoseconds(change))


def _device(native_id: str) -> str:
    """What stands before the inode; empty for the ids of services."""
    return native_id.partition(":")[0] if ":" in native_id else ""


def key_of(change: Change) -> _Key | None:
    """What a rename does not change."""
    return None if change.native_id is None else _key(change.native_id, change.size, nanoseconds(change))


def key_of_row(row: Known) -> _Key | None:
    return None if row.native_id is None else _key(row.native_id, row.size, row.mtime_ns)


def _key(native_id: str, size: int, mtime_ns: int) -> _Key:
    """An inode is given again to other files; the id of a service is the file."""
    return (native_id, size, mtime_ns) if _device(native_id) else (native_id, 0, 0)


def _typed(row: Known, change: Change) -> Change:
    """A file that is as it was need not be looked into again to learn its type."""
    mime_type = row.face.partition("\n")[0]
    if change.mime_type is not None or not mime_type or other_bytes(row, change):
        return change
    return replace(change, mime_type=mime_type)


def _sized(row: Known, change: Change) -> Change:
    """A source that never knows sizes does not take away the one that was found when the file was read."""
    if change.size_known or change.version is None:
        return change
    known = seen_again(row, row.path)
    same = (known.version, row.mtime_ns // 1000) == (change.version, nanoseconds(change) // 1000)
    return replace(change, size=row.size, size_known=True) if same and known.size_known else change


def _looks_equal(row: Known, change: Change) -> bool:
    if other_bytes(row, change) or row.face != face_of(change):
        return False
    return not renumbered(row, change)


# --- forms ---------------------------------------------------------------------------------------------------------


def joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder != "/" else f"/{name}"


def parted(path: str) -> tuple[str, str]:
    """The folder and the name."""
    folder, _, name = path.rpartition("/")
    return folder or "/", name


def real_path(row: Known) -> str:
    """As the system takes it."""
    raw_path = seen_again(row, row.path).raw_path
    if raw_path is None:
        return row.path
    return os.fsdecode(base64.urlsafe_b64decode(raw_path + "=" * (-len(raw_path) % 4)))


def has_facts(change: Change) -> bool:
    """A rename may be reported without a look at the file: then it is as it was."""
    return change.mtime_ns is not None or change.mtime != ""


def nanoseconds(change: Change) -> int:
    """As far as a column holds it: from the year 1677 to 2262."""
    found = change.mtime_ns if change.mtime_ns is not None else instant(change.mtime) * 1000
    return found if -_LAST_NS < found < _LAST_NS else max(-_LAST_NS, min(found, _LAST_NS))


_LAST_NS = 2**63 - 1


def face_of(change: Change) -> str:
    """Most files have nothing but a type, and then it is the type; half a million of these are kept."""
    online = change.state in (None, "online")
    if online and change.size_known and change.version is None and change.digest is None and change.raw_path is None:
        return change.mime_type or ""
    more = (change.version, None if online else change.state, change.digest, change.raw_path)
    return "\n".join([change.mime_type or "", "" if change.size_known else "?", *(each or "" for each in more)])


def seen_again(row: Known, path: str) -> Change:
    """The row as a change at `path`."""
    mime, *more = row.face.split("\n")
    unknown, version, state, digest, raw_path = more or ("", "", "", "", "")
    return Change(
        action="update",
        export_path=path,
        size=row.size,
        size_known=not unknown,
        mtime=mtime_text(row.mtime_ns),
        mtime_ns=row.mtime_ns,
        mime_type=mime or None,
        native_id=row.native_id,
        version=version or None,
        state=_state(state),
        digest=digest or None,
        raw_path=raw_path or None,
    )


def _state(text: str) -> Presence | None:
    return "archived" if text == "archived" else "placeholder" if text == "placeholder" else None


def row_of(change: Change, file_id: str) -> Known:
    folder, name = parted(change.export_path)
    return Known(folder, name, file_id, change.size, nanoseconds(change), change.native_id, face_of(change))


def _at(change: Change, path: str) -> Change:
    return replace(change, export_path=path)
