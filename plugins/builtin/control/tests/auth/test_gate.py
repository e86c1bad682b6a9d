"""The gate's other ways in: nothing, Basic, codes to join; and what a source may try in a minute."""

from __future__ import annotations

from base64 import b64encode

import pytest

from mosaicfs_control.auth.gate import Asked, is_replication_protocol
from mosaicfs_control.auth.principal import NOBODY, OWNER, Principal
from plugins.builtin.control.tests.auth.world import ADDRESS, World, code, refusal, request, shown, with_login

DATABASE = "/api/replication/mosaicfs"


def basic(name: str, secret: str) -> str:
    return "Basic " + b64encode(f"{name}:{secret}".encode()).decode()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/replication", True),
        ("/api/replication/", True),
        ("/api/replication/_up", True),
        (DATABASE, True),
        (f"{DATABASE}/_changes", True),
        ("/api/replication/rules", False),
        ("/api/replication/mosaicfsx", False),
        ("/api/replication//mosaicfs", False),
        ("/api/replicationx/_up", False),
        ("/api/nodes", False),
    ],
)
def test_the_protocol_has_its_own_paths(path: str, expected: bool) -> None:
    assert is_replication_protocol(path) == expected


async def test_the_owner_needs_no_proof_on_his_socket_but_a_wrong_one_is_no_none(world: World) -> None:
    async with world.running() as auth:
        for _ in range(300):
            assert await auth.gate.admit(Asked("GET", "/api/nodes", {}, is_local=True)) == OWNER
        wrong = Asked("GET", "/api/nodes", {"authorization": "Bearer x"}, is_local=True)
        assert await code(auth, wrong) == "unauthorized"


async def test_who_shows_nothing_is_nobody_ten_times_a_second(world: World) -> None:
    async with world.running() as auth:
        asked = Asked("GET", "/api/identity", {}, ADDRESS)
        for _ in range(10):
            assert await auth.gate.admit(asked) == NOBODY
        assert await code(auth, asked) == "rate_limited"
        world.clock.now += 1
        assert await code(auth, asked) == "admitted"


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Digest x", "MOSAICFS-SESSION x", "MOSAICFS-JOIN Code=x", "Basic eDp5"]
)
async def test_7_whatever_is_shown_and_wrong_gets_the_same_answer(world: World, given: str) -> None:
    async with world.running() as auth:
        assert shown(await refusal(auth, with_login(given))) == shown(await refusal(auth, with_login("Bearer x")))


