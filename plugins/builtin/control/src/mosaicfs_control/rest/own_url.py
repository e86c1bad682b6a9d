"""The address of this server, for lines that a person takes to another machine."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from mosaicfs_control.auth.limits import LOCAL
from mosaicfs_control.rest.routing import Call

_EVERY_ADDRESS = ("0.0.0.0", "::", None, "")  # noqa: S104 - compared, not bound


def own_url(call: Call) -> str:
    """As the caller has reached it; for the owner at the socket the listener that others can reach best."""
    host = call.headers.get("host", "")
    if call.source not in ("", LOCAL) and host:
        return f"{_scheme_of(host, _listeners(call))}://{host}"
    return _best_url(call) or "http://localhost"


def joining_url(call: Call) -> str:
    """`own_url`; another listener where that one has no TLS, which a machine that joins insists on."""
    reached = own_url(call)
    best = _best_url(call)
    return best if best.startswith("https://") and not reached.startswith("https://") else reached


def _best_url(call: Call) -> str:
    best = min(_listeners(call), key=_reach, default=None)
    if best is None:
        return ""
    names = call.kernel.settings.server.names
    name = (names[0] if names else socket.gethostname()) if best.hostname in _EVERY_ADDRESS else best.hostname or ""
    name = f"[{name}]" if ":" in name and not name.startswith("[") else name
    return f"{best.scheme}://{name}{'' if best.port is None else f':{best.port}'}"


def _listeners(call: Call) -> list[SplitResult]:
    known = call.instance.addresses or call.kernel.settings.server.listen
    return [urlsplit(url) for url in known if not url.startswith("unix:")]


def _scheme_of(host: str, listen: Sequence[SplitResult]) -> str:
    """Of the listener with the port that was asked; behind a proxy it is the proxy's, which speaks TLS."""
    port = urlsplit(f"//{host}").port
    return next((each.scheme for each in listen if each.port == port), "https")


def _reach(url: SplitResult) -> tuple[bool, bool]:
    return url.scheme != "https", url.hostname in ("localhost", "127.0.0.1", "::1")
