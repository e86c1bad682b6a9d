"""The server over HTTP: what it is sent, how long it is waited for, and its troubles as ours.

It answers a change with the number of a *task*, and makes it later, one task after the other. Texts and key go to the
one address that the owner named: no redirect is followed, and no proxy of the environment is used.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from ssl import SSLContext
from typing import Final, Literal, NoReturn, TypeVar

import httpx
import msgspec
import trio
from msgspec import Struct

from mosaicfs.errors import (
    OptionsError,
    PeerGarbledError,
    QuotaFullError,
    SourceUnavailableError,
    ThrottledError,
    TimedOutError,
)
from mosaicfs_search_meilisearch.asking import Hits, Search
from mosaicfs_search_meilisearch.documents import PRIMARY_KEY, SETTINGS, Kept, Settings
from mosaicfs_search_meilisearch.options import NAME

ANSWER_S: Final = 30.0
CONNECT_S: Final = 5.0
LARGEST: Final = 16 << 20
"""Bytes of one request; the server takes 100 MB as it is installed."""
_FIRST_LOOK_S, _LONGEST_LOOK_S = 0.02, 1.0
_FULL = frozenset({"no_space_left_on_device", "database_size_limit_reached"})
_KEYS = frozenset({"missing_authorization_header", "invalid_api_key", "missing_master_key"})
_T = TypeVar("_T")


class Trouble(Struct, frozen=True):
    code: str = ""
    message: str = ""


class Enqueued(Struct, frozen=True, rename="camel"):
    task_uid: int


class Task(Struct, frozen=True):
    uid: int
    status: Literal["enqueued", "processing", "succeeded", "failed", "canceled"]
    error: Trouble | None = None


class Tasks(Struct, frozen=True):
    results: list[Task]


class IndexFacts(Struct, frozen=True, rename="camel"):
    created_at: str = ""


class Figures(Struct, frozen=True, rename="camel"):
    number_of_documents: int = 0
    is_indexing: bool = False


class Server:
    """Each call has a connection of its own, but for those within one `line`."""

    def __init__(self, url: str, key: str, index: str) -> None:
        self._url = httpx.URL(url.rstrip("/") + "/")
        self.host = self._url.host
        self._index = index
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        limits = httpx.Timeout(ANSWER_S, connect=CONNECT_S)
        async with httpx.AsyncClient(
            base_url=self._url, headers=self._headers, trust_env=False, timeout=limits, verify=_trusted()
        ) as client:
            yield Line(client, self.host, self._index)


class Line:
    def __init__(self, client: httpx.AsyncClient, host: str, index: str) -> None:
        self._client = client
        self._host = host
        self._index = index

    # --- the index -------------------------------------------------------------------------------------------------

    async def created_at(self) -> str:
        """Empty where there is no such index."""
        answer = await self._ask("GET", f"indexes/{self._index}")
        return "" if _is_missing(answer) else self._read(answer, IndexFacts).created_at

    async def create(self) -> list[int]:
        """Tasks that make it, and set it up. One that is there already is left as it is."""
        wish = {"uid": self._index, "primaryKey": PRIMARY_KEY}
        return [await self._task("POST", "indexes", wish), await self.set_up()]

    async def set_up(self) -> int:
        return await self._task("PATCH", f"indexes/{self._index}/settings", SETTINGS)

    async def is_set_up(self) -> bool:
        answer = await self._ask("GET", f"indexes/{self._index}/settings")
        found = self._read(answer, Settings)
        return found.searchable_attributes == SETTINGS.searchable_attributes and set(
            SETTINGS.filterable_attributes
        ) <= set(found.filterable_attributes)

    async def figures(self) -> Figures:
        answer = await self._ask("GET", f"indexes/{self._index}/stats")
        return Figures() if _is_missing(answer) else self._read(answer, Figures)

    # --- changes ---------------------------------------------------------------------------------------------------

    async def put(self, documents: Iterable[Kept]) -> list[int]:
        target = f"indexes/{self._index}/documents?primaryKey={PRIMARY_KEY}"
        return [await self._task("POST", target, part) for part in portions(documents)]

    async def remove(self, keys: Sequence[str]) -> list[int]:
        if not keys:
            return []
        return [await self._task("POST", f"indexes/{self._index}/documents/delete-batch", keys)]

    async def until_done(self, tasks: Sequence[int], limit_s: float) -> list[int]:
        """Those that are still to be done when the time is over. `index_already_exists` is as good as done."""
        left, pause = list(tasks), _FIRST_LOOK_S
        with trio.move_on_after(limit_s):
            while left:
                listed = ",".join(map(str, left))
                told = self._read(await self._ask("GET", f"tasks?uids={listed}&limit={len(left)}"), Tasks).results
                ended = {task.uid for task in told if self._has_ended(task)}
                # One that the server knows no more was cleared away after its end.
                left = [uid for uid in left if uid not in ended and uid in {task.uid for task in told}]
                if left:
                    await trio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_LOOK_S)
        return left

    def _has_ended(self, task: Task) -> bool:
        trouble = task.error or Trouble()
        if task.status == "canceled":
            raise SourceUnavailableError(self._host, "somebody canceled the task")
        if task.status == "failed" and trouble.code != "index_already_exists":
            self._refuse(200, trouble)
        return task.status in ("succeeded", "failed")

    # --- questions -------------------------------------------------------------------------------------------------

    async def search(self, wanted: Sequence[Search], limit: int) -> Hits:
        if len(wanted) == 1:
            one = msgspec.structs.replace(wanted[0], limit=limit)
            answer = await self._ask("POST", f"indexes/{self._index}/search", one)
        else:
            queries = [msgspec.structs.replace(each, index_uid=self._index) for each in wanted]
            answer = await self._ask("POST", "multi-search", {"federation": {"limit": limit}, "queries": queries})
        return Hits([]) if _is_missing(answer) else self._read(answer, Hits)

    # --- HTTP ------------------------------------------------------------------------------------------------------

    async def _task(self, method: str, target: str, body: object) -> int:
        return self._read(await self._ask(method, target, body), Enqueued).task_uid

    async def _ask(self, method: str, target: str, body: object = None) -> httpx.Response:
        content = None if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
        headers = {} if content is None else {"Content-Type": "application/json"}
        try:
            return await self._client.request(method, target, content=content, headers=headers)
        except httpx.TimeoutException:
            raise TimedOutError(self._host, ANSWER_S) from None
        except httpx.HTTPError as cause:
            raise SourceUnavailableError(self._host, type(cause).__name__) from None

    def _read(self, answer: httpx.Response, kind: type[_T]) -> _T:
        if not answer.is_success:
            self._refuse(answer.status_code, _trouble(answer), answer.headers.get("Retry-After", ""))
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except msgspec.DecodeError:
            raise PeerGarbledError(self._host, "it is none of Meilisearch") from None

    def _refuse(self, status: int, trouble: Trouble, wait: str = "") -> NoReturn:
        """What the server says itself is not repeated: it may quote a text."""
        if trouble.code in _KEYS or status in (401, 403):
            raise OptionsError(NAME, f"{self._host} does not take the key; set meilisearch_api_key")
        if trouble.code == "invalid_index_uid":
            raise OptionsError(NAME, f"{self._host} takes no index of the name {self._index}")
        if trouble.code in _FULL:
            raise QuotaFullError(f"The disk of {self._host}")
        if status == 413:
            raise OptionsError(NAME, f"{self._host} takes no request so large; lower max_text_kb")
        if status in (429, 503):
            raise ThrottledError(self._host, float(wait) if wait.isascii() and wait.isdigit() else None)
        raise SourceUnavailableError(self._host, f"it answered with {trouble.code or f'HTTP {status}'}")


def portions(documents: Iterable[Kept]) -> Iterator[bytes]:
    """Bodies of requests, none larger than need be."""
    part: list[bytes] = []
    size = 0
    for document in documents:
        encoded = msgspec.json.encode(document)
        if part and size + len(encoded) > LARGEST:
            yield b"[" + b",".join(part) + b"]"
            part, size = [], 0
        part.append(encoded)
        size += len(encoded) + 1
    if part:
        yield b"[" + b",".join(part) + b"]"


@cache
def _trusted() -> SSLContext:
    """Reading all certificates takes longer than a question."""
    return httpx.create_ssl_context(trust_env=False)


def _is_missing(answer: httpx.Response) -> bool:
    return answer.status_code == 404 and _trouble(answer).code == "index_not_found"


def _trouble(answer: httpx.Response) -> Trouble:
    try:
        return msgspec.json.decode(answer.content, type=Trouble)
    except msgspec.DecodeError:
        return Trouble()
