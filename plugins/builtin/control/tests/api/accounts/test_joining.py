"""Machines become nodes with a code and a proof, once; whoever has no right to it is refused."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from cryptography import x509

from mosaicfs.identity.authority import node_name
from mosaicfs.identity.node_keys import NodeKeys
from plugins.builtin.control.tests.api.accounts.conftest import Server
from plugins.builtin.control.tests.api.accounts.machines import Join


async def code(server: Server, **wish: object) -> str:
    answer = await (await server.owner()).post("/api/nodes/join-codes", json=wish)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["code"])


async def test_a_machine_becomes_a_node(server: Server) -> None:
    answer = await server.join("Attic Laptop")
    joined = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, "/api/nodes/node-attic-laptop")
    assert joined["instance_id"] == server.auth.instance_id
    assert joined["replication_url"].endswith("/api/replication/mosaicfs")
    assert joined["ca_certificates"] == [server.instance.authority.certificate_pem]
    leaf = x509.load_pem_x509_certificate(joined["certificate"].encode())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [node_name("node-attic-laptop")]
    node = await server.known("node-attic-laptop")
    keys = server.nodes[node.node_id]
    assert (node.friendly_name, node.status, node.public_key, node.sealing_key) == (
        "Attic Laptop",
        "offline",
        keys.public_key,
        keys.sealing_key,
    )
    trusted = await (await server.node(node.node_id)).get("/api/agent/credentials")
    assert trusted.json()["nodes"] == [
        {"node_id": node.node_id, "public_key": keys.public_key, "enabled": True, "endpoint": ""}
    ]
    assert trusted.json()["control_plane_key"] == joined["control_plane_key"]
    assert ("node_joined", node.node_id) in await server.audited()
    assert ("certificate_issued", node.node_id) in await server.audited()


async def test_machines_of_one_name_get_ids_of_their_own(server: Server) -> None:
    found = [(await server.join("Attic")).json()["node_id"] for _ in range(3)]
    assert found == ["node-attic", "node-attic-2", "node-attic-3"]


async def test_a_node_that_joins_gets_a_directory_of_its_name(server: Server) -> None:
    directories = server.instance.kernel.directories
    await server.join("Early")
    await directories.create("/nodes")
    await server.join("Attic")
    await server.join("Attic")
    await server.join_by(Join(await code(server)), "Secret", create_directory=False)
    back = Join(await code(server, node_id="node-attic"), keys=NodeKeys.new())
    assert (await server.join_by(back, "Attic")).status_code == 201
    shown = await server.instance.kernel.tree.listing("/nodes")
    assert [each.name for each in shown.entries] == ["Attic", "Attic 2"]
    found = await server.instance.kernel.tree.directory("/nodes/Attic 2")
    assert found.document.mounts[0].source.node_id == "node-attic-2"


async def test_a_full_key_lets_a_node_join_and_a_reading_one_does_not(server: Server) -> None:
    for scope, status in (("full", 201), ("read", 403)):
        caller = (await server.key(scope))[2]
        unsigned = Join(None, caller=caller)
        assert (await server.join_by(unsigned, scope)).status_code == status
    assert (await server.join_by(Join(None), "nobody")).status_code == 401


async def test_12_a_code_is_good_once(server: Server) -> None:
    given = await code(server)
    assert (await server.join_by(Join(given))).status_code == 201
    again = await server.join_by(Join(given), "Another")
    assert (again.status_code, again.json()["error"]["code"]) == (401, "unauthorized")
    assert await server.document("node::node-another") is None
    assert ("join_refused", "") in await server.audited()


async def test_12_a_code_that_has_expired_is_none(server: Server) -> None:
    given = await code(server, expires_in_s=60)
    server.clock.now += 61
    assert (await server.join_by(Join(given))).status_code == 401


async def test_12_ten_wrong_proofs_are_the_end_of_a_code(server: Server) -> None:
    given, thief = await code(server), NodeKeys.new()
    for _ in range(11):
        assert (await server.join_by(Join(given, proving=thief))).status_code == 401
        server.clock.now += 61  # past the limit of a source
    assert (await (await server.owner()).get("/api/nodes/join-codes")).json()["items"] == []
    assert (await server.join_by(Join(given))).status_code == 401


async def test_12_nine_wrong_proofs_are_not(server: Server) -> None:
    given, thief = await code(server), NodeKeys.new()
    for _ in range(9):
        await server.join_by(Join(given, proving=thief))
        server.clock.now += 61
    assert (await server.join_by(Join(given))).status_code == 201


async def test_12_an_unbound_code_never_takes_over_a_node(server: Server) -> None:
    await server.join("Attic")
    before = await server.known("node-attic")
    given = await code(server)
    taken = await server.join_by(Join(given), "Attic", node_id="node-attic")
    assert (taken.status_code, taken.json()["error"]["detail"]["reason"]) == (409, "id_in_use")
    assert await server.known("node-attic") == before
    assert (await server.join_by(Join(given), "Attic")).json()["node_id"] == "node-attic-2"  # the code is still good


async def test_12_a_full_key_does_not_take_over_a_node_either(server: Server) -> None:
    await server.join("Attic")
    caller = (await server.key())[2]
    answer = await server.join_by(Join(None, caller=caller), "Attic", node_id="node-attic")
    assert answer.json()["error"]["detail"]["reason"] == "id_in_use"


async def test_12_a_proof_by_another_key_is_refused(server: Server) -> None:
    given = await code(server)
    refused = await server.join_by(Join(given, proving=NodeKeys.new()))
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthorized")


async def test_a_proof_of_another_time_is_refused(server: Server) -> None:
    given = await code(server)
    late = await server.join_by(Join(given, late_s=301))
    assert (late.status_code, late.json()["error"]["code"]) == (401, "clock_skew")
    assert (await server.join_by(Join(given, late_s=299))).status_code == 201


async def test_a_proof_is_of_its_body(server: Server) -> None:
    """What was proven for one name is not taken for another."""
    given, how = await code(server), Join(None)
    caller = await server.caller(f"MOSAICFS-JOIN Code={given}")
    headers = {"mosaicfs-proof": how.proof("/api/nodes", b"{}", server.auth.instance_id, server.clock)}
    answer = await caller.post("/api/nodes", json={"friendly_name": "x"}, headers=headers)
    assert answer.status_code == 401
    assert (await caller.post("/api/nodes", json={})).status_code == 422


async def test_a_key_is_of_one_node_alone(server: Server) -> None:
    keys = NodeKeys.new()
    assert (await server.join_by(Join(await code(server), keys))).status_code == 201
    await (await server.owner()).delete("/api/nodes/node-attic")
    copied = await server.join_by(Join(await code(server), keys), "Copy")
    assert (copied.status_code, copied.json()["error"]["detail"]["reason"]) == (409, "key_in_use")


async def test_a_bound_code_replaces_the_keys_of_its_node_at_once(server: Server) -> None:
    await server.join("Attic")
    old = await server.node("node-attic")
    assert (await old.get("/api/agent/credentials")).status_code == 200
    again = await server.join_by(Join(await code(server, node_id="node-attic")), "Whatever")
    assert (again.status_code, again.json()["node_id"]) == (201, "node-attic")
    assert (await old.get("/api/agent/credentials")).status_code == 401
    new = await server.node("node-attic")
    assert (await new.get("/api/agent/credentials")).status_code == 200
    assert (await server.known("node-attic")).friendly_name == "Attic"
    assert ("node_keys_changed", "node-attic") in await server.audited()


async def test_a_bound_code_is_for_no_other_node(server: Server) -> None:
    await server.join("Attic")
    await server.join("Cellar")
    given = await code(server, node_id="node-attic")
    assert (await server.join_by(Join(given), node_id="node-cellar")).status_code == 422
    assert (await server.join_by(Join(given))).json()["node_id"] == "node-attic"


async def test_nobody_comes_back_as_a_disabled_node(server: Server) -> None:
    await server.join("Attic")
    owner, given = await server.owner(), await code(server, node_id="node-attic")
    await owner.delete("/api/nodes/node-attic")
    assert (await owner.post("/api/nodes/join-codes", json={"node_id": "node-attic"})).status_code == 404
    assert (await server.join_by(Join(given))).json()["error"]["detail"]["reason"] == "node_disabled"
    assert (await server.known("node-attic")).status == "disabled"


@pytest.mark.parametrize(
    "wrong",
    [
        {"csr": "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"},
        {"node_id": "Node Attic"},
        {"node_id": "control_plane"},
        {"friendly_name": ""},
        {"friendly_name": "a\nb"},
        {"sealing_key": "x25519:short"},
        {"stranger": 1},
    ],
)
async def test_what_cannot_be_is_named_and_makes_nothing(server: Server, wrong: dict[str, Any]) -> None:
    given = await code(server)
    refused = await server.join_by(Join(given), **wrong)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "validation_failed")
    assert (await server.join_by(Join(given))).status_code == 201


async def test_a_code_is_shown_once_and_can_be_taken_back(server: Server) -> None:
    owner = await server.owner()
    made = (await owner.post("/api/nodes/join-codes", json={}, headers={"idempotency-key": "k"})).json()
    again = await owner.post("/api/nodes/join-codes", json={}, headers={"idempotency-key": "k"})
    assert (again.status_code, again.json()["error"]["detail"]["id"]) == (409, made["id"])
    assert made["join_url"].partition("#")[2] == server.instance.authority.fingerprint
    [shown] = (await owner.get("/api/nodes/join-codes")).json()["items"]
    assert shown == {"id": made["id"], "created_by": "owner", "expires_at": made["expires_at"]}
    assert (await owner.delete(f"/api/nodes/join-codes/{made['id']}")).status_code == 204
    assert (await owner.delete(f"/api/nodes/join-codes/{made['id']}")).status_code == 404
    assert (await server.join_by(Join(made["code"]))).status_code == 401


@pytest.mark.parametrize(
    ("listen", "shown"),
    [
        (("http://localhost:8440", "https://nas.example:8443"), "https://nas.example:8443"),
        (("https://localhost:8440", "https://nas.example:8443"), "https://localhost:8440"),
        (("http://localhost:8440",), "http://localhost:8440"),
    ],
)
async def test_the_join_line_names_an_address_with_tls_where_there_is_one(
    server: Server, listen: tuple[str, ...], shown: str
) -> None:
    server.instance.addresses[:] = listen
    _, _, caller = await server.key()
    made = (await caller.post("/api/nodes/join-codes", json={}, headers={"host": "localhost:8440"})).json()
    assert made["join_url"].partition("#")[0] == shown


async def test_the_owner_is_told_of_a_new_node(server: Server) -> None:
    owner = await server.owner()
    since = (await server.store.info()).update_seq
    await server.join("Attic")
    with trio.fail_after(20):
        while not (told := (await owner.get("/api/notifications")).json()["items"]):
            await server.store.wait_until_changed(since, 0.1)
    [notice] = told
    assert notice["condition_key"] == "new_node_registered:node-attic"
    assert (notice["source"], notice["severity"]) == (
        {"node_id": "control_plane", "component": "control_plane"},
        "info",
    )
