"""How the page about the tree says that names and computed inodes are given out, slow and obvious."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from mosaicfs.model.directory import Mount
from mosaicfs.model.file import File
from mosaicfs.model.times import instant
from mosaicfs.model.tree import Shown

Place = tuple[str, ...]


class Brought(NamedTuple):
    """A file that a mount entry lets through. `below` are its folders in the directory, as the source calls them."""

    file_id: str
    file: File
    mount: int
    below: Place

    @property
    def uuid(self) -> str:
        return self.file_id.removeprefix("file::")

    @property
    def own_name(self) -> str:
        return cut(self.file.name, self.uuid[-8:])

    @property
    def first_name(self) -> str:
        return shown_folder(self.below[0]) if self.below else self.own_name


def given_out(
    mounts: Sequence[Mount], files: Sequence[Brought], directories: Collection[str]
) -> tuple[dict[str, Brought], dict[str, str]]:
    """Which file is shown under which name, and who lost to whom."""
    hidden = dict(losers(mounts, files))
    waiting = sorted((each for each in files if each.file_id not in hidden), key=claim)
    earliest = {each.file_id: each for each in reversed(waiting)}
    shown: dict[str, Brought] = {}
    late: list[Brought] = []
    for each in sorted(earliest.values(), key=claim):
        if each.own_name in directories or each.own_name in shown:
            late.append(each)
        else:
            shown[each.own_name] = each
    for each in late:
        shown[next(name for name in suffixed(each) if name not in directories and name not in shown)] = each
    return shown, hidden


def losers(mounts: Sequence[Mount], files: Sequence[Brought]) -> Iterator[tuple[str, str]]:
    for each in files:
        rivals = [other for other in files if other.own_name == each.own_name]
        if all(mounts[rival.mount].conflict_policy == "last_write_wins" for rival in rivals):
            winner = min(rivals, key=lambda rival: (-instant(rival.file.mtime), rival.file_id))
            if winner.file_id != each.file_id:
                yield each.file_id, winner.file_id


def claim(each: Brought) -> tuple[int, bytes, bytes, str]:
    source = each.file.source
    return each.mount, source.node_id.encode(), encoded(source.export_path), each.file_id


def suffixed(each: Brought) -> Iterator[str]:
    node = each.file.source.node_id
    for tail in (node, f"{node}, {each.uuid[-8:]}", f"{node}, {each.uuid}", f"{node}, {each.uuid}, 2"):
        yield tailed(each.file.name, tail)


def cut(name: str, tail: str) -> str:
    return name if len(encoded(name)) <= 255 else tailed(name, tail)


def shown_folder(component: str) -> str:
    return cut(component, sha256(encoded(component)).hexdigest()[:8])


def tailed(name: str, tail: str) -> str:
    dot = name.rfind(".")
    stem, extension = (name[:dot], name[dot:]) if dot > 0 else (name, "")
    if len(encoded(extension)) > 32 and len(encoded(f"{name} ({tail})")) > 255:
        stem, extension = name, ""
    while len(encoded(f"{stem} ({tail}){extension}")) > 255:
        stem = stem[:-1]
    return f"{stem} ({tail}){extension}"


def showable(name: str) -> bool:
    return name not in ("", ".", "..") and not any(char < " " or char in "/\x7f" for char in name)


def computed_inode(text: str) -> int:
    return (1 << 62) + (int.from_bytes(sha256(encoded(text)).digest()[:8]) >> 2)


def order(entry: Shown) -> bytes:
    return encoded(entry.name)


def encoded(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
