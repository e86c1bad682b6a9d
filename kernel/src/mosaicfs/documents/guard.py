"""The write guard: what is asked of every document that a store is to take, inside the write.

Three questions in turn: is the structure right, does the body hold what its type promises, may this writer write it.
Who may read is in `scopes`; what a single node owns is in `ownership`. Values only: facts about other documents are
looked up by a function that the store hands in.
"""

from __future__ import annotations

from time import time
from typing import NamedTuple, TypeAlias

import msgspec

from mosaicfs import wire
from mosaicfs.documents.ownership import ForeignWriteError, Look, check_owner
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.ids import PREFIXES, id_trouble, kind_of
from mosaicfs.model.noun import Noun
from mosaicfs.model.role import Role
from mosaicfs.model.times import Clock
from mosaicfs.model.unknown import Unknown

LARGEST_DOCUMENT = 8_000_000
LARGEST_DATA = 1024 * 1024
_STORE_MEMBER = b'"_'
_KINDS = frozenset(PREFIXES.values())

Verdict: TypeAlias = Noun | Unknown | None
"""The decoded document, so that nobody decodes it twice; None for tombstones and where nothing was decoded."""


class Refusal(NamedTuple):
    """`error` is `doc_validation`, `document_too_large` or `forbidden`; `reason` is for people."""

    error: str
    reason: str


def judged(role: Role, new: Document, current: Document | None, look: Look, clock: Clock = time) -> Verdict | Refusal:
    """`current` is the winner, tombstones included, or None."""
    try:
        _check_structure(new)
        return None if role.kind == "upstream" else _understood(role, new, current, look, clock)
    except MalformedDocumentError as trouble:
        return Refusal("doc_validation", str(trouble))
    except _TooLargeError as trouble:
        return Refusal("document_too_large", str(trouble))
    except ForeignWriteError as trouble:
        return Refusal("forbidden", str(trouble))


def _understood(role: Role, new: Document, current: Document | None, look: Look, clock: Clock) -> Verdict:
    if role.kind not in ("control", "node"):
        raise ForeignWriteError(f"{role} writes no documents")
    noun = None
    if new.deleted:
        _check_tombstone(new)
    else:
        noun = _decoded(new)
    if role.kind == "node":
        check_owner(role.node_id, new, noun, current, look, clock=clock)
    return noun


class _TooLargeError(Exception):
    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"{what} is larger than {limit:,} bytes")


def _check_structure(new: Document) -> None:
    if trouble := id_trouble(new.id):
        raise MalformedDocumentError("", "_id", trouble)
    if new.id[0] == "_":
        raise ForeignWriteError(f"{new.id}: ids that begin with _ are not taken here")
    if new.path and not new.rev.endswith(f"-{new.path[0]}"):
        raise MalformedDocumentError(new.id, "_revisions", f"begins with {new.path[0]}, but _rev is {new.rev}")
    if len(new.body) > LARGEST_DOCUMENT:
        raise _TooLargeError(new.id, LARGEST_DOCUMENT)
    if new.body[:1] != b"{":
        raise MalformedDocumentError(new.id, "", "is not a JSON object")
    if _STORE_MEMBER in new.body and (name := _reserved_name(new.body)):
        raise MalformedDocumentError(new.id, name, "names that begin with _ belong to the store")


def _reserved_name(body: bytes) -> str:
    content = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return next((name for name in content if name.startswith("_")), "")


def _decoded(new: Document) -> Noun | Unknown:
    noun = new.noun if new.noun is not None else wire.decode(new.id, new.body)
    if type(noun) is File:
        return noun
    if isinstance(noun, Unknown):
        kind = noun.content.get("type")
        if not isinstance(kind, str):
            raise MalformedDocumentError(new.id, "type", "is missing" if kind is None else "is not a string")
        _check_fit(new.id, kind)
    if isinstance(noun, Annotation) and len(new.body) > LARGEST_DATA < len(wire.canonical(noun.data)):
        raise _TooLargeError(f"{new.id}: data", LARGEST_DATA)
    return noun


class _Typed(msgspec.Struct):
    type: str | None = None


# Before several threads need it: `wire.nouns` says why.
_decode_typed = msgspec.json.Decoder(_Typed).decode


def _check_tombstone(new: Document) -> None:
    """The prefix alone names the type, so a tombstone may be empty; a type it names must fit."""
    try:
        kind = _decode_typed(new.body).type
    except msgspec.ValidationError:
        raise MalformedDocumentError(new.id, "type", "is not a string") from None
    if kind is not None:
        _check_fit(new.id, kind)


def _check_fit(doc_id: str, kind: str) -> None:
    """A known prefix has its type, an unknown prefix none of the known ones."""
    promised = kind_of(doc_id)
    if kind != promised and (promised is not None or kind in _KINDS):
        raise MalformedDocumentError(doc_id, "type", f"{kind!r} does not fit the prefix of the _id")