async def test_sixty_refusals_in_a_minute_and_the_source_waits_but_who_is_known_does_not(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Known")
        for _ in range(60):
            assert await code(auth, with_login("Bearer x")) == "unauthorized"
        assert await code(auth, with_login("Bearer x")) == "rate_limited"
        assert await code(auth, Asked("GET", "/api/identity", {}, ADDRESS)) == "rate_limited"
        assert await code(auth, request(world.signer(made), auth.instance_id)) == "admitted"
        assert await code(auth, with_login("Bearer x", source="192.168.1.21")) == "unauthorized"
        world.clock.now += 60
        assert await code(auth, with_login("Bearer x")) == "unauthorized"


async def test_refusals_behind_the_gate_count_as_well(world: World) -> None:
    async with world.running() as auth:
        for _ in range(60):
            auth.gate.turned_away(ADDRESS)
        assert await code(auth, Asked("GET", "/api/identity", {}, ADDRESS)) == "rate_limited"


async def test_a_principal_has_a_reserve_of_two_hundred_and_then_a_hundred_a_second(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Busy")
        done = await auth.login.by_key(made.credential.access_key_id, made.secret_key, source=ADDRESS)
        asked = with_login(f"Bearer {done.token}")
        assert {await code(auth, asked) for _ in range(200)} == {"admitted"}
        assert await code(auth, asked) == "rate_limited"
        world.clock.now += 0.5
        assert [await code(auth, asked) for _ in range(51)].count("admitted") == 50


@pytest.mark.parametrize(("target", "reserve"), [("/api/search?q=x", 20), ("/api/query", 5), ("/api/searches", 50)])
async def test_what_is_dear_has_a_rate_of_its_own(world: World, target: str, reserve: int) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Busy")
        done = await auth.login.by_key(made.credential.access_key_id, made.secret_key, source=ADDRESS)
        asked = with_login(f"Bearer {done.token}", target)
        assert [await code(auth, asked) for _ in range(50)].count("admitted") == reserve


async def test_a_node_that_replicates_is_not_slowed_down(world: World) -> None:
    async with world.running() as auth:
        node = await world.join(auth)
        for _ in range(250):
            asked = request(node, auth.instance_id, target=f"{DATABASE}/_changes")
            assert await auth.gate.admit(asked) == Principal("node", "node-laptop")


# --- Basic -----------------------------------------------------------------------------------------------------------


async def test_machines_come_by_basic_where_they_belong_and_nowhere_else(world: World) -> None:
    async with world.running() as auth:
        for scope, target, elsewhere in (("metrics", "/metrics", DATABASE), ("mirror", DATABASE, "/metrics")):
            made = await auth.credentials.create("Machine", scope)
            given = basic(made.credential.access_key_id, made.secret_key)
            principal = await auth.gate.admit(with_login(given, target))
            assert (principal.kind, principal.scope) == ("machine", scope)
            for other in (elsewhere, "/api/nodes"):
                assert await code(auth, with_login(given, other)) == "unauthorized"


@pytest.mark.parametrize("scope", ["full", "read"])
async def test_keys_of_people_are_not_good_for_basic(world: World, scope: str) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Person", scope)
        given = basic(made.credential.access_key_id, made.secret_key)
        assert await code(auth, with_login(given, "/metrics")) == "unauthorized"


async def test_a_right_answer_is_remembered_for_ten_minutes_and_a_wrong_one_never(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Prometheus", "metrics")
        right = with_login(basic(made.credential.access_key_id, made.secret_key), "/metrics")
        wrong = with_login(basic(made.credential.access_key_id, "mosaicfs_" + "A" * 43), "/metrics")
        for _ in range(3):
            assert await code(auth, right) == "admitted"
        assert world.hashes.calls["fits"] == 1
        for _ in range(3):
            assert await code(auth, wrong) == "unauthorized"
        assert world.hashes.calls["fits"] == 4
        world.clock.now += 600
        assert await code(auth, right) == "admitted"
        assert world.hashes.calls["fits"] == 5


async def test_what_is_remembered_of_a_machine_ends_with_its_key(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Prometheus", "metrics")
        key_id = made.credential.access_key_id
        right = with_login(basic(key_id, made.secret_key), "/metrics")
        assert await code(auth, right) == "admitted"
        await auth.credentials.change(key_id, enabled=False)
        assert await code(auth, right) == "unauthorized"
        await auth.credentials.change(key_id, enabled=True)
        assert await code(auth, right) == "admitted"
        await auth.credentials.delete(key_id)
        assert await code(auth, right) == "unauthorized"


async def test_7_basic_costs_one_hash_whoever_it_is_and_none_over_the_limit(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Known", "metrics")
        seen = set()
        for given in (basic(made.credential.access_key_id, "x"), basic("MOSAICFS_0123456789ABCDEF", "x"), "Basic ?"):
            before = world.hashes.calls.copy()
            seen.add(repr(shown(await refusal(auth, with_login(given, "/metrics")))))
            assert world.hashes.calls - before == {"fits": 1}
        assert len(seen) == 1
        for _ in range(57):
            auth.gate.turned_away(ADDRESS)
        before = world.hashes.calls.copy()
        assert await code(auth, with_login("Basic eDp5", "/metrics")) == "rate_limited"
        assert world.hashes.calls == before


# --- joining ---------------------------------------------------------------------------------------------------------


async def test_a_join_code_gets_as_far_as_the_call_that_takes_it_five_times_a_minute(world: World) -> None:
    async with world.running() as auth:
        given = "MOSAICFS-JOIN Code=7K3QD9XW2M4TRZVB8HPN"
        for _ in range(5):
            assert await auth.gate.admit(with_login(given, "/api/nodes", method="POST")) == NOBODY
        assert await code(auth, with_login(given, "/api/nodes", method="POST")) == "rate_limited"
        assert await code(auth, with_login(given, "/api/nodes/join-codes", method="POST")) == "unauthorized"
        assert await code(auth, with_login(given, "/api/nodes")) == "unauthorized"
