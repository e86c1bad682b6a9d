"""What `crawl` is given and answers: a source, the changes found in it, and how the crawl ended."""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct, field

from mosaicfs.model.json import JsonObject
from mosaicfs.model.times import mtime_text

Trigger = Literal["startup", "scheduled", "manual", "reconnect", "poll"]
Action = Literal["create", "update", "delete", "move"]
Reason = Literal["gone", "excluded"]
"""Why a file is not in the index any more: it is not there, or a rule leaves it out."""
Presence = Literal["online", "archived", "placeholder"]


class Source(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place that files come from: a watched folder (`backend` `disk`) or a storage backend.

    `prefix` begins the `export_path` of all its files; `options` are those of its type, without secrets.
    """

    name: str
    backend: str
    node_id: str
    prefix: str
    mode: Literal["source", "target", "bidirectional"] = "source"
    options: JsonObject = field(default_factory=dict)
    trigger: Trigger = "scheduled"


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing seen at a source. Sending an unchanged entry again writes nothing.

    `size`, `mtime` and the rest describe the file now; a `delete` needs only `export_path` and `reason`, a `move` also
    `moved_from`. `facts` become this plugin's annotation of the file. `raw_path` (base64url) is for a path that is not
    UTF-8. `mtime_ns` stays on this machine: it tells changes apart that `mtime` is too coarse for.
    """

    action: Action
    export_path: str
    size: int = 0
    size_known: bool = True
    mtime: str = ""
    mime_type: str | None = None
    native_id: str | None = None
    version: str | None = None
    digest: str | None = None
    state: Presence | None = None
    moved_from: str | None = None
    facts: JsonObject | None = None
    raw_path: str | None = None
    mtime_ns: int | None = None
    reason: Reason = "gone"


class Listed(NamedTuple):
    """A file in a listing of its folder, with nothing special about it: a `Change` costs more to make and to carry."""

    name: str
    size: int
    mtime_ns: int
    native_id: str | None = None
    mime_type: str | None = None

    def at(self, folder: str) -> Change:
        return Change(
            action="update",
            export_path=f"{folder.rstrip('/')}/{self.name}",
            size=self.size,
            mtime=mtime_text(self.mtime_ns),
            mtime_ns=self.mtime_ns,
            native_id=self.native_id,
            mime_type=self.mime_type,
        )


class Skipped(Struct, frozen=True):
    path: str
    reason: str


class Quota(Struct, frozen=True, kw_only=True, omit_defaults=True):
    used_bytes: int
    quota_bytes: int | None = None


class Usage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a service was asked since the plugin told of it last, by crawls and by readers.

    `requests` are counted by their kind, in words of the plugin; `throttled_s` is for how long the service has made it
    wait. `signed_in_until` is when the sign-in ends, where its service states that.
    """

    requests: dict[str, int] = field(default_factory=dict)
    throttled_s: float = 0.0
    signed_in_until: str | None = None


class CrawlEnd(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`complete` says "this was everything": only then do entries that were not sent count as gone.

    `cursor` is handed back as `since` next time; it is kept after the last change before it is written.
    """

    complete: bool
    cursor: str | None = None
    quota: Quota | None = None
    usage: Usage | None = None
    skipped: tuple[Skipped, ...] = ()
