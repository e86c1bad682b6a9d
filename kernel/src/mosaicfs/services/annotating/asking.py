"""One job brought to its plugin: what it is shown, what it answers, and what becomes of the job by that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
import structlog

from mosaicfs import wire
from mosaicfs.errors import (
    AskOwnerError,
    DisconnectedError,
    EntryChangedError,
    EntryGoneError,
    MosaicError,
    OptionsError,
    ThrottledError,
    TryLaterError,
)
from mosaicfs.model.entry import Entry, entry_of
from mosaicfs.model.event import Event
from mosaicfs.model.file import File
from mosaicfs.model.filling import is_own
from mosaicfs.model.ids import file_id
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.store import Store
from mosaicfs.model.subscription import Subscription
from mosaicfs.services.annotating.ending import Outcome, wait_of
from mosaicfs.services.annotating.facts import Fact, trouble_with
from mosaicfs.services.annotating.job import ACCESS, FILE, Job, Seen
from mosaicfs.services.annotating.lending import Lending
from mosaicfs.services.annotating.noticing import stamp_of

SOURCE_AWAY_S = 60.0
"""Until bytes are asked for again that nobody could produce: whose fault that is, the plugin's it is not."""

CUT_SHORT = "The agent ended while the plugin was at work on it, as often as it may be tried."

_log = structlog.get_logger(component="plugin_jobs")


class Ask(Protocol):
    """`Hooks.annotate`."""

    def __call__(
        self, plugin: str, event: Event, entry: Entry | None, path: Path | None, *, limit_s: float | None = None
    ) -> Awaitable[JsonObject | None]: ...


class Done(NamedTuple):
    outcome: Outcome
    fact: Fact | None = None


class _Shown(NamedTuple):
    entry: Entry | None
    path: Path | None


class _NotLentError(Exception):
    """The bytes could not be had: the plugin was not asked."""

    def __init__(self, cause: MosaicError) -> None:
        super().__init__(str(cause))
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Asking:
    store: Store
    lending: Lending
    ask: Ask

    async def do(self, job: Job, subscription: Subscription, begun: Begun) -> Done:
        """`begun` is called before the plugin is; from there to its first wait nothing else runs."""
        if job.attempts > subscription.max_attempts and not subscription.in_order:
            return await self._failed(job, subscription, job.last_error or CUT_SHORT)
        if job.event_type not in subscription.events:
            return Done(Outcome(job, "acked", shown=_shown_by(job)))
        entry = await self._entry(job)
        if job.family is FILE and not job.gone and entry is None:
            return Done(Outcome(job, "acked"))
        try:
            async with self._lent(job, subscription, entry) as shown:
                begun()
                answer = await self.ask(
                    subscription.plugin_name,
                    _event(job, shown),
                    shown.entry,
                    shown.path,
                    limit_s=subscription.timeout_s,
                )
        except _NotLentError as trouble:
            return await self._not_lent(job, subscription, trouble.cause, entry)
        except MosaicError as error:
            return self._judged(job, subscription, error, entry)
        return _answered(job, subscription, entry, answer)

    async def _entry(self, job: Job) -> Entry | None:
        """As its document is now; what comes after that is another job."""
        if job.family not in (FILE, ACCESS) or job.gone:
            return None
        found = await self.store.get(file_id(job.subject))
        file = wire.noun_in(found, File)
        return None if found is None or file is None or file.status != "active" else entry_of(found.id, file)

    @asynccontextmanager
    async def _lent(self, job: Job, subscription: Subscription, entry: Entry | None) -> AsyncIterator[_Shown]:
        if job.gone and job.family is FILE:
            yield _Shown(_last_known(job), None)
            return
        if entry is None or not self._is_lent(subscription, entry):
            yield _Shown(entry, None)
            return
        lent = self.lending.path_of(entry)
        try:
            path = await lent.__aenter__()
        except MosaicError as cause:
            raise _NotLentError(cause) from cause
        try:
            yield _Shown(entry, path)
        finally:
            await lent.__aexit__(None, None, None)

    def _is_lent(self, subscription: Subscription, entry: Entry) -> bool:
        wanted = subscription.content
        return wanted == "path" or (wanted == "local" and is_own(entry, self.lending.node_id))

    # --- how it ended ------------------------------------------------------------------------------------------------

    async def _not_lent(self, job: Job, subscription: Subscription, cause: MosaicError, entry: Entry | None) -> Done:
        if isinstance(cause, EntryGoneError):
            return Done(Outcome(job, "acked"))
        if isinstance(cause, TryLaterError | EntryChangedError):
            return Done(Outcome(job, "back", str(cause), SOURCE_AWAY_S))
        return _given_up(job, subscription, str(cause), entry)

    def _judged(self, job: Job, subscription: Subscription, error: MosaicError, entry: Entry | None) -> Done:
        text = str(error)
        if isinstance(error, DisconnectedError):
            return Done(Outcome(job, "back", text))
        if isinstance(error, OptionsError):
            return Done(Outcome(job, "back", text, wait_of(job)))
        if isinstance(error, TryLaterError):
            asked_s = error.retry_after_s if isinstance(error, ThrottledError) else None
            if job.attempts < subscription.max_attempts:
                return Done(Outcome(job, "again", text, wait_of(job, asked_s)))
        level = "warning" if isinstance(error, AskOwnerError) else "info"
        getattr(_log, level)("a plugin gave up on a file", plugin=job.plugin_name, file_id=job.subject, cause=text)
        return _given_up(job, subscription, text, entry)

    async def _failed(self, job: Job, subscription: Subscription, error: str) -> Done:
        return _given_up(job, subscription, error, await self._entry(job))


