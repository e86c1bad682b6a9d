"""From paths of a source to places below the directory that shows it, and back: strategies and prefixes.

Pure text. Components are those of the source; how one is shown is the matter of `names`, and which files are there of
whoever asks.
"""

from __future__ import annotations

from typing import NamedTuple

from mosaicfs.model.directory import Mount, MountSource
from mosaicfs.model.names import covers


class Window(NamedTuple):
    """What a mount entry looks at for one directory at or below its own.

    A source may turn out to be one file, so `file` can stand beside `folder` or `lead`.
    """

    folder: str | None
    """The source folder whose files are shown here; None where only `lead` or `file` is, or where a label or a search
    says which files."""
    lead: str | None
    """The one component that leads on towards a source further down."""
    file: str | None
    """Exact path of a file that is shown here under the last component of that path."""
    deep: bool = False
    """Files at any depth of `folder` are shown here, and there are no directories."""


def window(mount: Mount, below: tuple[str, ...]) -> Window | None:
    """`below`: source components under the directory of the mount entry. None: nothing of it can be there."""
    source = source_path(mount.source)
    if mount.strategy == "flatten":
        if below or (source is None and not is_gathered(mount.source)):
            return None
        return Window(source, None, _as_file(source), deep=True)
    prefix = _prefix(mount, source)
    if source is None or prefix is None:
        return None
    folder = joined(prefix, below)
    if folder == source:
        return Window(folder, None, None if below else _as_file(source))
    if covers(source, folder):
        return Window(folder, None, None)
    if not covers(folder, source):
        return None
    rest = _without(folder, source)
    lead = rest.partition("/")[0]
    return Window(None, lead, source if lead == rest else None)


def mapped(mount: Mount, export_path: str) -> tuple[str, ...] | None:
    """The path below the directory of the mount entry, name last. None: the source does not cover the file.

    Whether a label, a search, a node or an import does, is asked elsewhere.
    """
    source = source_path(mount.source)
    if source is not None and not covers(source, export_path):
        return None
    if mount.strategy == "flatten":
        return (_name(export_path),) if source is not None or is_gathered(mount.source) else None
    prefix = _prefix(mount, source)
    if source is None or prefix is None:
        return None
    return (_name(export_path),) if export_path == prefix else tuple(_without(prefix, export_path).split("/"))


def source_path(source: MountSource) -> str | None:
    """Where the source begins, without a slash at the end. None for labels, searches, and what is no path."""
    if source.export_path is None:
        return "/" if source.federated_import_id is not None else None
    return _trimmed(source.export_path)


def is_gathered(source: MountSource) -> bool:
    """Whether a label or a search says which files there are. They lie in no folder and are shown flat only."""
    return source.label is not None or source.search is not None


def joined(folder: str, components: tuple[str, ...]) -> str:
    """A path of a folder and what is below it."""
    return "/".join((folder if folder != "/" else "", *components)) or "/"


def _prefix(mount: Mount, source: str | None) -> str | None:
    """What a path loses; None for a prefix that is not above its source, which maps nothing."""
    if mount.strategy == "mirror_source":
        return "/"
    if mount.source_prefix is None or source is None:
        return source
    prefix = _trimmed(mount.source_prefix)
    return prefix if prefix is not None and covers(prefix, source) else None


def _trimmed(path: str) -> str | None:
    return (path.rstrip("/") or "/") if path.startswith("/") else None


def _as_file(source: str | None) -> str | None:
    return None if source == "/" else source


def _without(prefix: str, path: str) -> str:
    return path[len(prefix) + 1 if prefix != "/" else 1 :]


def _name(path: str) -> str:
    return path.rpartition("/")[2]
