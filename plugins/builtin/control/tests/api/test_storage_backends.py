"""Storage backends through the API: made, shown, changed, removed; secrets go in and never come out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import node_keys
from mosaicfs.identity.sealed_secrets import open_sealed, secret_place
from mosaicfs.model.ids import plugin_id, storage_backend_id
from mosaicfs.model.store import Store
from plugins.builtin.control.tests.api.seeds import Put, file, file_id, node

BACKENDS = "/api/storage-backends"
NAS = "node-nas"
REF = plugin_id(NAS, "s3@photos")
NEW: dict[str, Any] = {
    "name": "photos",
    "backend": "s3",
    "mode": "source",
    "hosting_node_id": NAS,
    "backend_config": {"bucket": "pictures"},
}


async def made(api: httpx.AsyncClient, **members: object) -> dict[str, Any]:
    answer = await api.post(BACKENDS, json={**NEW, **members})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def field_of(answer: httpx.Response) -> str:
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "validation_failed"), answer.text
    field: str = error["detail"]["fields"][0]["field"]
    return field


async def test_a_backend_is_made_shown_changed_and_removed(api: httpx.AsyncClient) -> None:
    shown = await made(api)
    assert (shown["enabled"], shown["secrets"], shown["live"]) == (True, {}, None)
    assert shown["backend_config"] == {"bucket": "pictures"}
    path = f"{BACKENDS}/photos"
    changed = (await api.patch(path, json={"enabled": False, "backend_config": {"prefix": "a/"}})).json()
    assert (changed["enabled"], changed["backend_config"]) == (False, {"bucket": "pictures", "prefix": "a/"})
    assert (await api.get(path)).json() == changed
    assert (await api.get(BACKENDS)).json()["items"][1:] == [changed]
    again = await api.post(BACKENDS, json=NEW)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
    assert (await api.delete(path)).status_code == 204
    assert [(await api.get(path)).status_code, (await api.delete(path)).status_code] == [404, 404]


async def test_secrets_are_sealed_for_the_node_and_never_shown(
    api: httpx.AsyncClient, store: Store, put: Put, tmp_path: Path
) -> None:
    keys = node_keys(KeyFiles(tmp_path / "keys"))
    await put({f"node::{NAS}": node(NAS, sealing_key=keys.sealing_key)})
    shown = await made(api, secrets={"access_key_id": "AKIA", "secret_access_key": "very-secret"})
    assert shown["secrets"] == {"access_key_id": "__REDACTED__", "secret_access_key": "__REDACTED__"}
    assert shown["credentials_ref"] == "s3@photos"
    changed = await api.patch(f"{BACKENDS}/photos", json={"secrets": {"access_key_id": None}})
    kept = await api.patch(f"{BACKENDS}/photos", json={"secrets": {"secret_access_key": "__REDACTED__"}})
    assert set(kept.json()["secrets"]) == {"secret_access_key"}
    document = await store.get(REF)
    backend = await store.get(storage_backend_id("photos"))
    assert document is not None
    assert backend is not None
    plugin = msgspec.json.decode(document.body)
    assert plugin["enabled"] is False
    sealed = plugin["settings"]["secret_access_key"]["sealed"]
    assert open_sealed(keys.sealing, sealed, secret_place(REF, "secret_access_key", NAS)) == "very-secret"
    told = b"".join((document.body, backend.body, changed.content, kept.content))
    assert b"very-secret" not in told
    assert (await api.delete(f"{BACKENDS}/photos")).status_code == 204
    gone = await store.get(REF)
    assert gone is not None
    assert gone.deleted


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"name": "Photos"}, "name"),
        ({"name": "srv"}, "name"),
        ({"hosting_node_id": None}, "hosting_node_id"),
        ({"hosting_node_id": "node-nobody"}, "hosting_node_id"),
        ({"backend": "imap", "mode": "target"}, "mode"),
        ({"backend_config": {"secret_access_key": "x"}}, "backend_config.secret_access_key"),
        ({"schedule": "at night"}, "schedule"),
        ({"credentials_ref": "../../etc"}, "credentials_ref"),
        ({"bucket": "x"}, "bucket"),
    ],
)
async def test_what_cannot_work_is_refused_by_name(
    api: httpx.AsyncClient, put: Put, members: dict[str, Any], field: str
) -> None:
    await put({f"node::{NAS}": node(NAS, watch_paths=["/srv/media"])})
    given = {name: value for name, value in {**NEW, **members}.items() if value is not None}
    assert field_of(await api.post(BACKENDS, json=given)) == field


async def test_one_with_indexed_files_is_removed_only_by_force(api: httpx.AsyncClient, put: Put) -> None:
    await made(api)
    await put({file_id(77): file("/photos/a.jpg", node_id=NAS)})
    refused = await api.delete(f"{BACKENDS}/photos")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "backend_in_use")
    assert (await api.delete(f"{BACKENDS}/photos?force=true")).status_code == 204
