"""Pages of other sites that may call this server: exact origins, which a developer names, and nobody else ever has any.

A browser asks first what a page may send (the preflight); it shows no proof, and is told nothing but that. Who calls is
found out as for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mosaicfs.errors import ConfigError
from mosaicfs_control.answers import Ready
from mosaicfs_control.hosts import DEFAULT_PORTS, Authority

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
SENT = (
    "Accept, Authorization, Content-Type, Content-Encoding, Idempotency-Key, If-Match, If-None-Match, If-Range, "
    "Last-Event-ID, MosaicFS-Proof, Range, X-Request-Id"
)
SHOWN = (
    "Accept-Ranges, Content-Disposition, Content-Range, Date, ETag, Idempotent-Replay, Location, MosaicFS-Replica-Age, "
    "MosaicFS-Version, Repr-Digest, Retry-After, X-Request-Id"
)
KEPT_S = 600

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Origins:
    """`ConfigError` for one that is not exact: a pattern, a path, a name without a scheme."""

    def __init__(self, texts: Sequence[str] = (), place: str = "") -> None:
        self._known = frozenset(_exact(text, place) for text in texts)

    def know(self, origin: str) -> bool:
        return origin.lower() in self._known

    def shown(self, origin: str) -> Mapping[str, str]:
        """What lets a browser show the answer to the page that asked; nothing for a page that we do not know."""
        if not self.know(origin):
            return _NOTHING
        return {
            "access-control-allow-origin": origin,
            "access-control-expose-headers": SHOWN,
            "vary": "Origin, Accept-Encoding",
        }


def asks_first(method: str, headers: Mapping[str, str]) -> bool:
    return method == "OPTIONS" and "access-control-request-method" in headers


def allowed() -> Ready:
    """The answer to who asks first."""
    headers = {
        "access-control-allow-methods": METHODS,
        "access-control-allow-headers": SENT,
        "access-control-max-age": str(KEPT_S),
    }
    return Ready(b"", 204, headers)


def _exact(text: str, place: str) -> str:
    """As a browser writes it: without the port that goes without saying."""
    scheme, _, rest = text.lower().partition("://")
    found = Authority.of(rest) if scheme in DEFAULT_PORTS else None
    if found is None:
        trouble = f"{text!r} is no origin; write `https://name` or `http://name:port`, with nothing behind it."
        raise ConfigError(place, trouble)
    host = rest.rpartition(":")[0] if found.port is not None else rest
    return f"{scheme}://{host}" if found.port in (None, DEFAULT_PORTS[scheme]) else f"{scheme}://{rest}"