class Begun(Protocol):
    def __call__(self) -> None: ...


def _answered(job: Job, subscription: Subscription, entry: Entry | None, answer: JsonObject | None) -> Done:
    if entry is None or job.gone:
        return Done(Outcome(job, "acked", shown=_shown_by(job)))
    if answer is None:
        kept = job.before is not None and job.before.annotated
        return Done(Outcome(job, "acked", shown=_seen(entry, subscription, annotated=kept)))
    if trouble := trouble_with(answer):
        return _given_up(job, subscription, trouble, entry)
    data = answer or None
    fact = Fact(job.plugin_name, subscription.annotation_version, entry, data)
    return Done(Outcome(job, "acked", shown=_seen(entry, subscription, annotated=bool(data))), fact)


def _given_up(job: Job, subscription: Subscription, error: str, entry: Entry | None) -> Done:
    if entry is None:
        return Done(Outcome(job, "failed", error, shown=_shown_by(job)))
    fact = Fact(job.plugin_name, subscription.annotation_version, entry, None, error)
    return Done(Outcome(job, "failed", error, shown=_seen(entry, subscription, annotated=True)), fact)


def _seen(entry: Entry, subscription: Subscription, *, annotated: bool) -> Seen:
    stamp = stamp_of(entry.size, entry.mtime, entry.version)
    return Seen(stamp, entry.export_path, annotated, subscription.annotation_version)


def _shown_by(job: Job) -> Seen:
    annotated, version = (job.before.annotated, job.before.version) if job.before is not None else (False, 0)
    return Seen(job.stamp, job.path, annotated, version)


def _event(job: Job, shown: _Shown) -> Event:
    payload: dict[str, Json] = dict(_payload(job))
    if shown.entry is not None and not job.gone:
        payload |= _facts(shown.entry)
    if job.family is FILE:
        payload["content_path"] = None if shown.path is None else str(shown.path)
        if job.before is not None and job.before.path != payload.get("export_path") and not job.gone:
            payload["moved_from"] = job.before.path
    return Event(
        name=job.event_type,
        payload=payload,
        sequence=job.sequence,
        attempt=job.attempts,
        timestamp=job.created_at,
        matched_rules=job.rules,
    )


def _facts(entry: Entry) -> dict[str, Json]:
    return {
        "file_id": entry.file_id,
        "export_path": entry.export_path,
        "name": entry.name,
        "size": entry.size,
        "mime_type": entry.mime_type,
        "mtime": entry.mtime,
    }


def _payload(job: Job) -> JsonObject:
    found = msgspec.json.decode(job.payload)
    return found if isinstance(found, dict) else {}


def _last_known(job: Job) -> Entry:
    """Of a file that is gone."""
    known = _payload(job)
    size, mime = known.get("size"), known.get("mime_type")
    path = str(known.get("export_path") or (job.before.path if job.before is not None else ""))
    return Entry(
        file_id=file_id(job.subject),
        node_id=job.node_id,
        export_path=path,
        name=str(known.get("name") or path.rpartition("/")[2]),
        size=size if isinstance(size, int) else 0,
        mtime=str(known.get("mtime") or ""),
        mime_type=mime if isinstance(mime, str) else None,
    )
