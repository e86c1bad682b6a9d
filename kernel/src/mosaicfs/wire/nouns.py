"""Bodies of documents to nouns and back. A body that a noun cannot hold is refused with the member named.

Decoding is typed and strict first, which is one pass in native code; only what fails there, because it has members of
a newer version or nulls, goes the long way.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeVar

import msgspec

from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.json import LAST_EXACT
from mosaicfs.model.kinds import NOUNS, noun_of
from mosaicfs.model.noun import UNKNOWN, Noun
from mosaicfs.model.plugin import SharedPlugin
from mosaicfs.model.unknown import Unknown
from mosaicfs.wire.forward import put_aside, put_back
from mosaicfs.wire.json_text import canonical, canonical_text, sorted_encoder

N = TypeVar("N", bound=Noun)

_any_decoder = msgspec.json.Decoder(dict[str, Any])
_PUT_ASIDE = f'"{UNKNOWN}"'.encode()


class _Untyped(msgspec.Struct, tag_field="type", tag=""):
    """Never met: with a second type to choose from, the decoder insists on `type`."""


def decode(doc_id: str, body: bytes) -> Noun | Unknown:
    """What the document says. The id's prefix names the type; a `type` that disagrees is malformed."""
    noun = noun_of(doc_id)
    if noun is None:
        return _unknown(doc_id, body)
    return _decode(noun, doc_id, body)


def decode_as(noun: type[N], name: str, body: bytes) -> N:
    """What is said in a noun that no document holds, such as a heartbeat; `name` is for the words of a refusal."""
    found = _decode(noun, name, body)
    assert isinstance(found, noun)
    return found


def noun_in(found: Document | None, noun: type[N]) -> N | None:
    """None for a document that is gone, that holds something else, or that cannot be read."""
    if found is None or found.deleted:
        return None
    try:
        read = decode(found.id, found.body)
    except MalformedDocumentError:
        return None
    return read if isinstance(read, noun) else None


def _decode(noun: type[Noun], doc_id: str, body: bytes) -> Noun:
    if _PUT_ASIDE not in body:
        try:
            return _decoder(noun).decode(body)
        except msgspec.DecodeError:  # the long way says what is wrong, if anything is
            pass
    try:
        content = _any_decoder.decode(body)
        found: Noun = msgspec.convert(put_aside(content, noun), _or_untyped(noun))
    except msgspec.DecodeError as trouble:
        raise _malformed(doc_id, str(trouble)) from trouble
    return found


def encode(noun: Noun | Unknown) -> bytes:
    """The body, canonical. `MalformedDocumentError` where free content has no such form."""
    if isinstance(noun, Unknown):
        return canonical(noun.content)
    raw = sorted_encoder.encode(noun)
    if b"null" in raw or _PUT_ASIDE in raw:
        return canonical(put_back(msgspec.to_builtins(noun), type(noun)))
    return raw if _is_canonical(noun) else canonical_text(raw)


def _is_canonical(noun: Noun) -> bool:
    """Whether the sorted form is the canonical one as it stands: no number in it needs a look. Only files are many."""
    return type(noun) is File and max(noun.inode, noun.size) <= LAST_EXACT


def _unknown(doc_id: str, body: bytes) -> Unknown:
    try:
        return Unknown(_any_decoder.decode(body))
    except msgspec.DecodeError as trouble:
        raise _malformed(doc_id, str(trouble)) from trouble


@cache
def _decoder(noun: type[Noun]) -> msgspec.json.Decoder[Noun]:
    return msgspec.json.Decoder(_or_untyped(noun))


def _or_untyped(noun: type[Noun]) -> Any:
    return noun | _Untyped if noun.__struct_config__.tag_field else noun


# Now, and not when first needed: msgspec learns what a type is made of once, and where two threads let it learn at the
# same time, one of them uses what the other has half written, and the process is gone.
for _noun in (*NOUNS.values(), SharedPlugin):
    _decoder(_noun)


# --- saying what is wrong ------------------------------------------------------------------------------------------

_message = re.compile(r"(?P<trouble>.*?)(?: - at `\$(?P<place>.*)`)?", re.DOTALL).fullmatch
_missing = re.compile(r"Object missing required field `(?P<name>.*)`").fullmatch


def _malformed(doc_id: str, message: str) -> MalformedDocumentError:
    """msgspec's message with its place in front, in the words of documents: `source.node_id`, `mounts[0].strategy`."""
    found = _message(message)
    assert found is not None
    place = (found["place"] or "").replace("[...]", ".*").lstrip(".")
    trouble = found["trouble"]
    if (missing := _missing(trouble)) is not None:
        return MalformedDocumentError(doc_id, ".".join(filter(None, (place, missing["name"]))), "is missing")
    if "matching regex" in trouble:
        trouble = "is not a time such as 2026-01-15T14:30:00Z"
    return MalformedDocumentError(doc_id, place, trouble[:1].lower() + trouble[1:])
