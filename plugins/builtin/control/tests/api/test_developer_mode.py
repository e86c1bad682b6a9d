"""What developer mode opens, to whom exactly, and that nothing of it is open without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import cast

import httpx
import pytest

from mosaicfs.errors import ConfigError
from mosaicfs.model.configuration import ServerSettings, Settings
from mosaicfs.model.ids import ROOT_ID, kind_of, node_doc_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.store import IdRange, Store
from mosaicfs_control.cross_origin import Origins
from mosaicfs_control.developer_mode import origins_of, told
from mosaicfs_control.entrance import Entrance
from mosaicfs_control.front import Front, Surfaces
from mosaicfs_control.hosts import Hosts, Proxies
from mosaicfs_control.rest.routing import Instance
from mosaicfs_control.rest.surface import RestSurface
from mosaicfs_control.stopping import Stopping
from mosaicfs_control.surface import ReplicationSurface
from mosaicfs_control.wiping import KEPT
from plugins.builtin.control.tests.api.conftest import Kernel, Served
from plugins.builtin.control.tests.api.seeds import HERE, Put, node
from plugins.builtin.control.tests.api.test_front import Signing, key

DATA = "/api/system/data"
WORD = {"confirm": "DELETE_ALL_DATA"}
PAGE = "http://localhost:5173"
DB = "/api/replication/mosaicfs"
NODE = f"/api/nodes/{HERE}"


@pytest.fixture
def developing(instance: Instance) -> Instance:
    kernel = cast(Kernel, instance.kernel)
    kernel.settings = Settings(developer_mode=True)
    return instance


async def wiped(api: httpx.AsyncClient, body: JsonObject = WORD) -> httpx.Response:
    return await api.request("DELETE", DATA, json=body)


async def kinds(store: Store) -> set[str]:
    return {kind_of(row.id) or row.id for row in await store.ids(IdRange(), 1_000)}


# --- wiping ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [WORD, {}, {"confirm": "yes"}])
async def test_without_developer_mode_nothing_can_be_wiped(
    api: httpx.AsyncClient, store: Store, body: JsonObject
) -> None:
    before = await store.ids(IdRange(), 1_000)
    refused = await wiped(api, body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "developer_mode_required")
    assert await store.ids(IdRange(), 1_000) == before
    assert (await api.get("/api/system/info")).json()["developer_mode"] is False


@pytest.mark.parametrize("body", [{}, {"confirm": "yes"}, {"confirm": "DELETE_ALL_DATA", "really": True}])
async def test_without_the_word_nothing_is_wiped(
    api: httpx.AsyncClient, developing: Instance, store: Store, body: JsonObject
) -> None:
    before = await store.ids(IdRange(), 1_000)
    assert (await wiped(api, body)).status_code == 422
    assert await store.ids(IdRange(), 1_000) == before


async def test_what_persons_made_and_what_was_indexed_goes_and_the_machines_stay(
    api: httpx.AsyncClient, developing: Instance, store: Store
) -> None:
    mount = {
        "remote_node_id": "node-nas",
        "remote_base_export_path": "/s",
        "local_mount_path": "/m",
        "mount_type": "nfs",
    }
    assert (await api.post(f"{NODE}/mounts", json=mount)).status_code == 201
    assert (await api.patch(NODE, json={"watch_paths": ["/home/ana", "/more"]})).status_code == 200
    assert (await api.patch("/api/system/settings", json={"instance_name": "Home"})).status_code == 200
    assert (await api.post("/api/vfs/directories", json={"virtual_path": "/mine"})).status_code == 201
    rule = {"node_id": HERE, "path_prefix": "/home/", "labels": ["x"], "name": "x"}
    assert (await api.post("/api/labels/rules", json=rule)).status_code == 201
    await key(developing)
    nodes = {row.id for row in await store.ids(IdRange("node::", "node:;"), 100)}
    answer = await wiped(api)
    assert answer.status_code == 200, answer.text
    assert answer.json()["deleted_count"] >= 5
    assert await kinds(store) <= KEPT | {"virtual_directory"}
    assert {row.id for row in await store.ids(IdRange("node::", "node:;"), 100)} == nodes
    assert await store.get(ROOT_ID) is not None
    names = {each["name"] for each in (await api.get("/api/vfs?path=/")).json()["items"]}
    assert "documents" in names
    assert "mine" not in names
    here = (await api.get(NODE)).json()
    assert (here["watch_paths"], "network_mounts" in here, "added_paths" in here) == (["/home/ana"], False, False)
    assert (await api.get("/api/identity")).json()["name"] == "MosaicFS"
    (entry,) = (await api.get("/api/system/audit?event=data_wiped")).json()["items"]
    assert entry["detail"] == {"documents": answer.json()["deleted_count"]}


async def test_every_node_that_takes_part_is_asked_to_index_its_files_anew(
    api: httpx.AsyncClient, developing: Instance, put: Put
) -> None:
    await put({node_doc_id("node-gone"): node("node-gone", status="disabled")})
    await wiped(api)
    jobs = (await api.get("/api/jobs?kind=reindex")).json()["items"]
    assert {(job["node_id"], job["request"]["rebuild_derived"]) for job in jobs} == {
        ("node-laptop", True),
        ("node-nas", True),
    }


async def test_the_key_that_called_is_the_only_one_left(served: Served, developing: Instance, store: Store) -> None:
    ours, other = await key(developing), await key(developing)
    answer = await served.network.request("DELETE", DATA, json=WORD, auth=Signing(ours, developing.instance_id))
    assert answer.status_code == 200, answer.text
    left = await store.ids(IdRange("credential::", "credential:;"), 100)
    assert [row.id for row in left] == [f"credential::{ours.credential.access_key_id}"]
    assert other.credential.access_key_id != ours.credential.access_key_id


async def test_who_may_only_read_cannot_wipe(served: Served, developing: Instance) -> None:
    made = await key(developing, "read")
    refused = await served.network.request("DELETE", DATA, json=WORD, auth=Signing(made, developing.instance_id))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")


# --- nobody overlooks it ---------------------------------------------------------------------------------------------


@pytest.mark.allow_log("developer mode is on")
async def test_it_is_told_for_as_long_as_it_lasts(api: httpx.AsyncClient, developing: Instance) -> None:
    notices = developing.reception.notices
    with told(developing):
        assert notices.holds("developer_mode")
        assert (await api.get("/api/system/info")).json()["developer_mode"] is True
    assert not notices.holds("developer_mode")
    (entry,) = (await api.get("/api/system/audit?event=developer_mode_on")).json()["items"]
    assert entry["result"] == "ok"


@pytest.mark.allow_log("developer mode is on")
async def test_what_a_killed_run_has_left_is_taken_back_by_the_next(developing: Instance) -> None:
    notices, kernel = developing.reception.notices, cast(Kernel, developing.kernel)
    notices.observe("developer_mode", "warning", "Developer mode is on", "left")
    kernel.settings = Settings()
    with told(developing):
        assert not notices.holds("developer_mode")


# --- pages of other sites --------------------------------------------------------------------------------------------


@pytest.fixture
async def opened(instance: Instance) -> AsyncIterator[httpx.AsyncClient]:
    """The whole front of the network, which knows one page of another site."""
    auth = instance.auth
    surfaces = Surfaces(ReplicationSurface(instance.kernel.store, Stopping(), auth.endings), RestSurface(instance))
    entrance = Entrance(auth.gate, auth.audit, Hosts(["127.0.0.1"]), Proxies((), ""), Origins([PAGE]))
    transport = httpx.ASGITransport(app=Front(surfaces, entrance))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8440") as client:
        yield client


def cors(answer: httpx.Response) -> set[str]:
    return {name for name in answer.headers if name.startswith("access-control-")}


@pytest.mark.parametrize("path", ["/api/nodes", DB])
async def test_a_page_that_is_named_may_ask_first_without_a_proof(opened: httpx.AsyncClient, path: str) -> None:
    asks = {"origin": PAGE, "access-control-request-method": "PATCH", "access-control-request-headers": "authorization"}
    answer = await opened.options(path, headers=asks)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" in answer.headers["vary"]


async def test_it_still_has_to_prove_who_calls_and_may_read_the_refusal(
    opened: httpx.AsyncClient, instance: Instance
) -> None:
    crossing = {"origin": PAGE, "sec-fetch-site": "cross-site"}
    refused = await opened.get("/api/nodes", headers=crossing)
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, PAGE)
    signing = Signing(await key(instance), instance.instance_id)
    changed = await opened.patch(NODE, json={"friendly_name": "X"}, headers=crossing, auth=signing)
    assert (changed.status_code, changed.headers["access-control-allow-origin"]) == (200, PAGE)
    assert "ETag" in changed.headers["access-control-expose-headers"]


async def test_any_other_page_is_refused_without_a_word_for_its_browser(opened: httpx.AsyncClient) -> None:
    asks = {"access-control-request-method": "POST"}
    strangers = ("http://localhost", "http://localhost:5174", "https://localhost:5173", "null", f"{PAGE}.evil.example")
    for origin in strangers:
        for method in ("OPTIONS", "GET", "POST"):
            refused = await opened.request(method, "/api/nodes", headers={"origin": origin, **asks})
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "origin_refused"), (origin, method)
            assert not cors(refused), (origin, method)


async def test_a_page_that_is_named_cannot_ask_by_a_name_that_is_not_ours(opened: httpx.AsyncClient) -> None:
    asks = {"origin": PAGE, "access-control-request-method": "GET", "host": "evil.example"}
    assert (await opened.options("/api/nodes", headers=asks)).status_code == 421


@pytest.mark.parametrize("path", ["/metrics", "/_session"])
async def test_what_is_not_the_api_is_open_to_no_page(opened: httpx.AsyncClient, path: str) -> None:
    asks = {"origin": PAGE, "access-control-request-method": "GET"}
    assert not cors(await opened.options(path, headers=asks))


async def test_the_network_is_closed_to_other_pages_as_ever(network: httpx.AsyncClient) -> None:
    asks = {"origin": PAGE, "access-control-request-method": "GET"}
    refused = await network.options("/api/nodes", headers=asks)
    assert (refused.status_code, cors(refused)) == (403, set())


@pytest.mark.allow_log("server.cors_origins counts in developer mode only")
def test_origins_count_in_developer_mode_alone() -> None:
    settings = Settings(server=ServerSettings(cors_origins=(PAGE,)))
    assert not origins_of(settings).know(PAGE)
    assert origins_of(replace(settings, developer_mode=True)).know(PAGE)


@pytest.mark.parametrize(
    ("written", "sent"),
    [("https://Dev.example:443", "https://dev.example"), ("http://[::1]:80", "http://[::1]"), (PAGE, PAGE)],
)
def test_an_origin_is_known_as_a_browser_writes_it(written: str, sent: str) -> None:
    assert Origins([written]).know(sent)


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "null",
        "localhost:5173",
        "http://*.example",
        "http://a/",
        "http://a/b",
        "ftp://a",
        "http://u@a",
        "",
        "http://",
    ],
)
def test_what_is_no_exact_origin_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(ConfigError, match=r"mosaicfs.toml:3"):
        Origins([text], "mosaicfs.toml:3")
