"""What nodes say and hand in: each for itself alone, and nothing of anybody else's."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest
import trio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs

from mosaicfs import wire
from mosaicfs.identity.node_keys import NodeKeys
from mosaicfs.identity.signatures import KeySigner
from mosaicfs.model.heartbeat import PROTOCOL, Heartbeat
from mosaicfs.model.ids import status_id
from mosaicfs.model.times import now_text, time_text
from plugins.builtin.control.tests.api.accounts.conftest import Server
from plugins.builtin.control.tests.api.accounts.machines import Join, certificate_request
from plugins.builtin.control.tests.api.seeds import file, file_id, status

NODE = "node-attic"
BEAT = "/api/agent/heartbeat"
BULK = "/api/agent/files/bulk"


def beat(server: Server, **members: Any) -> bytes:
    plain = Heartbeat(
        node_id=NODE,
        name="Attic",
        platform="linux",
        version="1.4.0",
        vfs_capable=False,
        watch_paths=("/srv/media",),
        status="online",
        overall="healthy",
        subsystems={},
        time=now_text(server.clock),
    )
    return wire.encode(structs.replace(plain, **members))


async def joined(server: Server) -> httpx.AsyncClient:
    assert (await server.join("Attic")).status_code == 201
    return await server.node(NODE)


async def test_a_heartbeat_makes_the_node_online(server: Server) -> None:
    node = await joined(server)
    server.clock.now += 5
    answer = await node.post(BEAT, content=beat(server))
    assert answer.json() == {
        "server_time": now_text(server.clock),
        "ca_certificates": [server.instance.authority.certificate_pem],
    }
    known = await server.known(NODE)
    assert (known.status, known.version, known.watch_paths) == ("online", "1.4.0", ("/srv/media",))
    assert known.public_key == server.nodes[NODE].public_key
    server.clock.now += 60
    await node.post(BEAT, content=beat(server))
    shown = (await (await server.owner()).get(f"/api/nodes/{NODE}")).json()
    assert shown["last_heartbeat"] == now_text(server.clock)  # the live one
    assert (await server.known(NODE)).last_heartbeat != now_text(server.clock)


async def test_a_goodbye_counts_at_once(server: Server) -> None:
    node = await joined(server)
    for said, expected in (("online", "online"), ("offline", "offline"), ("online", "online")):
        await node.post(BEAT, content=beat(server, status=said))
        assert (await server.known(NODE)).status == expected


async def test_what_a_newer_node_says_is_no_reason_to_refuse_it(server: Server) -> None:
    node = await joined(server)
    said = msgspec.json.encode({**msgspec.json.decode(beat(server)), "mood": {"sunny": True}})
    assert (await node.post(BEAT, content=said)).status_code == 200
    refused = await node.post(BEAT, content=said.replace(b'"healthy"', b'"splendid"'))
    assert (refused.status_code, refused.json()["error"]["detail"]["fields"][0]["field"]) == (422, "overall")


async def test_a_node_speaks_for_itself_alone(server: Server) -> None:
    node = await joined(server)
    await server.join("Cellar")
    foreign = beat(server, node_id="node-cellar")
    assert (await node.post(BEAT, content=foreign)).status_code == 403
    assert (await node.post("/api/agent/status", json=status("node-cellar"))).status_code == 403
    assert (await server.known("node-cellar")).status == "offline"
    assert await server.document(status_id("node-cellar")) is None
    assert ("foreign_write_refused", "node-cellar") in await server.audited()


@pytest.mark.parametrize("path", ["heartbeat", "status", "utilization", "files/bulk", "certificate", "keys"])
async def test_nobody_but_a_node_calls_here(server: Server, path: str) -> None:
    full = (await server.key())[2]
    for caller, expected in ((full, 403), (await server.owner(), 403), (await server.caller(), 401)):
        assert (await caller.post(f"/api/agent/{path}", json={})).status_code == expected
    assert (await full.get("/api/agent/credentials")).status_code == 403


async def test_clocks_that_differ_are_told_and_forgotten(server: Server) -> None:
    node, notices = await joined(server), server.instance.reception.notices
    for behind_s, holds in ((121, True), (90, True), (59, False), (90, False), (-121, True)):
        said = beat(server, time=time_text(int((server.clock.now - behind_s) * 1_000_000)))
        await node.post(BEAT, content=said)
        assert notices.holds(f"clock_skew:{NODE}") is holds


async def test_a_node_that_speaks_an_older_protocol_is_to_be_upgraded(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node of today, at a server that does not support it any more; then it is upgraded."""
    node, notices = await joined(server), server.instance.reception.notices
    of_today = beat(server)
    monkeypatch.setattr("mosaicfs_control.reception.OLDEST_PROTOCOL", PROTOCOL + 1)
    for said, is_too_old in ((of_today, True), (beat(server, protocol=PROTOCOL + 1), False), (of_today, True)):
        assert (await node.post(BEAT, content=said)).status_code == 200, "it is heard all the same"
        assert notices.holds(f"upgrade_needed:{NODE}") is is_too_old
    monkeypatch.undo()
    await node.post(BEAT, content=of_today)
    assert not notices.holds(f"upgrade_needed:{NODE}")


