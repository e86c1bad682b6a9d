"""A server that speaks the public HTTP API of Meilisearch over real sockets, as far as we use it.

Written from its published reference: changes are tasks, made one after the other; a search of an index that is not
there is `index_not_found`; a key is a Bearer token; errors are objects with `message`, `code`, `type` and `link`.
It finds whole words, prefixes of the last one, phrases and exclusions. It knows no typos and no ranking but counting.
A test may hold its tasks back, make it full, or let it answer something else.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import RLock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
_ID = re.compile(r"[A-Za-z0-9_-]{1,511}")
_word = re.compile(r"[^\W_]+")
_piece = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_condition = re.compile(r'(NOT )?(\w+) = "((?:[^"\\]|\\.)*)"(?: AND |$)')
KEY = "a-master-key"
SETTINGS: Json = {"searchableAttributes": ["*"], "filterableAttributes": [], "displayedAttributes": ["*"]}


class Refused(Exception):  # noqa: N818 - it is an answer
    def __init__(self, status: int, code: str, kind: str = "invalid_request") -> None:
        super().__init__(code)
        self.status = status
        self.body = {"message": f"About `{code}`.", "code": code, "type": kind, "link": f"https://docs.example/{code}"}


@dataclass
class Index:
    created_at: str
    primary_key: str | None = None
    settings: Json = field(default_factory=lambda: dict(SETTINGS))
    documents: dict[str, Json] = field(default_factory=dict)


@dataclass
class Meilisearch:
    """`held`: tasks wait. `largest`: bytes of a request. `fault`: answered instead. `fails`: code of every new task."""

    url: str = ""
    key: str = KEY
    held: bool = False
    largest: int = 100 << 20
    fault: tuple[int, str, dict[str, str]] | None = None
    fails: str = ""
    faults: int = 0
    """How often something else was answered."""
    indexes: dict[str, Index] = field(default_factory=dict)
    tasks: list[Json] = field(default_factory=list)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    _work: list[tuple[Json, Callable[[], None]]] = field(default_factory=list)
    _made: int = 0
    lock: RLock = field(default_factory=RLock)

    def release(self) -> None:
        with self.lock:
            self.held = False
            self._work_off()

    def documents(self, index: str = "mosaicfs") -> dict[str, Json]:
        with self.lock:
            return dict(self.indexes[index].documents) if index in self.indexes else {}

    def changes(self) -> list[tuple[str, str, Any]]:
        """Requests that sent or removed documents."""
        return [each for each in self.asked if "/documents" in each[1]]

    # --- tasks -----------------------------------------------------------------------------------------------------

    def _enqueue(self, kind: str, index: str, change: Callable[[], None]) -> Json:
        uid = len(self.tasks)
        task: Json = {"uid": uid, "indexUid": index, "status": "enqueued", "type": kind, "error": None}
        self.tasks.append(task)
        self._work.append((task, change))
        if not self.held:
            self._work_off()
        stamp = "2026-01-15T14:30:00.123456Z"
        return {"taskUid": uid, "indexUid": index, "status": "enqueued", "type": kind, "enqueuedAt": stamp}

    def _work_off(self) -> None:
        for task, change in self._work:
            try:
                if self.fails:
                    raise Refused(200, self.fails, "system")
                change()
                task["status"] = "succeeded"
            except Refused as refused:
                task["status"], task["error"] = "failed", refused.body
        self._work.clear()

    # --- routes ----------------------------------------------------------------------------------------------------

    def answer(self, method: str, target: str, headers: dict[str, str], content: bytes) -> tuple[int, Json]:
        place = urlsplit(target)
        parts, asked = place.path.strip("/").split("/"), parse_qs(place.query)
        if parts == ["health"]:
            return 200, {"status": "available"}
        if self.key and "authorization" not in headers:
            raise Refused(401, "missing_authorization_header", "auth")
        if self.key and headers["authorization"] != f"Bearer {self.key}":
            raise Refused(403, "invalid_api_key", "auth")
        if len(content) > self.largest:
            raise Refused(413, "payload_too_large")
        if content and headers.get("content-type") != "application/json":
            raise Refused(415, "invalid_content_type")
        body = json.loads(content) if content else None
        with self.lock:
            self.asked.append((method, target, body))
            return self._route(method, parts, asked, body)

    def _route(self, method: str, parts: list[str], asked: dict[str, list[str]], body: Any) -> tuple[int, Json]:  # noqa: C901 - it is a table
        match method, parts:
            case "GET", ["tasks"]:
                wanted = {int(uid) for uid in asked["uids"][0].split(",")}
                found = [task for task in reversed(self.tasks) if task["uid"] in wanted]
                return 200, {"results": found[: int(asked.get("limit", ["20"])[0])], "total": len(found)}
            case "POST", ["indexes"]:
                return 202, self._enqueue("indexCreation", body["uid"], lambda: self._create(body))
            case "GET", ["indexes", uid]:
                found_index = self._index(uid)
                return 200, {"uid": uid, "createdAt": found_index.created_at, "primaryKey": found_index.primary_key}
            case "GET", ["indexes", uid, "settings"]:
                return 200, self._index(uid).settings
            case "PATCH", ["indexes", uid, "settings"]:
                return 202, self._enqueue(
                    "settingsUpdate", uid, lambda: self._made_if_absent(uid).settings.update(body)
                )
            case "GET", ["indexes", uid, "stats"]:
                return 200, {"numberOfDocuments": len(self._index(uid).documents), "isIndexing": bool(self._work)}
            case "POST", ["indexes", uid, "documents"]:
                key = asked["primaryKey"][0]
                return 202, self._enqueue("documentAdditionOrUpdate", uid, lambda: self._put(uid, key, body))
            case "POST", ["indexes", uid, "documents", "delete-batch"]:
                return 202, self._enqueue("documentDeletion", uid, lambda: self._remove(uid, body))
            case "POST", ["indexes", uid, "search"]:
                return 200, self._search(self._index(uid), [body], body.get("limit", 20))
            case "POST", ["multi-search"]:
                (uid,) = {query["indexUid"] for query in body["queries"]}
                if any("limit" in query for query in body["queries"]):
                    raise Refused(400, "invalid_multi_search_query_pagination")
                return 200, self._search(self._index(uid), body["queries"], body["federation"].get("limit", 20))
        raise Refused(404, "not_found")

    def _index(self, uid: str) -> Index:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,400}", uid):
            raise Refused(400, "invalid_index_uid")
        if uid not in self.indexes:
            raise Refused(404, "index_not_found")
        return self.indexes[uid]

    def _create(self, body: Json) -> None:
        if body["uid"] in self.indexes:
            raise Refused(409, "index_already_exists")
        self._made_if_absent(body["uid"]).primary_key = body["primaryKey"]

    def _made_if_absent(self, uid: str) -> Index:
        if uid not in self.indexes:
            self._made += 1
            self.indexes[uid] = Index(f"2026-01-15T14:30:{self._made:02}.000000Z")
        return self.indexes[uid]

    def _put(self, uid: str, key: str, documents: list[Json]) -> None:
        index = self._made_if_absent(uid)
        if any(not _ID.fullmatch(str(document.get(key, ""))) for document in documents):
            raise Refused(400, "invalid_document_id")
        index.documents.update({document[key]: document for document in documents})

    def _remove(self, uid: str, keys: list[str]) -> None:
        for key in keys:
            self._index(uid).documents.pop(key, None)

    # --- searching -------------------------------------------------------------------------------------------------

    def _search(self, index: Index, queries: list[Json], limit: int) -> Json:
        hits: dict[str, Json] = {}
        for query in queries:
            for key, document in index.documents.items():
                score = _score(index, document, query)
                if score and key not in hits:
                    hits[key] = _shown(document, query, score)
        found = sorted(hits.values(), key=lambda hit: -float(hit["_rankingScore"]))
        return {"hits": found[:limit], "limit": limit, "offset": 0, "estimatedTotalHits": len(found)}


def words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text).lower()
    return _word.findall("".join(each for each in folded if not unicodedata.combining(each)))


def _score(index: Index, document: Json, query: Json) -> float:
    """0 where it is not found."""
    if not _passes(index, document, query.get("filter") or ""):
        return 0.0
    said = [words(str(document.get(name, ""))) for name in index.settings["searchableAttributes"]]
    count = 0
    assert query["matchingStrategy"] == "all"
    for minus, phrase, word in _piece.findall(query["q"]):
        wanted = words(phrase or word)
        times = sum(_times(each, wanted) for each in said) if wanted else 1
        if bool(minus) == bool(times):
            return 0.0
        count += times
    return 1 - 1 / (2 + count)


def _times(said: list[str], wanted: list[str]) -> int:
    return sum(said[at : at + len(wanted)] == wanted for at in range(len(said)))


def _passes(index: Index, document: Json, text: str) -> bool:
    conditions = _condition.findall(text)
    if text and "".join(found.group() for found in _condition.finditer(text)) != text:
        raise Refused(400, "invalid_search_filter")
    if any(name not in index.settings["filterableAttributes"] for _, name, _ in conditions):
        raise Refused(400, "invalid_search_filter")
    return all(bool(no) != (re.sub(r"\\(.)", r"\1", value) in document[name]) for no, name, value in conditions)


def _shown(document: Json, query: Json, score: float) -> Json:
    wanted = {each for minus, phrase, word in _piece.findall(query["q"]) if not minus for each in words(phrase or word)}
    tokens = re.findall(r"\W*\w+|\W+", document["body"])
    hits = [at for at, token in enumerate(tokens) if set(words(token)) & wanted]
    first = max(0, hits[0] - query["cropLength"] // 2) if hits else 0
    pre, post = query["highlightPreTag"], query["highlightPostTag"]
    cut = [
        re.sub(r"(\w+)", rf"{pre}\1{post}", token) if first + at in hits else token
        for at, token in enumerate(tokens[first : first + query["cropLength"]])
    ]
    kept = {name: document[name] for name in query["attributesToRetrieve"]}
    return {**kept, "_formatted": {**kept, "body": "".join(cut)}, "_rankingScore": score}


@contextmanager
def serving() -> Iterator[Meilisearch]:
    state = Meilisearch()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            more: dict[str, str] = {}
            try:
                if state.fault is not None:
                    state.faults += 1
                    status, code, more = state.fault
                    raise Refused(status, code, "system")
                status, body = state.answer(self.command, self.path, headers, content)
            except Refused as refused:
                status, body = refused.status, refused.body
            told = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(told)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_PATCH = _do  # noqa: N815 - as its parent calls them

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its parent calls it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
