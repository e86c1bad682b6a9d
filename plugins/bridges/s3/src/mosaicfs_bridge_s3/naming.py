"""From keys to paths. Keys are any text; paths have names that every machine can show.

The path of a key depends on the set of keys alone, never on the order in which a service lists them. Keys that can be
mapped onto each other are few and can be told by their looks, so a listing sends all others as they come and holds
back only these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

LONGEST_PART = 255
LONGEST_ENDING = 32

_control = re.compile("[\x00-\x1f]")
_looks_mapped = re.compile(r"(?:^|/)(?:_|(?:%2E){1,2})(?:/|$)|%[01][0-9A-F]| \([0-9a-f]{8,}\)").search


def relative_path(key: str) -> str:
    """What the path of a key is where no other key wants the same."""
    return "/".join(_part(part) for part in key.split("/"))


def may_meet(key: str) -> bool:
    """Whether another key could want the same path. Never true for one of two such keys only."""
    return relative_path(key) != key or _looks_mapped(key) is not None


def paths_of(native_ids: Iterable[str], prefix: str = "") -> dict[str, str]:
    """A path for each, all different. Of those that want the same one, the smallest keeps it.

    Right for any set that holds all keys for which `may_meet` is true.
    """
    wanted = {native_id: relative_path(native_id.removeprefix(prefix)) for native_id in sorted(set(native_ids))}
    holders: dict[str, str] = {}
    others = [native_id for native_id, path in wanted.items() if holders.setdefault(path, native_id) != native_id]
    for native_id in others:
        holders[_another(wanted[native_id], native_id, holders)] = native_id
    return {native_id: path for path, native_id in holders.items()}


def _another(path: str, native_id: str, taken: Iterable[str]) -> str:
    """With more digits where somebody has named a key just so."""
    folder, slash, name = path.rpartition("/")
    digest = sha256(native_id.encode()).hexdigest()
    marked = (f"{folder}{slash}{_marked(name, digest[:digits])}" for digits in (8, 16, 32, 64))
    return next(path for path in marked if path not in taken)


def _part(part: str) -> str:
    if part == "":
        return "_"
    if part in (".", ".."):
        return part.replace(".", "%2E")
    shown = _control.sub(lambda found: f"%{ord(found.group()):02X}", part)
    return shown if len(shown.encode()) <= LONGEST_PART else _marked(shown, sha256(part.encode()).hexdigest()[:8])


def _marked(name: str, digits: str) -> str:
    """The digits stand before the ending, and the name is as long as a name may be."""
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > LONGEST_ENDING:
        stem, dot, ending = name, "", ""
    mark = f" ({digits}){dot}{ending}"
    return stem.encode()[: LONGEST_PART - len(mark.encode())].decode(errors="ignore") + mark
