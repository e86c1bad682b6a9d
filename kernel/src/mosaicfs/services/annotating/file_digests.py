"""The digest of a file, where a plugin has told one: its owner writes it into the document of the file.

A plugin tells a digest of the whole content by `blake3` or `sha256` beside the `size` and `mtime` of what it has read.
It is written only while the file is still that version, so that no version ever has the digest of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from mosaicfs import wire
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry
from mosaicfs.model.file import File
from mosaicfs.model.json import JsonObject
from mosaicfs.model.role import node_role
from mosaicfs.model.store import Store
from mosaicfs.services.annotating.facts import Fact

ALGORITHMS = ("blake3", "sha256")
_TRIES = 5
_HEX = re.compile(r"[0-9a-f]{64}")

Told = Mapping[str, tuple[Entry, str]]
"""By the id of the file."""


async def keep_digests(store: Store, node_id: str, facts: Sequence[Fact]) -> None:
    """Of files of this node. One that somebody is always quicker with is left: it changes, and is asked about anew."""
    told = {
        fact.entry.file_id: (fact.entry, digest)
        for fact in facts
        if fact.entry.node_id == node_id and (digest := digest_in(fact.data, fact.entry))
    }
    for _ in range(_TRIES):
        if not told:
            return
        drafts = list(_drafts(await store.get_many(list(told)), told))
        rows = await store.write(drafts, writer=node_role(node_id)) if drafts else []
        told = {row.id: told[row.id] for row in rows if row.error == "conflict"}


def digest_in(data: JsonObject | None, entry: Entry) -> str | None:
    """`<algorithm>:<hex>`; None where no digest of this version was told."""
    if data is None or (data.get("size"), data.get("mtime")) != (entry.size, entry.mtime):
        return None
    for algorithm in ALGORITHMS:
        found = data.get(algorithm)
        if isinstance(found, str) and _HEX.fullmatch(found):
            return f"{algorithm}:{found}"
    return None


def _drafts(found: Sequence[Document | None], told: Told) -> Iterator[Document]:
    for document in found:
        noun = wire.noun_in(document, File)
        if document is None or noun is None:
            continue
        entry, digest = told[document.id]
        if noun.digest != digest and _is_version(noun, entry):
            yield document._replace(body=wire.encode(replace(noun, digest=digest)), noun=None)


def _is_version(noun: File, entry: Entry) -> bool:
    known = noun.status, noun.source.node_id, noun.size, noun.mtime, noun.source.version
    return known == ("active", entry.node_id, entry.size, entry.mtime, entry.version)
