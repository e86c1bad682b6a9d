"""What a directory may be when it is written: its path and name, its mount entries, its steps.

A fault is a pair of a field, such as `mounts[0].steps[2].pattern`, and what is wrong with it. What arrives from
elsewhere and breaks these rules is kept, and shows what can be shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import UNSET

from mosaicfs.errors import BadQueryError
from mosaicfs.model.directory import Mount, MountSource, VirtualDirectory
from mosaicfs.model.ids import EVERY_NODE
from mosaicfs.model.names import covers, is_node_id, is_path
from mosaicfs.model.tree import Draft
from mosaicfs.tree.names import LONGEST_NAME, RESERVED
from mosaicfs.tree.query_text import read_search
from mosaicfs.tree.steps import faults as step_faults
from mosaicfs.tree.steps.labels import FORM as LABEL_FORM
from mosaicfs.tree.steps.labels import is_sound_label
from mosaicfs.tree.steps.parameters import Fault

LONGEST_PATH: Final = 4_000
DEEPEST: Final = 64
MOST_MOUNTS: Final = 100
MOST_FOUND: Final = 100_000
LONGEST_SOURCE: Final = 4_096

_KINDS: Final = {
    "node_id": "node_id with export_path",
    "federated_import_id": "federated_import_id",
    "label": "label",
    "search": "search",
}


def composed(path: str) -> str:
    """A path or name as it is made: NFC. It is to be judged in this form."""
    return unicodedata.normalize("NFC", path)


def directory_faults(directory: VirtualDirectory | Draft) -> list[Fault]:
    """Every fault of a whole document, or of what a draft gives."""
    found: list[Fault] = []
    if isinstance(directory, VirtualDirectory):
        found += _placing_faults(directory)
    if directory.steps is not UNSET:
        found += step_faults(directory.steps, "steps")
    if directory.mounts is not UNSET:
        found += _mounts_faults(directory.mounts)
    return found


# --- names and paths ---------------------------------------------------------------------------------------------


def path_faults(path: str, place: str = "virtual_path") -> list[Fault]:
    """Of a directory other than the root at most one is told: of several only the first means anything."""
    trouble = _path_trouble(path)
    return [(place, trouble)] if trouble else []


def name_faults(name: str, place: str = "name") -> list[Fault]:
    trouble = _name_trouble(name)
    return [(place, trouble)] if trouble else []


def _placing_faults(directory: VirtualDirectory) -> Iterator[Fault]:
    path = directory.virtual_path
    yield from path_faults(path)
    parent, _, name = path.rpartition("/")
    if directory.name != name:
        yield "name", "is not the last part of virtual_path"
    if directory.parent_path != (None if path == "/" else parent or "/"):
        yield "parent_path", "is not virtual_path without its last part"


def _path_trouble(path: str) -> str | None:
    if path == "/":
        return None
    if not path.startswith("/"):
        return "is not absolute; write it like /documents/work"
    if path.endswith("/"):
        return "ends in “/”; leave it away"
    names = path[1:].split("/")
    if names[0] in RESERVED:
        return f"is reserved: everything in /{names[0]} is made by MosaicFS itself; choose another place"
    if len(names) > DEEPEST:
        return f"has {len(names)} parts; at most {DEEPEST} are possible"
    for name in names:
        if trouble := _name_trouble(name):
            return f"has a part that cannot be used: {name[:40]!r} {trouble}"
    if len(path.encode()) > LONGEST_PATH:
        return f"is longer than {LONGEST_PATH:,} bytes"
    return None


def _name_trouble(name: str) -> str | None:
    if not name:
        return "is empty"
    if name in (".", ".."):
        return "means another directory; choose a name of its own"
    if "/" in name:
        return "holds “/”, which parts names"
    if any(char < " " or char == "\x7f" for char in name):
        return "holds a control character"
    if any("\ud800" <= char <= "\udfff" for char in name):
        return "holds what is no Unicode"
    if len(name.encode()) > LONGEST_NAME:
        return f"is longer than {LONGEST_NAME} bytes"
    if not unicodedata.is_normalized("NFC", name):
        return "is not composed (NFC)"
    return None


# --- mount entries -----------------------------------------------------------------------------------------------


def _mounts_faults(mounts: Sequence[Mount]) -> Iterator[Fault]:
    if len(mounts) > MOST_MOUNTS:
        yield "mounts", f"has {len(mounts)} mount entries; at most {MOST_MOUNTS} are possible"
        return
    seen: dict[str, int] = {}
    for index, mount in enumerate(mounts):
        place = f"mounts[{index}]"
        earlier = seen.setdefault(mount.mount_id, index)
        if not mount.mount_id:
            yield f"{place}.mount_id", "is empty"
        elif earlier != index:
            yield f"{place}.mount_id", f"is that of mounts[{earlier}] too"
        yield from _source_faults(mount.source, f"{place}.source")
        yield from _strategy_faults(mount, place)
        yield from step_faults(mount.steps, f"{place}.steps")


def _source_faults(source: MountSource, place: str) -> Iterator[Fault]:
    kinds = [name for name in _KINDS if getattr(source, name) is not None]
    if source.export_path is not None and source.node_id is None:
        yield f"{place}.node_id", f"is missing beside export_path; “{EVERY_NODE}” means every node"
    elif len(kinds) != 1:
        yield place, f"is not exactly one of {', '.join(_KINDS.values())}"
    if source.node_id is not None:
        yield from _node_source_faults(source, place)
    if source.federated_import_id is not None and not source.federated_import_id:
        yield f"{place}.federated_import_id", "is empty"
    if source.label is not None and not is_sound_label(source.label):
        yield f"{place}.label", f"is not {LABEL_FORM}"
    if source.search is not None and (trouble := _search_trouble(source.search)):
        yield f"{place}.search", trouble
    if source.limit is not None:
        if source.search is None:
            yield f"{place}.limit", "belongs to search alone"
        elif not 1 <= source.limit <= MOST_FOUND:
            yield f"{place}.limit", f"is not from 1 to {MOST_FOUND:,}"


def _node_source_faults(source: MountSource, place: str) -> Iterator[Fault]:
    if source.node_id != EVERY_NODE and not is_node_id(source.node_id or ""):
        yield f"{place}.node_id", f"is not the id of a node, such as node-laptop, nor “{EVERY_NODE}” for every node"
    if source.export_path is None:
        yield f"{place}.export_path", "is missing; “/” means all of the node"
    elif trouble := _source_path_trouble(source.export_path):
        yield f"{place}.export_path", trouble


def _source_path_trouble(path: str) -> str | None:
    if not is_path(_trimmed(path)) or "\0" in path:
        return "is not an absolute path without “.”, “..” and empty parts, such as /home/user/documents"
    if len(path.encode(errors="surrogatepass")) > LONGEST_SOURCE:
        return f"is longer than {LONGEST_SOURCE:,} bytes"
    return None


def _search_trouble(text: str) -> str | None:
    try:
        read_search(text)
    except BadQueryError as trouble:
        return f"cannot be read: {trouble}"
    return None


def _strategy_faults(mount: Mount, place: str) -> Iterator[Fault]:
    source = mount.source
    if mount.strategy != "flatten" and (source.label is not None or source.search is not None):
        yield f"{place}.strategy", "has to be flatten where the source is a label or a search"
    elif mount.strategy == "mirror_source" and source.federated_import_id is None:
        trouble = "mirror_source is for federated imports; write prefix_replace with source_prefix “/”"
        yield f"{place}.strategy", trouble
    if mount.source_prefix is not None and mount.strategy == "prefix_replace":
        begin = "/" if source.federated_import_id is not None else source.export_path
        yield from _prefix_faults(mount.source_prefix, begin, f"{place}.source_prefix")


def _prefix_faults(prefix: str, begin: str | None, place: str) -> Iterator[Fault]:
    """`begin` is where the source begins."""
    if trouble := _source_path_trouble(prefix):
        yield place, trouble
    elif begin is not None and not covers(prefix, _trimmed(begin)):
        yield place, f"is neither {begin[:200]}, where the source begins, nor a folder above it"


def _trimmed(path: str) -> str:
    """A slash at the end is ignored."""
    return path.removesuffix("/") or "/" if path.startswith("/") else path
