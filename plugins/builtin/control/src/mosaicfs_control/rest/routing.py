"""From method and path to the function that answers, and everything that the OpenAPI document says of it.

Paths are matched part by part before they are decoded, since a name in a path may hold `%2F`. A name in braces stands
for one part; literal parts go first. `{path}` stands for all that is left, nothing too: a path in the tree.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, TypeVar
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from mosaicfs import Store
from mosaicfs.identity.authority import Authority
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.node import Node
from mosaicfs_control.answers import Answer
from mosaicfs_control.auth.auth import Auth
from mosaicfs_control.auth.endings import Ending
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.events.events import Events
from mosaicfs_control.file_bytes.digests import Digests
from mosaicfs_control.incoming import Incoming
from mosaicfs_control.jobs.jobs import Jobs
from mosaicfs_control.querying.fan_out import FanOut
from mosaicfs_control.querying.widgets import Widgets
from mosaicfs_control.reception import NodeReception
from mosaicfs_control.rest.asking import NoQuery, wrong_field
from mosaicfs_control.rest.refusals import ApiError, control_plane_required
from mosaicfs_control.stopping import Stopping

Q = TypeVar("Q")
T = TypeVar("T")

Access: TypeAlias = Literal["", "read", "full", "node", "public"]
"""Who may ask: who may read, who may change, a node that signs, anybody. Empty: `read` for a GET, else `full`."""


SPANNING = "{path}"
"""Its value is an absolute path in the tree, `/` where no part is left."""

_Found: TypeAlias = tuple[Mapping[str, "Endpoint"], Mapping[str, str]]
"""What there is at a path, by method, and the values of its names."""


class Here(Protocol):
    """What answers from the documents: the control plane, or a node from its replica. `cursor_key` authenticates."""

    @property
    def kernel(self) -> Kernel: ...

    @property
    def cursor_key(self) -> bytes: ...

    @property
    def stopping(self) -> Stopping: ...

    @property
    def instance_id(self) -> str: ...

    @property
    def ca_fingerprint(self) -> str: ...

    def last_heard(self, node: Node) -> str:
        """When that was, as far as it is known here."""

    async def followed(self) -> Events:
        """What happens here. Whoever asks a replica first waits until it is followed."""

    def streaming(self, principal: Principal) -> AbstractContextManager[Ending]:
        """Around one long answer; `ApiError` where this caller has too many of them."""

    def downloading(self, principal: Principal) -> AbstractContextManager[Ending]:
        """The same around the bytes of one file."""

    @property
    def digests(self) -> Digests: ...


@dataclass(frozen=True, slots=True)
class Instance:
    """`Here` of the control plane, with what only that has. `since` is when it was set up.

    `addresses` are those of its listeners, once they are open.
    """

    kernel: Kernel
    cursor_key: bytes
    stopping: Stopping
    jobs: Jobs
    events: Events
    auth: Auth
    authority: Authority
    reception: NodeReception
    digests: Digests
    fan_out: FanOut
    widgets: Widgets
    since: str = ""
    addresses: list[str] = field(default_factory=list)

    @property
    def instance_id(self) -> str:
        return self.auth.instance_id

    @property
    def ca_fingerprint(self) -> str:
        return self.authority.fingerprint

    def last_heard(self, node: Node) -> str:
        return self.reception.health.last_heard(node)

    async def followed(self) -> Events:
        return self.events

    @contextmanager
    def streaming(self, principal: Principal) -> Iterator[Ending]:
        with self.auth.limits.place("streams", principal.name), self.auth.endings.watch(principal) as ending:
            yield ending

    @contextmanager
    def downloading(self, principal: Principal) -> Iterator[Ending]:
        with self.auth.limits.place("downloads", principal.name), self.auth.endings.watch(principal) as ending:
            yield ending


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `query_string` is as it came; a route is given it as its query type besides.

    `source` is the address that it came from, or `local`. What is put into `held` is let go when the answer is out.
    """

    here: Here
    method: str
    path: Mapping[str, str]
    query_string: bytes
    headers: Mapping[str, str]
    incoming: Incoming
    principal: Principal
    source: str
    held: AsyncExitStack

    @property
    def instance(self) -> Instance:
        """What only a control plane has; `ApiError` where a replica answers."""
        if not isinstance(self.here, Instance):
            raise control_plane_required()
        return self.here

    @property
    def kernel(self) -> Kernel:
        return self.here.kernel

    @property
    def store(self) -> Store:
        return self.here.kernel.store

    async def body(self, shape: type[T]) -> T:
        """`ApiError` that names the member which is wrong or unknown."""
        raw = await self.incoming.json(msgspec.Raw)
        try:
            return msgspec.json.decode(raw, type=shape)
        except msgspec.ValidationError as cause:
            raise wrong_field(cause) from None


