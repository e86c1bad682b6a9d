"""What the API says of the instance itself: its name, how it fares, what it is made of."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

import mosaicfs
from mosaicfs.documents.sqlite.store import SqliteStore
from mosaicfs.errors import StoreFullError
from mosaicfs.model.store import Store
from mosaicfs_control.rest.routing import Instance
from plugins.builtin.control.tests.api.seeds import SINCE, Put


async def test_identity_names_the_instance(api: httpx.AsyncClient, instance: Instance, put: Put) -> None:
    found = (await api.get("/api/identity")).json()
    assert set(found) == {"instance_id", "name", "ca_fingerprint", "time"}
    assert (found["instance_id"], found["name"]) == (instance.auth.instance_id, "MosaicFS")
    assert found["ca_fingerprint"] == instance.authority.fingerprint
    await put({"settings::instance": {"type": "settings", "instance_name": "Ana's files"}})
    assert (await api.get("/api/identity")).json()["name"] == "Ana's files"


async def test_live_and_ready_are_free_of_content(api: httpx.AsyncClient) -> None:
    for path in ("live", "ready"):
        answer = await api.get(f"/api/health/{path}")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_health_counts_what_is_wrong(api: httpx.AsyncClient) -> None:
    assert (await api.get("/api/health")).json() == {
        "status": "degraded",
        "subsystems": {
            "store": {"status": "healthy"},
            "crawler": {"status": "degraded", "message": "deletions are held"},
        },
        "nodes": {"online": 1, "offline": 1, "degraded": 0, "disabled": 0},
        "notifications": {"error": 1, "warning": 1},
    }


async def test_a_database_without_room_is_told_from_memory(api: httpx.AsyncClient, store: Store) -> None:
    """No document can say it, and what the agent has written last says that all is well."""
    if not isinstance(store, SqliteStore):
        pytest.skip("a store in memory has no file that could be full")
    store.health.met(StoreFullError(Path("/var/lib/mosaicfs/mosaicfs.db")))
    found = (await api.get("/api/health")).json()
    assert (found["status"], found["subsystems"]["store"]["status"]) == ("unhealthy", "unhealthy")
    assert "make room" in found["subsystems"]["store"]["message"]
    assert "crawler" in found["subsystems"]


async def test_health_of_nodes_lists_each(api: httpx.AsyncClient) -> None:
    found = (await api.get("/api/health/nodes")).json()
    assert [(row["node_id"], row["status"]) for row in found["items"]] == [
        ("node-laptop", "online"),
        ("node-nas", "offline"),
    ]
    assert set(found["items"][0]["subsystems"]) == {"crawler"}
    assert (found["total"], found["offset"], found["limit"]) == (2, 0, 100)


async def test_system_info_counts_documents(api: httpx.AsyncClient, store: Store) -> None:
    found, info = (await api.get("/api/system/info")).json(), await store.info()
    assert found["database_id"] == f"{info.uuid}-{info.epoch}"
    assert (found["version"], found["setup_date"]) == (mosaicfs.__version__, SINCE)
    assert (found["node_count"], found["file_count"], found["directory_count"], found["rule_count"]) == (2, 4, 0, 0)
    assert (found["store"]["driver"], found["store"]["update_seq"]) == ("sqlite", info.update_seq)


async def test_a_machine_that_nobody_has_told_of_is_healthy(api: httpx.AsyncClient, put: Put) -> None:
    await put({"status::node-laptop": {"type": "agent_status", "overall": "nonsense"}})
    found = (await api.get("/api/health")).json()
    assert (found["status"], set(found["subsystems"])) == ("healthy", {"store"})


async def test_who_signs_in_is_told_which_database_this_is(network: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    made = (await api.post("/api/credentials", json={"name": "page"})).json()
    login = {"access_key_id": made["key_id"], "secret_key": made["secret_key"]}
    signed_in = (await network.post("/api/auth/login", json=login)).json()
    page = {"authorization": f"Bearer {signed_in['token']}"}
    renewed = (await network.post("/api/auth/replication-session", headers=page)).json()
    now = (await api.get("/api/system/info")).json()["database_id"]
    assert (signed_in["replication"]["database_id"], renewed["database_id"]) == (now, now)
