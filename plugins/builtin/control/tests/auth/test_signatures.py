"""Signed requests at the gate; the numbers are those of the attacks in the page on security, section 16."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from msgspec import structs

from mosaicfs.identity.signatures import CONTROL_PLANE, KeySigner, audience
from mosaicfs.model.times import now_text
from mosaicfs_control.auth import nonces
from mosaicfs_control.auth.gate import Asked
from mosaicfs_control.auth.principal import Principal
from plugins.builtin.control.tests.auth.world import (
    ADDRESS,
    START,
    World,
    code,
    refusal,
    request,
    shown,
    with_login,
)


async def test_a_signed_request_becomes_its_signer(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Scripts", "read")
        key_id = made.credential.access_key_id
        node = await world.join(auth)
        asked = request(world.signer(made), auth.instance_id)
        assert await auth.gate.admit(asked) == Principal("access_key", key_id, "read")
        assert await auth.gate.admit(request(node, auth.instance_id)) == Principal("node", "node-laptop")


async def test_1_a_signed_request_is_taken_once_also_over_a_restart(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Scripts")
        node = await world.join(auth)
        first = request(world.signer(made), auth.instance_id)
        of_node = request(node, auth.instance_id)
        assert [await code(auth, one) for one in (first, first, of_node, of_node)] == [
            "admitted",
            "replayed",
            "admitted",
            "replayed",
        ]
    world.clock.now += 299
    async with world.running() as auth:
        assert await code(auth, first) == "replayed"
        assert await code(auth, of_node) == "replayed"
        assert await code(auth, request(world.signer(made), auth.instance_id)) == "admitted"


@pytest.mark.parametrize(("ahead_s", "expected"), [(-301, "clock_skew"), (301, "clock_skew"), (-299, "admitted")])
async def test_2_the_time_may_be_five_minutes_off_and_no_more(world: World, ahead_s: float, expected: str) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Scripts")
        signer = replace(world.signer(made), clock=lambda: START + ahead_s)
        assert await code(auth, request(signer, auth.instance_id)) == expected


async def test_2_a_time_ahead_is_taken_once_as_well_and_the_border_belongs_to_it(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Scripts")
        ahead = request(replace(world.signer(made), clock=lambda: START + 300), auth.instance_id)
        assert await code(auth, ahead) == "admitted"
        world.clock.now += 599
        assert await code(auth, ahead) == "replayed"
        world.clock.now += 62
        assert await code(auth, ahead) == "clock_skew"


async def test_2_a_wrong_clock_is_told_what_time_it_is_here(world: World) -> None:
    async with world.running() as auth:
        node = await world.join(auth)
        told: list[tuple[str, float]] = []
        auth.gate.on_skew.append(lambda node_id, skew_s: told.append((node_id, skew_s)))
        late = KeySigner(node.signer, node.key, lambda: START - 1000)
        refused = await refusal(auth, request(late, auth.instance_id))
        assert refused.detail == {"server_time": now_text(world.clock), "skew_s": -1000}
        assert told == [("node-laptop", -1000)]
        await refusal(auth, altered(request(late, auth.instance_id), "Signature=", 0))
        assert len(told) == 1, "only a signature that fits says anything of the signer's clock"


PARTS: Mapping[str, Callable[[Asked], Asked]] = {
    "method": lambda asked: replace(asked, method="PUT"),
    "path": lambda asked: replace(asked, target=asked.target.replace("nodes", "nodez")),
    "query": lambda asked: replace(asked, target=asked.target.replace("=2", "=3")),
    "body": lambda asked: altered(asked, "BodySHA256=", 0),
    "timestamp": lambda asked: altered(asked, "Timestamp=", 18),
    "nonce": lambda asked: altered(asked, "Nonce=", 0),
    "signer": lambda asked: altered(asked, "AccessKeyId=", 24),
    "signature": lambda asked: altered(asked, "Signature=", 63),
}


def altered(asked: Asked, parameter: str, at: int) -> Asked:
    """One character of one parameter is another."""
    given = asked.headers["authorization"]
    place = given.index(parameter) + len(parameter) + at
    other = "1" if given[place] != "1" else "2"
    return replace(asked, headers={"authorization": given[:place] + other + given[place + 1 :]})


@pytest.mark.parametrize("part", PARTS)
async def test_3_a_changed_byte_of_any_part_is_refused(world: World, part: str) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Scripts")
        asked = request(world.signer(made), auth.instance_id, "POST", "/api/nodes?limit=2", b"{}")
        assert await code(auth, PARTS[part](asked)) == "unauthorized"
        assert await code(auth, asked) == "admitted", "the nonce of a signature that does not fit is not used up"


async def test_4_a_signature_for_another_server_says_nothing_here(world: World) -> None:
    async with world.running() as auth:
        node = await world.join(auth)
        elsewhere = "0194f3c2-7a10-7c3e-9b55-2f6d1e8a4c70"
        for other in (audience(auth.instance_id, "node-nas"), audience(elsewhere), audience(elsewhere, "node-nas")):
            headers = {"authorization": node.authorization("GET", "/api/nodes", other)}
            assert await code(auth, Asked("GET", "/api/nodes", headers, ADDRESS)) == "unauthorized"
        ours = {"authorization": node.authorization("GET", "/api/nodes", audience(auth.instance_id, CONTROL_PLANE))}
        assert await code(auth, Asked("GET", "/api/nodes", ours, ADDRESS)) == "admitted"


@pytest.mark.parametrize("target", ["/api//nodes", "/api/%6eodes", "/api/x/../nodes", "/api/nodes/", "/api/nodes?"])
async def test_5_the_signature_covers_the_bytes_on_the_wire(world: World, target: str) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Scripts")
        asked = request(world.signer(made), auth.instance_id)
        assert await code(auth, replace(asked, target=target)) == "unauthorized"
        assert await code(auth, request(world.signer(made), auth.instance_id, target=target)) == "admitted"


async def test_6_the_gate_says_which_body_was_promised(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Scripts")
        asked = request(world.signer(made), auth.instance_id, "POST", "/api/nodes", b"{}")
        await auth.gate.admit(asked)
        assert asked.body_sha256 == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        assert request(None, auth.instance_id).body_sha256 == ""


async def test_6_a_body_without_a_hash_is_for_streams_of_copies_alone(world: World) -> None:
    async with world.running() as auth:
        node = await world.join(auth)
        for method, target, expected in (
            ("POST", "/api/agent/replicate/x", "admitted"),
            ("PUT", "/api/agent/replicate/x", "invalid_request"),
            ("POST", "/api/agent/heartbeat", "invalid_request"),
        ):
            given = node.authorization(method, target, audience(auth.instance_id), "STREAM")
            asked = with_login(given, target, method=method)
            assert await code(auth, asked) == expected
            assert asked.body_sha256 == ""


@pytest.mark.parametrize(
    "given",
    [
        "MOSAICFS-HMAC-SHA256",
        "MOSAICFS-HMAC-SHA256 AccessKeyId=MOSAICFS_7F3A9B2C1D4E5F6A",
        "MOSAICFS-ED25519 NodeId=node-laptop, NodeId=node-laptop",
    ],
)
async def test_what_is_no_signature_is_malformed_before_anybody_is_looked_up(world: World, given: str) -> None:
    async with world.running() as auth:
        assert await code(auth, with_login(given)) == "invalid_request"


async def test_7_an_unknown_signer_is_answered_like_a_known_one(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Scripts")
        node = await world.join(auth)
        wrong = replace(world.signer(made), key=bytes(32))
        unknown = replace(wrong, access_key_id="MOSAICFS_0123456789ABCDEF")
        stranger = KeySigner("node-stranger", node.key, world.clock)
        impostor = KeySigner("node-laptop", (await world.join(auth, "node-other")).key, world.clock)
        refusals = [
            shown(await refusal(auth, request(one, auth.instance_id))) for one in (wrong, unknown, stranger, impostor)
        ]
        assert len({repr(one) for one in refusals}) == 1


async def test_7_the_time_and_the_nonce_are_judged_after_the_signature(world: World) -> None:
    """Or a stranger could fill the memory, or learn that a signer exists."""
    async with world.running() as auth:
        made = await auth.credentials.create("Scripts")
        late = replace(world.signer(made), key=bytes(32), clock=lambda: START - 10_000)
        asked = request(late, auth.instance_id)
        assert [await code(auth, asked), await code(auth, asked)] == ["unauthorized", "unauthorized"]


async def test_a_disabled_or_expired_signer_is_out_at_the_next_request(world: World) -> None:
    async with world.running() as auth:
        disabled = await auth.credentials.create("Disabled")
        expired = await auth.credentials.create("Expired", expires_at="2026-02-16T09:23:00Z")
        deleted = await auth.credentials.create("Deleted")
        for made in (disabled, expired, deleted):
            assert await code(auth, request(world.signer(made), auth.instance_id)) == "admitted"
        await auth.credentials.change(disabled.credential.access_key_id, enabled=False)
        await auth.credentials.delete(deleted.credential.access_key_id)
        world.clock.now += 60
        for made in (disabled, expired, deleted):
            assert await code(auth, request(world.signer(made), auth.instance_id)) == "unauthorized"


async def test_13_a_node_that_another_process_disables_is_out_and_its_open_answers_end(world: World) -> None:
    async with world.running() as auth:
        node = await world.join(auth)
        principal = await auth.gate.admit(request(node, auth.instance_id))
        with auth.endings.watch(principal) as ending:
            await world.disable_behind(auth, "node-laptop")
            assert ending.over
        assert await code(auth, request(node, auth.instance_id)) == "unauthorized"


async def test_a_node_that_changes_its_keys_is_known_by_the_new_ones_alone(world: World) -> None:
    async with world.running() as auth:
        old = await world.join(auth)
        principal = await auth.gate.admit(request(old, auth.instance_id))
        other = await world.join(auth, "node-spare")
        node, spare = auth.nodes.followed.get("node-laptop"), auth.nodes.followed.get("node-spare")
        assert node is not None
        assert spare is not None
        with auth.endings.watch(principal) as ending:
            await world.put(structs.replace(node, public_key=spare.public_key))
            await auth.nodes.refresh("node-laptop")
            assert ending.over
        assert await code(auth, request(old, auth.instance_id)) == "unauthorized"
        assert (
            await code(auth, request(KeySigner("node-laptop", other.key, world.clock), auth.instance_id)) == "admitted"
        )


async def test_keys_of_machines_sign_nothing(world: World) -> None:
    async with world.running() as auth:
        for scope in ("metrics", "mirror"):
            made = await auth.credentials.create("Machine", scope)
            assert await code(auth, request(world.signer(made), auth.instance_id)) == "unauthorized"


async def test_a_signer_with_too_many_nonces_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nonces, "MOST", 3)
    async with world.running() as auth:
        made, other = await auth.credentials.create("Busy"), await auth.credentials.create("Quiet")
        codes = [await code(auth, request(world.signer(made), auth.instance_id)) for _ in range(4)]
        assert codes == ["admitted", "admitted", "admitted", "rate_limited"]
        assert await code(auth, request(world.signer(other), auth.instance_id)) == "admitted"
        world.clock.now += nonces.KEPT_S
        assert await code(auth, request(world.signer(made), auth.instance_id)) == "admitted"
