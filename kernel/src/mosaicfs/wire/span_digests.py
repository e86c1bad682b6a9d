"""Digests of the spans that nodes send each other: BLAKE3 where both know it, SHA-256 otherwise.

To compare a span by SHA-256 costs each side several times as much as to seal it. Whoever asks says what it understands,
as RFC 9530 has it; a node of an earlier version does not look at that and answers as it always did.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from blake3 import blake3

WISH: Final = "Want-Content-Digest"
UNDERSTOOD: Final = "blake3=10, sha-256=1"
KNOWN_TO_ALL: Final = "sha-256"
_LENGTH: Final = 32
_weights: Final = frozenset(map(str, range(11)))


class _Hasher(Protocol):
    def digest(self) -> bytes: ...


_makers: Final[Mapping[str, Callable[[memoryview], _Hasher]]] = {"blake3": blake3, "sha-256": sha256}


class SpanDigest(NamedTuple):
    algorithm: str
    value: bytes

    @property
    def field(self) -> str:
        """The value of `Content-Digest`."""
        return f"{self.algorithm}=:{base64.b64encode(self.value).decode('ascii')}:"

    def is_of(self, content: memoryview) -> bool:
        return digest_of(content, self.algorithm) == self


def digest_of(content: memoryview, algorithm: str) -> SpanDigest:
    """In the thread that asks; others go on meanwhile where there is much."""
    return SpanDigest(algorithm, _makers[algorithm](content).digest())


def wished(field: str | None) -> str:
    """The algorithm to answer with. What cannot be read is no wish."""
    best, most = KNOWN_TO_ALL, 0
    for one in (field or "").split(","):
        name, _, weight = one.strip().partition("=")
        if name in _makers and weight in _weights and int(weight) > most:
            best, most = name, int(weight)
    return best


def digest_in(field: str | None) -> SpanDigest | None:
    """The first that is understood; None where none can be read."""
    for one in (field or "").split(","):
        name, _, value = one.strip().partition("=")
        if name in _makers:
            return _read(name, value)
    return None


def _read(algorithm: str, value: str) -> SpanDigest | None:
    if len(value) < 2 or value[0] != ":" or value[-1] != ":":
        return None
    try:
        found = base64.b64decode(value[1:-1], validate=True)
    except ValueError:
        return None
    return SpanDigest(algorithm, found) if len(found) == _LENGTH else None
