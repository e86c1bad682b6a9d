"""Documents with two versions: both are shown, one is kept, no secret is seen."""

from __future__ import annotations

import httpx
import pytest

from mosaicfs import wire
from mosaicfs.model.document import Document
from mosaicfs.model.ids import credential_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.role import UPSTREAM
from mosaicfs.model.store import Store
from plugins.builtin.control.tests.api.seeds import node

ID = "node::node-attic"
CREDENTIAL: JsonObject = {
    "type": "credential",
    "access_key_id": "MOSAICFS_7F3A9B2C1D4E5F6A",
    "secret_key_hash": "argon2id:hash",
    "sealed_signing_key": "sealed1:value",
    "permissions": {"scope": "full"},
    "name": "script",
    "enabled": True,
    "created_at": "2026-01-15T14:30:00Z",
}


async def put_two(store: Store, doc_id: str, *bodies: JsonObject) -> None:
    names = [f"{number:032x}" for number in range(1, len(bodies) + 1)]
    documents = [
        Document(doc_id, f"1-{name}", wire.canonical(body), path=(name,))
        for name, body in zip(names, bodies, strict=True)
    ]
    for document in documents:
        assert not (await store.write([document], writer=UPSTREAM, new_edits=False))[0].error


async def test_a_conflict_is_shown_with_all_its_versions(api: httpx.AsyncClient, store: Store) -> None:
    assert (await api.get("/api/conflicts")).json()["items"] == []
    await put_two(store, ID, node("node-attic"), node("node-attic", friendly_name="Roof"))
    (found,) = (await api.get("/api/conflicts")).json()["items"]
    assert (found["id"], found["document_type"], found["title"]) == (ID, "node", "Roof")
    assert [(one["winner"], one["body"]["friendly_name"]) for one in found["versions"]] == [
        (True, "Roof"),
        (False, "Attic"),
    ]


@pytest.mark.parametrize("kept", [0, 1])
async def test_the_version_that_is_kept_is_the_only_one(api: httpx.AsyncClient, store: Store, kept: int) -> None:
    await put_two(store, ID, node("node-attic"), node("node-attic", friendly_name="Roof"))
    (found,) = (await api.get("/api/conflicts")).json()["items"]
    version = found["versions"][kept]
    answer = await api.post(f"/api/conflicts/{ID}/resolve", json={"keep": version["version_id"]})
    assert answer.status_code == 200, answer.text
    assert [one["body"] for one in answer.json()["versions"]] == [version["body"]]
    assert await store.conflicts() == []
    assert (await api.get("/api/nodes/node-attic")).json()["friendly_name"] == version["body"]["friendly_name"]
    again = await api.post(f"/api/conflicts/{ID}/resolve", json={"keep": version["version_id"]})
    assert again.status_code == 404


async def test_a_version_that_is_none_changes_nothing(api: httpx.AsyncClient, store: Store) -> None:
    await put_two(store, ID, node("node-attic"), node("node-attic", friendly_name="Roof"))
    assert (await api.post(f"/api/conflicts/{ID}/resolve", json={"keep": "1-x"})).status_code == 404
    assert await store.conflicts() == [ID]


async def test_a_conflict_of_access_keys_shows_no_secret(api: httpx.AsyncClient, store: Store) -> None:
    doc_id = credential_id("MOSAICFS_7F3A9B2C1D4E5F6A")
    await put_two(store, doc_id, CREDENTIAL, {**CREDENTIAL, "name": "other"})
    text = (await api.get("/api/conflicts")).text
    assert "script" in text
    assert "argon2id" not in text
    assert "sealed1" not in text
