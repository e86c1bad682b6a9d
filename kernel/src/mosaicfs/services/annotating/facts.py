"""The annotation documents of plugins: written by the runner alone, and only when they say something else."""

from __future__ import annotations

from collections.abc import Sequence
from time import time
from typing import NamedTuple

from msgspec import structs

from mosaicfs import wire
from mosaicfs.documents.ownership import owner_of
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.document import Document, Written
from mosaicfs.model.entry import Entry
from mosaicfs.model.ids import annotation_id, tail_of
from mosaicfs.model.json import JsonObject
from mosaicfs.model.owner import Owner
from mosaicfs.model.role import node_role
from mosaicfs.model.store import Store
from mosaicfs.model.times import BadTimeError, Clock, instant, now_text

MOST_BYTES = 1 << 20
_TRIES = 5


class Fact(NamedTuple):
    """What one plugin said of one file. `data` None: nothing to say, what was said before goes."""

    plugin_name: str
    version: int
    entry: Entry
    data: JsonObject | None
    error: str = ""


def trouble_with(answer: JsonObject) -> str:
    """Why it cannot be kept; empty where it can."""
    try:
        size = len(wire.canonical(answer))
    except (MalformedDocumentError, TypeError) as error:
        return f"Its answer cannot be kept: {error}"
    return f"Its answer has {size:,} bytes; at most {MOST_BYTES:,} are kept." if size > MOST_BYTES else ""


def is_current(annotation: Annotation, mtime: str, size: int, version: str | None, facts_version: int) -> bool:
    """Whether it speaks of the file as it is, by this version of the plugin's facts."""
    if annotation.source_mtime is None and annotation.source_size is None:
        try:
            return instant(annotation.annotated_at) >= instant(mtime)
        except BadTimeError:
            return False
    return (
        annotation.source_mtime == mtime
        and annotation.source_size == size
        and annotation.source_version in (None, version)
        and annotation.annotation_version in (None, facts_version)
    )


async def write_facts(store: Store, node_id: str, facts: Sequence[Fact], clock: Clock = time) -> list[str]:
    """Why each could not be written; empty where it was, or where an equal one stands already."""
    troubles = [""] * len(facts)
    open_ones = list(range(len(facts)))
    for _ in range(_TRIES):
        chosen = [facts[place] for place in open_ones]
        found = await store.get_many([_doc_id(fact) for fact in chosen])
        drafts = [_draft(fact, before, node_id, clock) for fact, before in zip(chosen, found, strict=True)]
        rows = await store.write([each for each in drafts if each is not None], writer=node_role(node_id))
        written = iter(rows)
        ends = [None if draft is None else next(written) for draft in drafts]
        open_ones = _judge(open_ones, ends, troubles)
        if not open_ones:
            break
    return troubles


def _judge(places: Sequence[int], ends: Sequence[Written | None], troubles: list[str]) -> list[int]:
    """Those that somebody else was quicker with."""
    again = []
    for place, row in zip(places, ends, strict=True):
        troubles[place] = "" if row is None or not row.error else row.reason or row.error
        if row is not None and row.error == "conflict":
            again.append(place)
    return again


def _draft(fact: Fact, found: Document | None, node_id: str, clock: Clock) -> Document | None:
    """None where there is nothing to change."""
    before = wire.noun_in(found, Annotation)
    rev = "" if found is None else found.rev
    if fact.data is None and not fact.error:
        return None if before is None or found is None else tombstone(found)
    after = _annotation(fact, node_id, clock)
    if before is not None:
        same = structs.replace(after, annotated_at=before.annotated_at, updated_at=before.updated_at)
        if structs.replace(same, unknown=before.unknown) == before:
            return None
        after = structs.replace(after, unknown=before.unknown)
    return Document(_doc_id(fact), rev, wire.encode(after))


def tombstone(found: Document) -> Document:
    body: JsonObject = {"type": "annotation", "source": {"node_id": owner_of(found)}}
    return Document(found.id, found.rev, wire.canonical(body), deleted=True)


def _annotation(fact: Fact, node_id: str, clock: Clock) -> Annotation:
    now, entry = now_text(clock), fact.entry
    return Annotation(
        file_id=entry.file_id,
        plugin_name=fact.plugin_name,
        source=Owner(node_id=node_id),
        data=fact.data if fact.data is not None and not fact.error else {},
        status="failed" if fact.error else "ok",
        error=fact.error or None,
        annotated_at=now,
        updated_at=now,
        source_mtime=entry.mtime,
        source_size=entry.size,
        source_version=entry.version,
        annotation_version=fact.version,
    )


def _doc_id(fact: Fact) -> str:
    return annotation_id(tail_of(fact.entry.file_id), fact.plugin_name)
