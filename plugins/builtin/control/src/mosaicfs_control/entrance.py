"""Who may come in by a listener, and who it is.

In this order, so that a page of another site, or somebody who guesses, is turned away before anything is looked up: the
name that was asked for, the page that asks, the form of the body, then the proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from starlette.types import Scope

from mosaicfs_control.auth import principal
from mosaicfs_control.auth.gate import Asked
from mosaicfs_control.auth.limits import LOCAL
from mosaicfs_control.auth.principal import NOBODY, Principal
from mosaicfs_control.cross_origin import Origins
from mosaicfs_control.hosts import Came, Hosts, Proxies
from mosaicfs_control.rest.refusals import ApiError

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""What a page of another site can send without asking first."""

_SHOWN = 200


class Admits(Protocol):
    """What makes a principal of what a request shows."""

    async def admit(self, asked: Asked) -> Principal: ...

    def turned_away(self, source: str) -> None: ...


class Notes(Protocol):
    def note(
        self, event: str, *, source: str = "", target: str = "", result: str = "ok", request_id: str = ""
    ) -> None: ...


class Entrance:
    """Of a network, where loopback is not trusted either."""

    is_local = False
    readable_by_all: frozenset[str] = frozenset({"GET", "HEAD"})
    """What a page of another site may send; its browser lets it see no answer."""

    def __init__(
        self, gate: Admits, audit: Notes, hosts: Hosts, proxies: Proxies, origins: Origins | None = None
    ) -> None:
        """`origins` are those of other sites whose pages may call all the same."""
        self.origins = origins or Origins()
        self._gate = gate
        self._audit = audit
        self._hosts = hosts
        self._proxies = proxies

    async def admit(self, scope: Scope, headers: Mapping[str, str], request_id: str) -> None:
        """Put the principal into the scope, or `ApiError`."""
        came = self._came(scope, headers)
        principal.put(scope, NOBODY, source=came.source)
        self._require_our_name(came, request_id)
        if scope["raw_path"].startswith(b"/api"):
            self._require_our_page(scope["method"], headers, came, request_id)
            _require_no_form(headers)
        asked = Asked(scope["method"], _target(scope), headers, came.source, self.is_local, request_id)
        who = await self._gate.admit(asked)
        principal.put(scope, who, source=came.source, body_sha256=asked.body_sha256)

    def opened_to(self, scope: Scope, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Headers of the answer by which a browser shows it to a page of another site that may call."""
        return self.origins.shown(headers.get("origin", "")) if scope["raw_path"].startswith(b"/api") else {}

    def admit_anybody(self, scope: Scope, headers: Mapping[str, str], request_id: str) -> None:
        """To the web page, which holds nothing of anybody: no proof is looked at, and no request counted, since one
        look at it is many of them at once. `ApiError` for who did not ask for us."""
        came = self._came(scope, headers)
        principal.put(scope, NOBODY, source=came.source)
        self._require_our_name(came, request_id)

    def admit_preflight(self, scope: Scope, headers: Mapping[str, str], request_id: str) -> None:
        """Who asks first shows no proof; but it must have asked for us. `ApiError` otherwise."""
        self._require_our_name(self._came(scope, headers), request_id)

    def turned_away(self, scope: Scope) -> None:
        """A request ended in 401 behind the gate."""
        self._gate.turned_away(principal.source_of(scope))

    def _came(self, scope: Scope, headers: Mapping[str, str]) -> Came:
        return self._proxies.came(scope, headers)

    def _require_our_name(self, came: Came, request_id: str) -> None:
        if self._hosts.know(came):
            return
        self._note("host_refused", came, came.host, request_id)
        raise ApiError("misdirected", "This server does not answer to that name. If it should, add it to server.names.")

    def _require_our_page(self, method: str, headers: Mapping[str, str], came: Came, request_id: str) -> None:
        origin = headers.get("origin")
        if origin is not None and self.origins.know(origin):
            return
        crosses = headers.get("sec-fetch-site") == "cross-site" and method not in self.readable_by_all
        if crosses or (origin is not None and not self._is_own(origin, came)):
            self._note("origin_refused", came, origin or "", request_id)
            raise ApiError("origin_refused", "Pages of other sites may not call this server.")

    def _is_own(self, origin: str, came: Came) -> bool:
        return origin.lower() == came.origin

    def _note(self, event: str, came: Came, target: str, request_id: str) -> None:
        self._audit.note(event, source=came.source, target=target[:_SHOWN], result="refused", request_id=request_id)


class OwnersEntrance(Entrance):
    """Of a Unix socket: the operating system has said who connects, and nobody is called by a name there.

    No page gets here, but by a port that somebody forwards; so each one is of another site.
    """

    is_local = True
    readable_by_all = frozenset()

    def __init__(self, gate: Admits, audit: Notes) -> None:
        super().__init__(gate, audit, Hosts(()), Proxies((), ""))

    def _came(self, scope: Scope, headers: Mapping[str, str]) -> Came:
        return Came(LOCAL, "http", "", 0, "", is_forwarded=False)

    def _require_our_name(self, came: Came, request_id: str) -> None:
        """Any will do."""

    def _is_own(self, origin: str, came: Came) -> bool:
        return False


def _target(scope: Scope) -> str:
    """The bytes on the wire, which are what a signature covers."""
    query: bytes = b"?" + scope["query_string"] if scope["query_string"] else b""
    return str((scope["raw_path"] + query).decode("latin-1"))


def _require_no_form(headers: Mapping[str, str]) -> None:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in FORMS:
        raise ApiError("unsupported_media_type", f"Content-Type must be application/json, not {kind}.")
