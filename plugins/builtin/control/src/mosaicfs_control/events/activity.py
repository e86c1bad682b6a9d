"""What was significant among the events, for a month: crawls, nodes that joined, notices, changes summed up by folder.

Values only. Deeds with the same key are one entry: changes of a folder within an hour are added up, an episode of a
notification is told once.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct, structs

from mosaicfs.model.times import hour_text
from mosaicfs_control.events.event import Happening

MOST_FOLDERS = 10
"""Of one sum; changes in more folders than these are told of the folder that they have in common."""

_CHANGES = ("added", "modified", "deleted")


class Deed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`counts` are of files; `path` is the folder that they are in or below."""

    key: str
    time: str
    kind: Literal["changes", "crawl", "node", "notification", "conflict"]
    title: str
    node_id: str | None = None
    path: str | None = None
    counts: dict[str, int] = {}


def deeds_of(happening: Happening, now: str) -> list[Deed]:
    """Nothing for what is not significant."""
    data: Mapping[str, Any] = happening.data
    match happening.type:
        case "files.changed":
            return _changes(data, now)
        case "crawl.finished":
            return [_crawl(data, now)]
        case "node.changed" if data["change"] == "created":
            title = f"{data['id']} joined"
            return [Deed(key=f"node {data['id']}", time=now, kind="node", title=title, node_id=data["id"])]
        case "notification.changed" if data.get("status") == "active" and data.get("severity") != "info":
            return [_notification(happening, now)]
        case "conflict.found":
            title = f"{data['id']} has {data['versions']} versions"
            return [Deed(key=f"conflict {data['id']}", time=now, kind="conflict", title=title)]
    return []


def together(before: Deed, after: Deed) -> Deed:
    """Two of the same key."""
    if after.kind != "changes":
        return after
    counts = {name: before.counts.get(name, 0) + after.counts.get(name, 0) for name in _CHANGES}
    return structs.replace(after, counts=counts, title=_title(counts, after.path or "/"))


def _changes(data: Mapping[str, Any], now: str) -> list[Deed]:
    folders: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_CHANGES, 0))
    for item in data["items"]:
        folders[item["export_parent"]][item["change"]] += 1
    if data["truncated"] or len(folders) > MOST_FOLDERS:
        folders = defaultdict(dict, {_shared(folders): {name: data[name] for name in _CHANGES}})
    return [_folder(data["node_id"], path, counts, now) for path, counts in folders.items()]


def _shared(folders: Iterable[str]) -> str:
    """What a peer wrote may be no path at all."""
    try:
        return posixpath.commonpath(folders)
    except ValueError:
        return "/"


def _folder(node_id: str, path: str, counts: dict[str, int], now: str) -> Deed:
    key, title = f"changes {node_id} {hour_text(now)} {path}", _title(counts, path)
    return Deed(key=key, time=now, kind="changes", title=title, node_id=node_id, path=path, counts=counts)


def _title(counts: Mapping[str, int], path: str) -> str:
    return f"{', '.join(f'{counts[name]:,} {name}' for name in _CHANGES if counts[name])} in {path}"


def _crawl(data: Mapping[str, Any], now: str) -> Deed:
    counts = {"seen": data["files_seen"], "changed": data["changed"]}
    shown = msgspec.convert(counts, dict[str, int], strict=False)
    title = f"Looked through {shown['seen']:,} files, {shown['changed']:,} of them changed"
    return Deed(
        key=f"crawl {data['node_id']} {now}", time=now, kind="crawl", title=title, node_id=data["node_id"], counts=shown
    )


def _notification(happening: Happening, now: str) -> Deed:
    data: Mapping[str, Any] = happening.data
    key = f"notification {data['notification_id']} {data.get('activated_at')}"
    return Deed(key=key, time=now, kind="notification", title=str(data.get("title", "")), node_id=happening.node_id)
