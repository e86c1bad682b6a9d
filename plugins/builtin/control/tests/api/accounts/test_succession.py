"""The next authority of the instance: nodes hear of it in their heartbeats, confirm it, and then it signs."""

from __future__ import annotations

import msgspec
import pytest

from mosaicfs.identity.authority import Authority, fingerprints
from mosaicfs.identity.succession import Step
from mosaicfs.model.times import now_text
from mosaicfs_control.succeeding import succeeded
from mosaicfs_control.trusted_authorities import TrustedAuthorities
from plugins.builtin.control.tests.api.accounts.conftest import Server
from plugins.builtin.control.tests.api.accounts.machines import certificate_request

DAY = 86_400.0
TEN_YEARS = 3_652
ATTIC, CELLAR = "node-attic", "node-cellar"


async def beat(server: Server, node_id: str, *trusted: str) -> dict[str, object]:
    said = {
        "node_id": node_id, "name": node_id, "platform": "linux", "version": "1.4.0", "vfs_capable": False,
        "status": "online", "overall": "healthy", "subsystems": {}, "ca_fingerprints": trusted,
        "time": now_text(server.clock),
    }  # fmt: skip
    answer = await (await server.node(node_id)).post("/api/agent/heartbeat", content=msgspec.json.encode(said))
    assert answer.status_code == 200
    told: dict[str, object] = answer.json()
    return told


async def look(server: Server, days_on: float = 0) -> Step:
    server.clock.now += days_on * DAY
    return await succeeded(server.instance)


@pytest.fixture
async def ageing(server: Server) -> Server:
    """Two nodes have joined, and the authority is in its last year, in which the next one was made."""
    assert await look(server) == ""
    server.clock.now += (TEN_YEARS - 360) * DAY
    for name in ("Attic", "Cellar"):
        assert (await server.join(name)).status_code == 201
    assert await look(server) == "made"
    return server


async def test_it_signs_when_every_node_that_may_come_has_confirmed_it(ageing: Server) -> None:
    authority = ageing.instance.authority
    old, new = authority.fingerprint, authority.next_fingerprint
    told = await beat(ageing, ATTIC, old)
    assert fingerprints("".join(told["ca_certificates"])) == (old, new)  # type: ignore[arg-type]
    assert "certificate_renew" not in told
    await beat(ageing, ATTIC, old, new)
    await beat(ageing, CELLAR, old)
    assert await look(ageing, days_on=1) == ""
    await beat(ageing, CELLAR, old, new)
    assert await look(ageing) == "in_use"
    assert authority.fingerprint == new
    assert [line for line in await ageing.audited() if line[0] == "ca_renewed"] == [("ca_renewed", new)] * 2


async def test_a_node_that_was_removed_keeps_nobody_waiting(ageing: Server) -> None:
    await beat(ageing, ATTIC, ageing.instance.authority.next_fingerprint)
    assert await look(ageing, days_on=1) == ""
    assert (await (await ageing.owner()).delete(f"/api/nodes/{CELLAR}")).status_code == 204
    await ageing.auth.nodes.refresh(CELLAR)
    assert await look(ageing) == "in_use"


async def test_what_a_node_confirmed_is_known_after_a_restart_and_after_it_says_nothing(ageing: Server) -> None:
    new = ageing.instance.authority.next_fingerprint
    await beat(ageing, ATTIC, new)
    await beat(ageing, ATTIC)
    again = TrustedAuthorities(ageing.store)
    assert [await again.has(node, new) for node in (ATTIC, CELLAR)] == [True, False]
    assert Authority.open(ageing.auth.files, ageing.clock).next_fingerprint == new


async def test_after_thirty_days_it_signs_and_each_node_renews_its_certificate_once(ageing: Server) -> None:
    new = ageing.instance.authority.next_fingerprint
    assert await look(ageing, days_on=31) == "in_use"
    for node_id in (ATTIC, CELLAR):
        assert (await beat(ageing, node_id))["certificate_renew"] is True
        caller = await ageing.node(node_id)
        answer = await caller.post("/api/agent/certificate", json={"csr": certificate_request()})
        assert fingerprints("".join(answer.json()["ca_certificates"]))[0] == new
        assert "certificate_renew" not in await beat(ageing, node_id)


async def test_who_joins_now_is_told_of_both_and_is_shown_the_one_that_signs(ageing: Server) -> None:
    authority, owner = ageing.instance.authority, await ageing.owner()
    for _ in range(2):
        joined = await ageing.join("Garage", node_id="")
        assert fingerprints("".join(joined.json()["ca_certificates"])) == fingerprints("".join(authority.trusted_pem))
        line = (await owner.post("/api/nodes/join-codes", json={})).json()["join_url"]
        assert line.endswith(f"#{authority.fingerprint}")
        assert (await owner.get("/api/identity")).json()["ca_fingerprint"] == authority.fingerprint
        await look(ageing, days_on=31)
