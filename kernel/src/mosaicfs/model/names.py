"""Rules for names and paths: what may stand in an id, in a path, in a label.

Values only. What a crawler does with a name that cannot be indexed is the crawler's matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from hashlib import sha256

_PLUGIN_WORD = "[a-z0-9_-]"
_node_id = re.compile(r"[a-z0-9][a-z0-9-]{0,62}").fullmatch
_plugin_name = re.compile(rf"[a-z0-9]{_PLUGIN_WORD}{{0,63}}(?:@{_PLUGIN_WORD}{{1,32}})?").fullmatch
_outside_slug = re.compile(r"[^A-Za-z0-9._-]+")
_never_shown = re.compile(r"[\x00-\x1f\x7f/]").search
_NO_NAMES = frozenset({"", ".", ".."})
_RESERVED_NODE_IDS = frozenset({"control_plane", "*"})


def is_node_id(text: str) -> bool:
    return _node_id(text) is not None and text not in _RESERVED_NODE_IDS


def is_backend_name(text: str) -> bool:
    return _node_id(text) is not None


def is_plugin_name(text: str) -> bool:
    return _plugin_name(text) is not None


def is_path(text: str) -> bool:
    """Absolute, without empty, `.` or `..` parts, without `/` at the end except for the root."""
    return text == "/" or (text.startswith("/") and not {"", ".", ".."} & set(text[1:].split("/")))


def covers(prefix: str, path: str) -> bool:
    """Whole parts: `/a/b` covers `/a/b` and `/a/b/c`, never `/a/bc`. A `/` at the end of `prefix` is ignored."""
    stem = prefix.rstrip("/")
    return path == stem or path.startswith(f"{stem}/")


def showable(name: str) -> bool:
    """Whether a directory can show a file or a directory of this name. What cannot be shown is kept all the same."""
    return name not in _NO_NAMES and not _never_shown(name)


def are_showable(names: Collection[str]) -> bool:
    """The same of all of them. Most have nothing odd in them, which is seen at one look."""
    text = " ".join(names)
    return (text.isprintable() and "/" not in text and _NO_NAMES.isdisjoint(names)) or all(map(showable, names))


def is_label(text: str) -> bool:
    return (
        1 <= len(text.encode()) <= 200
        and text == text.strip()
        and unicodedata.is_normalized("NFC", text)
        and not any(unicodedata.category(char) == "Cc" for char in text)
    )


def filesystem_slug(export_root: str, *, taken: frozenset[str] = frozenset()) -> str:
    """The readable end of a `filesystem_id`, with a digest where it would be too long or is `taken`."""
    slug = _outside_slug.sub("-", export_root.strip("/")).lower() or "root"
    if len(slug) <= 64 and slug not in taken:
        return slug
    return f"{slug[:55]}-{sha256(export_root.encode()).hexdigest()[:8]}"
