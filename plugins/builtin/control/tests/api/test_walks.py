"""Every route of the API by every kind of caller: who may not ask learns so before anything is looked at."""

from __future__ import annotations

import httpx
import pytest

from mosaicfs_control.rest.routing import Endpoint, Instance
from mosaicfs_control.routes.api import ROUTES
from plugins.builtin.control.tests.api.conftest import Served, TurnedClock
from plugins.builtin.control.tests.api.test_front import Signing, code_of, key

PUBLIC = {
    "GET /api/identity",
    "GET /api/health/live",
    "GET /api/health/ready",
    "GET /api/openapi.json",
    "GET /api/docs",
    "POST /api/auth/login",
    "POST /api/nodes",
}
"""The list of the page on security; to join takes a code."""

BY_LINK = {"GET /api/files/{file_id}/download"}
"""The proof is in the address; without it the answer is 401 as everywhere."""

CHANGES_NOTHING = {
    "POST /api/files/lookup",
    "POST /api/labels/rules/preview",
    "POST /api/pins/preview",
    "POST /api/query",
    "POST /api/vfs/directories/{path}/preview",
    "POST /api/auth/logout",
    "POST /api/auth/replication-session",
}
"""The POSTs that a key of scope `read` may send."""
KEPT_FROM_READERS = {
    "GET /api/system/audit",
    "GET /api/nodes/join-codes",
}

EVERY = sorted(ROUTES, key=lambda endpoint: endpoint.name)


def path_of(endpoint: Endpoint) -> str:
    return endpoint.path.replace("{", "x").replace("}", "x")


@pytest.mark.parametrize("store", ["memory"], indirect=True)
async def test_attack_32_without_credentials_nothing_but_the_list_is_answered(
    network: httpx.AsyncClient, clock: TurnedClock
) -> None:
    assert {endpoint.name for endpoint in EVERY if endpoint.access == "public"} <= PUBLIC | BY_LINK
    for endpoint in EVERY:
        clock.turn(61)  # or this walk would be taken for a guess
        answer = await network.request(endpoint.method, path_of(endpoint), json={})
        if endpoint.name not in PUBLIC:
            assert code_of(answer) == (401, "unauthorized"), endpoint.name
            assert answer.headers["www-authenticate"] == "Bearer"
    for path in ("/api/nothing", "/api/replication/mosaicfs", "/api/replication/", "/api/replication/_all_dbs"):
        clock.turn(61)
        assert code_of(await network.get(path)) == (401, "unauthorized"), path


@pytest.mark.parametrize("store", ["memory"], indirect=True)
async def test_attack_31_a_key_that_may_read_changes_nothing(
    network: httpx.AsyncClient, instance: Instance, clock: TurnedClock
) -> None:
    auth = Signing(await key(instance, "read"), instance.auth.instance_id)
    for endpoint in EVERY:
        changes = endpoint.method != "GET" and endpoint.name not in CHANGES_NOTHING | PUBLIC
        if changes or endpoint.access == "node" or endpoint.name in KEPT_FROM_READERS:
            clock.turn(0)
            answer = await network.request(endpoint.method, path_of(endpoint), json={}, auth=auth)
            assert code_of(answer) == (403, "forbidden"), endpoint.name


@pytest.mark.parametrize("store", ["memory"], indirect=True)
async def test_nobody_but_a_node_calls_what_is_for_nodes(served: Served) -> None:
    for endpoint in EVERY:
        if endpoint.path.startswith("/api/agent/"):
            assert endpoint.access == "node", endpoint.name
            answer = await served.owner.request(endpoint.method, path_of(endpoint), json={})
            assert code_of(answer) == (403, "forbidden"), endpoint.name


@pytest.mark.parametrize("store", ["memory"], indirect=True)
async def test_a_key_that_may_all_has_no_business_in_replication(
    network: httpx.AsyncClient, instance: Instance
) -> None:
    auth = Signing(await key(instance), instance.auth.instance_id)
    answer = await network.get("/api/replication/mosaicfs", auth=auth)
    assert code_of(answer) == (403, "forbidden")
