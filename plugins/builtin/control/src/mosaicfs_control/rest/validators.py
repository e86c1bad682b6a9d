"""What a caller keeps to ask "is it still the same?": strong tags of single objects, weak ones of lists.

A tag is opaque. That of an object begins with what its revision is, so that a later write can be bound to the revision
alone although the object also shows what was computed.
"""

from __future__ import annotations

from hashlib import blake2b

from mosaicfs_control.rest.routing import Call


def object_tag(rev: str, computed: bytes = b"") -> str:
    """`computed` is what may change without the revision."""
    also = f".{_digest(computed)}" if computed else ""
    return f'"{_digest(rev.encode())}{also}"'


def is_of_revision(asked: str, rev: str) -> bool:
    """Whether one of the tags of an `If-Match` is of that revision, whatever was computed beside it.

    `*` is of any, and a weak tag of none. An empty revision is that of an object which has only its defaults.
    """
    tags = [tag.strip() for tag in asked.split(",")]
    if rev and "*" in tags:
        return True
    return any(tag[:1] == '"' and tag.strip('"').partition(".")[0] == _digest(rev.encode()) for tag in tags)


async def list_tag(call: Call, *also: str) -> str:
    """Of everything that the store holds now and what was asked of it; `also` is what else the answer hangs on."""
    info = await call.store.info()
    asked = "\0".join((info.update_seq, *call.path.values(), call.query_string.decode("latin-1"), *also))
    return f'W/"{_digest(asked.encode())}"'


def _digest(text: bytes) -> str:
    return blake2b(text, digest_size=8).hexdigest()
