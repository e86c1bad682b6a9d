"""What somebody gets who has taken the tokens of a page: at the replication, what a page may see, and no write at all.

Every route is walked, so that one that is added later is tried too.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import product
from typing import NamedTuple

import httpx
import pytest

from mosaicfs.documents.scopes import may_read
from mosaicfs.model.ids import PREFIXES, prefix_of
from mosaicfs.model.role import BROWSER
from mosaicfs.model.store import Store
from mosaicfs_control.rest.routing import Instance
from mosaicfs_control.routes import ROUTES
from mosaicfs_control.routes.api import ROUTES as API_ROUTES
from plugins.builtin.control.tests.api.conftest import TurnedClock
from plugins.builtin.control.tests.api.seeds import Put

DB = "/api/replication/mosaicfs"
HIDDEN = "only-for-the-owner"
OPEN = "for-every-page"

_SEEN = frozenset(
    {
        *("virtual_directory", "node", "filesystem", "agent_status", "label_rule", "plugin", "storage_backend"),
        *("replication_rule", "notification", "peering_agreement", "federated_import"),
    }
)
"""The types that the page on security lets a page see."""

REAL = frozenset({"credential", "node"})
"""Whoever proves rights is read when it is written, so these are no notes."""

IDS = {kind: f"{prefix_of(kind)}one" for kind in sorted(PREFIXES.values())} | {"unknown": "stranger::one"}
NOTES = {kind: doc_id for kind, doc_id in IDS.items() if kind not in REAL}


_SHOWN_OF_HIDDEN = (HIDDEN, "secret_key_hash", "sealed_signing_key", "export_parent")


class Taken(NamedTuple):
    """What was in the memory of the tab; `hidden` are documents that it must never see."""

    token: str
    session: str
    hidden: list[str]


@pytest.fixture
async def taken(network: httpx.AsyncClient, instance: Instance, put: Put) -> Taken:
    """Of a page that an owner has signed in, over documents of every type."""
    for kind, doc_id in NOTES.items():
        await put({doc_id: {"type": "note", "said": OPEN if kind in _SEEN else HIDDEN}})
    made = await instance.auth.credentials.create("the page", "full")
    login = {"access_key_id": made.credential.access_key_id, "secret_key": made.secret_key}
    told = (await network.post("/api/auth/login", json=login)).json()
    hidden = [doc_id for kind, doc_id in NOTES.items() if kind not in _SEEN]
    hidden.append(f"credential::{made.credential.access_key_id}")
    return Taken(told["token"], told["replication"]["token"], hidden)


@asynccontextmanager
async def caller(network: httpx.AsyncClient, authorization: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": authorization}
    async with httpx.AsyncClient(base_url=network.base_url, headers=headers, timeout=20, verify=False) as opened:
        yield opened


def filled(path: str, doc_id: str) -> str:
    names = {"{db}": "mosaicfs", "{id}": doc_id, "{name}": doc_id, "{ddoc}": "index"}
    return "/api/replication" + "/".join(names.get(part, part) for part in path.split("/"))


def bodies(doc_ids: list[str]) -> Iterator[object]:
    """What each of the routes that read would take, with what is hidden named in it."""
    yield {"docs": [{"id": each} for each in doc_ids]}
    yield {"docs": [{"_id": each, "_rev": "1-aa", "type": "note"} for each in doc_ids], "new_edits": False}
    yield {"keys": doc_ids, "doc_ids": doc_ids, "selector": {"_id": {"$in": doc_ids}}}
    yield {each: ["1-00000000000000000000000000000001"] for each in doc_ids}
    yield {"_id": doc_ids[0], "type": "note"}


def queries(doc_ids: list[str]) -> Iterator[dict[str, str]]:
    """What makes an answer hold more than names."""
    yield {}
    yield {"include_docs": "true", "style": "all_docs", "conflicts": "true", "revs": "true", "open_revs": "all"}
    yield {"doc_ids": json.dumps(doc_ids), "filter": "_doc_ids", "include_docs": "true"}
    yield {"keys": json.dumps(doc_ids), "include_docs": "true"}


def test_a_page_may_see_what_the_page_on_security_lists() -> None:
    assert {kind for kind, doc_id in IDS.items() if may_read(BROWSER, doc_id)} == _SEEN


@pytest.mark.parametrize("route", sorted(ROUTES), ids=" ".join)
async def test_attack_16_no_route_of_the_replication_shows_a_page_more(
    route: tuple[str, str], network: httpx.AsyncClient, taken: Taken, store: Store, clock: TurnedClock
) -> None:
    method, path = route
    hidden, before = taken.hidden, (await store.info()).update_seq
    ids = hidden if "{id}" in path or "{name}" in path else ["stranger::one"]
    given = list(bodies(hidden)) if method in ("POST", "PUT") else [None]
    async with caller(network, f"MOSAICFS-SESSION {taken.session}") as page:
        for doc_id, query, body in product(ids, queries(hidden), given):
            clock.turn(0.1)  # a hundred requests a second are a page's own limit
            answer = await page.request(method, filled(path, doc_id), params=query, json=body)
            assert answer.status_code < 500 or answer.status_code == 501, answer.text
            assert not [word for word in _SHOWN_OF_HIDDEN if word in answer.text]
    assert (await store.info()).update_seq == before, "nothing was written"


@pytest.mark.parametrize(("method", "path"), sorted(ROUTES))
async def test_a_token_of_the_api_is_no_key_to_the_replication(
    method: str, path: str, network: httpx.AsyncClient, taken: Taken, store: Store
) -> None:
    before = (await store.info()).update_seq
    async with caller(network, f"Bearer {taken.token}") as page:
        body = {"docs": [{"_id": "note::1", "type": "note"}]} if method in ("POST", "PUT") else None
        answer = await page.request(method, filled(path, "node::one"), json=body)
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert (await store.info()).update_seq == before


async def test_what_a_page_may_see_it_sees(network: httpx.AsyncClient, taken: Taken) -> None:
    """Or the walk above would prove nothing."""
    async with caller(network, f"MOSAICFS-SESSION {taken.session}") as page:
        listed = (await page.get(f"{DB}/_all_docs")).json()["rows"]
        found = {row["id"] for row in listed}
        assert {doc_id for kind, doc_id in NOTES.items() if kind in _SEEN} <= found
        assert "node::node-laptop" in found
        assert not {row["id"] for row in listed if not may_read(BROWSER, row["id"])}
        body = {"docs": [{"id": each} for each in IDS.values()]}
        got = (await page.post(f"{DB}/_bulk_get", json=body)).json()["results"]
        assert OPEN in json.dumps(got)


async def test_a_session_opens_nothing_of_the_api(
    network: httpx.AsyncClient, taken: Taken, clock: TurnedClock, store: Store
) -> None:
    before = (await store.info()).update_seq
    async with caller(network, f"MOSAICFS-SESSION {taken.session}") as page:
        for endpoint in API_ROUTES:
            clock.turn(61)  # sixty refusals a minute
            path = "/".join("x" if part.startswith("{") else part for part in endpoint.path.split("/"))
            answer = await page.request(endpoint.method, path)
            assert answer.status_code == 401, endpoint.name
            if clock.ahead_s > 3_000:
                clock.ahead_s = 0
    assert (await store.info()).update_seq == before


async def test_both_end_with_the_sign_in(network: httpx.AsyncClient, taken: Taken) -> None:
    async with caller(network, f"Bearer {taken.token}") as page:
        assert (await page.post("/api/auth/logout")).status_code == 204
        assert (await page.get("/api/auth/whoami")).status_code == 401
    async with caller(network, f"MOSAICFS-SESSION {taken.session}") as page:
        assert (await page.get(f"{DB}/_changes")).status_code == 401