async def test_a_signature_of_another_time_is_told_until_a_heartbeat_is_taken(server: Server) -> None:
    node, notices = await joined(server), server.instance.reception.notices
    signer = KeySigner(NODE, server.nodes[NODE].signing, lambda: server.clock.now - 400)
    late = await server.caller(server.signing(signer))
    refused = await late.post(BEAT, content=beat(server))
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "clock_skew")
    assert notices.holds(f"auth_timestamp_rejected:{NODE}")
    await node.post(BEAT, content=beat(server))
    assert not notices.holds(f"auth_timestamp_rejected:{NODE}")


async def test_a_stranger_with_a_wrong_clock_raises_nothing(server: Server) -> None:
    await joined(server)
    signer = KeySigner(NODE, Ed25519PrivateKey.generate(), lambda: server.clock.now - 400)
    refused = await (await server.caller(server.signing(signer))).post(BEAT, content=beat(server))
    assert refused.json()["error"]["code"] == "unauthorized"
    assert not server.instance.reception.notices.holds(f"auth_timestamp_rejected:{NODE}")


async def test_a_certificate_is_renewed_from_day_60(server: Server) -> None:
    node = await joined(server)
    for days, due in ((59, False), (1, True)):
        server.clock.now += days * 86_400
        answer = (await node.post(BEAT, content=beat(server))).json()
        assert answer.get("certificate_renew", False) is due
    renewed = await node.post("/api/agent/certificate", json={"csr": certificate_request()})
    assert (renewed.status_code, renewed.json()["ca_certificates"]) == (
        200,
        [server.instance.authority.certificate_pem],
    )
    assert "certificate_renew" not in (await node.post(BEAT, content=beat(server))).json()


async def test_a_node_changes_its_own_keys(server: Server) -> None:
    node, how = await joined(server), Join()
    body = {
        "public_key": how.keys.public_key,
        "sealing_key": how.keys.sealing_key,
        "csr": certificate_request(),
    }
    content = msgspec.json.encode(body)
    thief = Join(keys=how.keys, proving=NodeKeys.new())
    for proving, expected in ((thief, 401), (how, 200)):
        proof = proving.proof("/api/agent/keys", content, server.auth.instance_id, server.clock)
        answer = await node.post("/api/agent/keys", content=content, headers={"mosaicfs-proof": proof})
        assert answer.status_code == expected
    assert (await node.get("/api/agent/credentials")).status_code == 401
    server.nodes[NODE] = how.keys
    assert (await (await server.node(NODE)).get("/api/agent/credentials")).status_code == 200


async def test_14_a_foreign_document_is_refused_and_the_others_pass(server: Server) -> None:
    node = await joined(server)
    await server.join("Cellar")
    mine = {"_id": file_id(1), **file("/srv/a", node_id=NODE)}
    foreign = {"_id": file_id(2), **file("/srv/b", node_id="node-cellar")}
    broken = {"_id": file_id(3), "type": "file"}
    docs: list[Any] = [mine, foreign, broken, {"_id": "dir::x", "type": "virtual_directory"}, 7]
    docs += [{"_id": f"node::{NODE}", "type": "node", "public_key": "ed25519:x"}, {"_id": "credential::x"}]
    answer = (await node.post(BULK, json={"docs": docs})).json()
    assert (answer["ok_count"], answer["error_count"]) == (1, len(docs) - 1)
    by_id = {row["file_id"]: row for row in answer["items"]}
    assert by_id[file_id(1)] == {"file_id": file_id(1), "ok": True}
    assert by_id[file_id(2)]["error"]["code"] == "forbidden"
    assert by_id[file_id(3)]["error"]["code"] == "validation_failed"
    assert by_id[f"node::{NODE}"]["error"]["code"] == "validation_failed"
    assert await server.document(file_id(1)) is not None
    assert await server.document(file_id(2)) is None
    assert (await server.known(NODE)).public_key == server.nodes[NODE].public_key


