"""Every hook, in the order data meets them: found, read, understood, searched, kept near, told, copied, shown.

This is the table of contents of the system. A plugin is a module with a `PLUGIN` (`model.plugin_info`) and one
`@hookimpl async def` for each hook that it answers, with those of the arguments below that it wants, by name.
Two more may be asked for in every hook: `options`, the plugin's own, typed as it declared them, and `notices`
(`model.notices`), to tell the owner something. Where a bridge is asked about a storage backend, `options` are those of
that backend, its secrets among them; it is asked only about types that its `PLUGIN.backends` names.

None always means "not mine" and is never an error. Any exception outside `mosaicfs.errors` counts as the plugin's own
failure. How plugins are found, asked and judged is in `plugin_host`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pluggy

from mosaicfs.model.crawling import CrawlEnd, Source
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.notification import Delivery, Notice
from mosaicfs.model.query import Query, QueryAnswer
from mosaicfs.model.sink import Sink
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.stream import ByteStream
from mosaicfs.model.target import Target
from mosaicfs.model.tier import ReadingTier, Tier

PROJECT = "mosaicfs"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

EXTRA_ARGUMENTS = ("options", "notices", "state_dir")


@hookspec
async def crawl(source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
    """Find what a source holds, or what has changed in it.

    Asked: at start, on schedule, on request and after a reconnect; `since` is the cursor of last time, or None.
    Answer: every Change sent into the sink, then a CrawlEnd; None when the source is not yours.
    Raise: SourceUnavailableError to be asked again later, SignInNeededError to tell the owner; never a short list.
    Changes nothing at the source. Only an end that says `complete` lets what was not sent count as gone.
    """


@hookspec
async def materialize(entry: Entry, span: Span) -> ByteStream | None:
    """Produce bytes that no tier holds.

    Asked: when a reader wants a span and every tier has missed.
    Answer: a stream of exactly the bytes of the span; None when the entry is not yours. The first answer is taken.
    Raise: SourceUnavailableError to be asked again later, AccessRefusedError to tell the owner, EntryChangedError when
        the source holds another version.
    Changes nothing at the source.
    """


@hookspec
async def annotate(event: Event, entry: Entry | None, path: Path | None) -> JsonObject | None:
    """Learn facts about one file.

    Asked: for each event that the plugin is subscribed to, one job at a time; `path` is a readable copy of the file,
        None after a deletion and for plugins that ask for no content.
    Answer: an object of facts; an empty one removes what was written before, None keeps it.
    Raise: SourceUnavailableError or ThrottledError to be asked again later, EntryUnreadableError when this file has
        nothing to say and never will.
    Changes nothing; the answer is stored as the plugin's annotation of the file.
    """


@hookspec
async def query(question: Query) -> QueryAnswer | None:
    """Answer a search, or fill a widget of the dashboard.

    Asked: when a person or a page asks, all plugins of the capability at once.
    Answer: the best results first, at most `limit`; None when the capability is not yours.
    Raise: SourceUnavailableError to be named as left out; the other answers are shown all the same.
    Changes nothing.
    """


@hookspec
async def tier(kernel: Kernel) -> Tier | ReadingTier | None:
    """Offer a place on this machine that can produce bytes.

    Asked: once at the start of every duty that reads, and again after a change of options.
    Answer: one tier for the life of the process; None when there is none on this machine.
    Raise: OptionsError when it cannot work as it is set up; the other tiers are used.
    Changes nothing; what the tier does later is in the contract of `model.tier`.
    """


@hookspec
async def notify(notice: Notice) -> Delivery | None:
    """Bring a notice to a person.

    Asked: once for each notice and channel that the owner's rules choose.
    Answer: a Delivery; None when the notice is not for this channel.
    Raise: SourceUnavailableError to be tried again for a day, SignInNeededError to pause the channel.
    Changes the outside world: one message for one notice, also when it is asked twice.
    """


@hookspec
async def replicate(target: StorageBackend) -> Target | None:
    """Hand over a place that keeps copies of files.

    Asked: before a node copies to, verifies at or restores from that target.
    Answer: a Target; None when its backend type is not yours. The first answer is taken.
    Raise: SourceUnavailableError to be asked again later, AccessRefusedError or QuotaFullError to pause the target.
    Changes nothing yet; what the target does later is in the contract of `model.target`.
    """


@hookspec
async def serve(kernel: Kernel, started: Started) -> None:
    """Show the tree to somebody: an HTTP server, a mount.

    Asked: once at the start of the duty that the plugin names, and again after it failed.
    Answer: run until cancelled, after a call of `started()` as soon as it can be used, with facts for the owner such as
        its address; None at once when there is nothing to serve here.
    Raise: SourceUnavailableError to be started again, OptionsError to stay down and tell the owner.
    Changes only through `kernel`.
    """


HOOKS: Mapping[str, Callable[..., object]] = MappingProxyType(
    {hook.__name__: hook for hook in (crawl, materialize, annotate, query, tier, notify, replicate, serve)}
)

ANSWERS: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        "crawl": (CrawlEnd,),
        "materialize": (ByteStream,),
        "annotate": (Mapping,),
        "query": (QueryAnswer,),
        "tier": (Tier, ReadingTier),
        "notify": (Delivery,),
        "replicate": (Target,),
        "serve": (),
    }
)
"""What an answer must be where it is not None."""


class Limit(NamedTuple):
    """How long a plugin may take, and what the time is counted for."""

    seconds: float
    counted: str = "for the call"


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "crawl": Limit(300, "without a change or a mark of progress"),
        "materialize": Limit(30, "to the stream, and then without a byte"),
        "annotate": Limit(60),
        "query": Limit(5, "unless the question says otherwise"),
        "tier": Limit(30),
        "notify": Limit(15),
        "replicate": Limit(30),
        "serve": Limit(30, "until `started()`"),
    }
)
