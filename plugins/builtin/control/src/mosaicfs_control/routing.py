"""From method and path to the function that answers, and which roles may ask it.

Paths are matched part by part before they are decoded as a whole, since a document id may hold `%2F`. A name in braces
stands for one part: `{db}` and `{id}` for one that does not begin with `_`, `{name}` for any. Literal parts go first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import unquote

from mosaicfs import ScopedStore
from mosaicfs.model.role import Role, RoleKind
from mosaicfs_control.answers import Answer
from mosaicfs_control.errors import RefusedError, bad_request, not_found
from mosaicfs_control.incoming import Incoming
from mosaicfs_control.parameters import Parameters
from mosaicfs_control.stopping import Ends

CONTROL_ONLY: frozenset[RoleKind] = frozenset({"control"})
WRITERS: frozenset[RoleKind] = frozenset({"control", "node"})
PEERS: frozenset[RoleKind] = frozenset({"control", "node", "mirror"})
EVERY_ROLE: frozenset[RoleKind] = frozenset({"control", "node", "mirror", "browser"})


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `store` is cut to what the caller may read; `user` is None only where no login is needed."""

    method: str
    user: Role | None
    store: ScopedStore
    path: Mapping[str, str]
    asked: Parameters
    headers: Mapping[str, str]
    incoming: Incoming
    stopping: Ends

    @property
    def role(self) -> Role:
        return self.store.role


Route: TypeAlias = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`roles` may ask it; `public` means without a login too, `any_db` that it answers for other databases as well."""

    route: Route
    roles: frozenset[RoleKind]
    public: bool = False
    any_db: bool = False


class Routes:
    def __init__(self) -> None:
        self._endpoints: dict[tuple[str, ...], dict[str, Endpoint]] = {}

    def on(
        self,
        methods: str,
        path: str,
        roles: frozenset[RoleKind] = PEERS,
        *,
        public: bool = False,
        any_db: bool = False,
    ) -> Callable[[Route], Route]:
        """`@routes.on("GET POST", "/{db}/_changes", EVERY_ROLE)`. HEAD is answered wherever GET is."""

        def put(route: Route) -> Route:
            known = self._endpoints.setdefault(_parts(path), {})
            for method in methods.split():
                known[method] = Endpoint(route, roles, public, any_db)
            return route

        return put

    def include(self, others: Routes) -> None:
        for parts, endpoints in others._endpoints.items():
            self._endpoints.setdefault(parts, {}).update(endpoints)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Every method and path."""
        for parts, endpoints in self._endpoints.items():
            yield from ((method, f"/{'/'.join(parts)}") for method in endpoints)

    def find(self, method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
        """`RefusedError`: 405 with `Allow` for a path that is known for other methods, 501 or 404 for another."""
        parts = _decoded(path)
        matching = [pattern for pattern in self._endpoints if _fits(pattern, parts)]
        if not matching:
            raise _unknown(method, parts)
        pattern = max(matching, key=_literals)
        endpoints = self._endpoints[pattern]
        endpoint = endpoints.get("GET" if method == "HEAD" else method)
        if endpoint is None:
            allowed = ", ".join(sorted(endpoints))
            raise RefusedError("method_not_allowed", f"Only {allowed} allowed", {"allow": allowed})
        return endpoint, {name[1:-1]: part for name, part in zip(pattern, parts, strict=True) if _is_placeholder(name)}


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.strip("/").split("/") if part)


def _decoded(path: str) -> tuple[str, ...]:
    """Peers write `_local/x` and `_design/x` also with an encoded slash: it parts them all the same."""
    decoded: list[str] = []
    for part in _parts(path):
        text = _unquoted(part)
        head, slash, rest = text.partition("/")
        decoded += [head, rest] if slash and head in {"_local", "_design"} else [text]
    return tuple(decoded)


def _unquoted(part: str) -> str:
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise bad_request("the path is not UTF-8") from None


def _unknown(method: str, parts: tuple[str, ...]) -> RefusedError:
    """What CouchDB has and this server has not is said plainly, so that nobody waits for it."""
    reserved = any(part.startswith("_") for part in parts)
    if method in {"GET", "HEAD"} and not reserved:
        return not_found()
    return RefusedError("not_implemented", f"{method} /{'/'.join(parts)} is not part of this server.")


def _fits(pattern: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    return len(pattern) == len(parts) and all(_takes(name, part) for name, part in zip(pattern, parts, strict=True))


def _takes(name: str, part: str) -> bool:
    if name in {"{db}", "{id}"}:
        return not part.startswith("_")
    return _is_placeholder(name) or name == part


def _is_placeholder(name: str) -> bool:
    return name.startswith("{")


def _literals(pattern: tuple[str, ...]) -> int:
    return sum(not _is_placeholder(name) for name in pattern)