async def test_14_a_node_cannot_write_what_is_not_its_own_by_replication_either(server: Server) -> None:
    node = await joined(server)
    before = await server.known(NODE)
    stolen = msgspec.to_builtins(structs.replace(before, public_key=NodeKeys.new().public_key))
    stolen.pop("~unknown", None)
    docs = [
        {"_id": file_id(1), **file("/srv/a", node_id=NODE)},
        {"_id": file_id(2), **file("/srv/b", node_id="node-cellar")},
        {"_id": f"node::{NODE}", **stolen},
        {"_id": "credential::MOSAICFS_7F3A9B2C1D4E5F6A", "type": "credential"},
    ]
    rows = (await node.post("/api/replication/mosaicfs/_bulk_docs", json={"docs": docs})).json()
    assert [row["id"] for row in rows if row.get("ok")] == [file_id(1)]
    assert await server.known(NODE) == before


async def test_a_second_document_of_a_file_replaces_the_first(server: Server) -> None:
    node = await joined(server)
    for size in (1, 2):
        doc = {"_id": file_id(1), **file("/srv/a", node_id=NODE, size=size)}
        assert (await node.post(BULK, json={"docs": [doc]})).json()["ok_count"] == 1
    found = await server.document(file_id(1))
    assert found is not None
    assert (msgspec.json.decode(found.body)["size"], found.rev[:2]) == (2, "2-")
    stale = {"_id": file_id(1), "_rev": "1-" + "0" * 32, **file("/srv/a", node_id=NODE, size=3)}
    [row] = (await node.post(BULK, json={"docs": [stale]})).json()["items"]
    assert row["error"]["code"] == "conflict"


async def test_many_files_are_handed_in_at_once(server: Server) -> None:
    node = await joined(server)
    docs = [{"_id": file_id(n), **file(f"/srv/{'x' * 3_000}/{n}", node_id=NODE)} for n in range(400)]
    assert len(msgspec.json.encode(docs)) > 1024 * 1024
    assert (await node.post(BULK, json={"docs": docs})).json()["ok_count"] == 400


async def test_status_and_utilization_are_kept(server: Server) -> None:
    node = await joined(server)
    for overall in ("healthy", "degraded"):
        assert (await node.post("/api/agent/status", json=status(NODE, overall=overall))).status_code == 204
    assert (await (await server.owner()).get(f"/api/nodes/{NODE}/status")).json()["overall"] == "degraded"
    taken = {"type": "utilization_snapshot", "node_id": NODE, "captured_at": now_text()}
    assert (await node.post("/api/agent/utilization", json=taken)).status_code == 204
    latest = (await (await server.owner()).get(f"/api/nodes/{NODE}/storage")).json()["latest"]
    assert latest["captured_at"] == taken["captured_at"]


async def test_13_a_disabled_node_is_out_at_once(server: Server) -> None:
    node, owner = await joined(server), await server.owner()
    changes = "/api/replication/mosaicfs/_changes"
    assert (await node.get(changes)).status_code == 200
    begun, done = trio.Event(), trio.Event()

    async def follow() -> None:
        await server.listen(NODE, f"{changes}?feed=continuous&since=now&heartbeat=1000", begun)
        done.set()

    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(follow)
            await begun.wait()
            assert (await owner.delete(f"/api/nodes/{NODE}")).status_code == 204
            await done.wait()
    for method, path in (("GET", changes), ("GET", "/api/agent/credentials"), ("POST", BEAT)):
        assert (await node.request(method, path)).status_code == 401
    assert (await server.known(NODE)).status == "disabled"
    assert (await owner.post(f"/api/nodes/{NODE}/enable")).status_code == 200
    assert (await node.get("/api/agent/credentials")).status_code == 200
    assert (await server.known(NODE)).status == "offline"