Route: TypeAlias = Callable[[Call, Q], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`answer` and `body` are shapes for the OpenAPI document; `later` are parameters that do not work yet.

    `secret_of` names the member that says what was made, where the answer holds a secret that is shown once.
    `status` is that of the answer where it is neither 200, 202 with a job, nor 204 without an answer.
    `may_go_on` where some requests are answered by 202 and a job instead.
    `from_replica` where a node that has joined answers, too, on the socket of its owner.
    `sends_bytes` where the answer is the bytes of a file, or a part of them.
    `sends_page` where it is a page for people.
    """

    method: str
    path: str
    route: Callable[[Call, Any], Awaitable[Answer]]
    summary: str
    query: type[Struct] = NoQuery
    body: type[Struct] | None = None
    answer: Any = None
    errors: tuple[str, ...] = ()
    later: Mapping[str, str] = field(default_factory=dict)
    access: Access = ""
    secret_of: str = ""
    status: int = 0
    may_go_on: bool = False
    from_replica: bool = False
    sends_bytes: bool = False
    sends_page: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def admits(self, principal: Principal) -> bool:
        match self.access or ("read" if self.method == "GET" else "full"):
            case "public":
                return True
            case "node":
                return principal.kind == "node"
            case "read":
                return principal.may_read
        return principal.may_change


class Routes:
    def __init__(self) -> None:
        self._by_parts: dict[tuple[str, ...], dict[str, Endpoint]] = {}
        self._spanning: dict[tuple[str, ...], dict[str, Endpoint]] = {}

    def on(
        self,
        method: str,
        path: str,
        query: type[Q] = NoQuery,  # type: ignore[assignment]  # the default of a type variable
        *,
        body: type[Struct] | None = None,
        answer: Any = None,
        errors: tuple[str, ...] = (),
        later: Mapping[str, str] | None = None,
        access: Access = "",
        secret_of: str = "",
        status: int = 0,
        may_go_on: bool = False,
        from_replica: bool = False,
        sends_bytes: bool = False,
        sends_page: bool = False,
    ) -> Callable[[Route[Q]], Route[Q]]:
        """`@routes.on("GET", "/api/files", FilesQuery)`; the docstring's first line is the summary."""

        def put(route: Route[Q]) -> Route[Q]:
            summary = (route.__doc__ or "").strip().partition("\n")[0]
            shape: Any = query
            told = (answer, errors, later or {}, access, secret_of, status)
            made = Endpoint(
                *(method, path, route, summary, shape, body, *told), may_go_on, from_replica, sends_bytes, sends_page
            )
            self._kept(_parts(path)).setdefault(_parts(path), {})[method] = made
            return route

        return put

    def include(self, others: Routes) -> None:
        for endpoint in others:
            parts = _parts(endpoint.path)
            self._kept(parts).setdefault(parts, {})[endpoint.method] = endpoint

    def __iter__(self) -> Iterator[Endpoint]:
        for endpoints in (*self._by_parts.values(), *self._spanning.values()):
            yield from endpoints.values()

    def find(self, method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
        """`ApiError`: 404 for an unknown path, 405 with `Allow` for one that is known for other methods."""
        parts, wanted = _parts(path), "GET" if method == "HEAD" else method
        allowed: set[str] = set()
        for endpoints, values in (*self._plain_matches(parts), *self._spanning_matches(parts)):
            if (endpoint := endpoints.get(wanted)) is not None:
                return endpoint, {name: _value(name, part) for name, part in values.items()}
            allowed |= endpoints.keys()
        if not allowed:
            raise ApiError("not_found", "There is nothing at this path; GET /api/openapi.json lists what there is.")
        named = ", ".join(sorted(allowed | ({"HEAD"} if "GET" in allowed else set())))
        raise ApiError("not_supported", f"Only {named} work here.", headers={"allow": named})

    def _kept(self, parts: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, Endpoint]]:
        return self._spanning if SPANNING in parts else self._by_parts

    def _plain_matches(self, parts: tuple[str, ...]) -> Iterator[_Found]:
        """The one that says most of the path."""
        as_long = (pattern for pattern in self._by_parts if len(pattern) == len(parts))
        matching = [pattern for pattern in as_long if _fits(pattern, parts)]
        if matching:
            pattern = max(matching, key=_literals)
            values = zip(pattern, parts, strict=True)
            yield self._by_parts[pattern], {name[1:-1]: part for name, part in values if _is_placeholder(name)}

    def _spanning_matches(self, parts: tuple[str, ...]) -> Iterator[_Found]:
        """Those that say most of the path go first; what stands around the spanned part is literal."""
        for pattern in sorted(self._spanning, key=len, reverse=True):
            at = pattern.index(SPANNING)
            head, end = pattern[:at], pattern[at + 1 :]
            rest = parts[at:]
            if parts[:at] == head and rest[len(rest) - len(end) :] == end and len(rest) >= len(end):
                yield self._spanning[pattern], {SPANNING[1:-1]: "/" + "/".join(rest[: len(rest) - len(end)])}


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.strip("/").split("/") if part)


def _value(name: str, raw: str) -> str:
    """A name in the tree never holds `/`, so none may come out of one."""
    if name != SPANNING[1:-1]:
        return _decoded(raw)
    names = [_decoded(part) for part in raw.split("/")]
    if any("/" in each for each in names):
        raise ApiError("not_found", "There is no such path in the tree: no name in it can hold “/”.")
    return "/".join(names)


def _decoded(part: str) -> str:
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise ApiError("invalid_request", "The path is not UTF-8.") from None


def _fits(pattern: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """Of patterns that are as long as the path: a look at the length is cheap, and all are looked at."""
    return all(_is_placeholder(name) or name == part for name, part in zip(pattern, parts, strict=True))


def _is_placeholder(name: str) -> bool:
    return name.startswith("{")


def _literals(pattern: tuple[str, ...]) -> int:
    return sum(not _is_placeholder(name) for name in pattern)
