"""Invitations to join; the number is that of the attack in the page on security, section 16."""

from __future__ import annotations

import pytest

from mosaicfs_control.rest.refusals import ApiError
from plugins.builtin.control.tests.auth.world import START, World


async def test_a_code_is_found_however_it_is_typed_and_only_its_hash_is_kept(world: World) -> None:
    async with world.running() as auth:
        made = await auth.join_codes.create("owner")
        assert auth.join_codes.find(made.code.lower().replace("-", " ")) == made.open
    kept = b"".join(part.read_bytes() for part in world.state.glob("auth.db*"))
    assert made.open.hash.encode() in kept
    assert made.code.encode() not in kept
    assert made.code.replace("-", "").encode() not in kept


async def test_12_a_code_is_good_once_also_over_a_restart(world: World) -> None:
    async with world.running() as auth:
        made, other = await auth.join_codes.create("owner"), await auth.join_codes.create("owner", node_id="node-a")
        assert await auth.join_codes.spend(made.code) == made.open
        assert await auth.join_codes.spend(made.code) is None
    async with world.running() as auth:
        assert auth.join_codes.find(made.code) is None
        assert auth.join_codes.find(other.code) == other.open


async def test_12_a_code_ends_with_its_time(world: World) -> None:
    async with world.running() as auth:
        made = await auth.join_codes.create("owner")
        assert made.open.expires_at == START + 900
        world.clock.now += 899
        assert auth.join_codes.find(made.code) is not None
        world.clock.now += 1
        assert auth.join_codes.find(made.code) is None
        assert await auth.join_codes.spend(made.code) is None
        assert auth.join_codes.list() == []


async def test_12_ten_wrong_proofs_wear_a_code_out_also_over_a_restart(world: World) -> None:
    async with world.running() as auth:
        made = await auth.join_codes.create("owner")
        for _ in range(9):
            await auth.join_codes.wrong_proof(made.code)
    async with world.running() as auth:
        assert auth.join_codes.find(made.code) is not None
        await auth.join_codes.wrong_proof(made.code)
        assert auth.join_codes.find(made.code) is None
    async with world.running() as auth:
        assert auth.join_codes.find(made.code) is None


@pytest.mark.parametrize("code", ["", "x", "7K3QD-9XW2M-4TRZV-B8HPN", "U" * 20])
async def test_12_a_guess_finds_nothing(world: World, code: str) -> None:
    async with world.running() as auth:
        await auth.join_codes.create("owner")
        assert auth.join_codes.find(code) is None
        await auth.join_codes.wrong_proof(code)


async def test_a_code_that_is_given_back_is_as_good_as_before(world: World) -> None:
    async with world.running() as auth:
        made = await auth.join_codes.create("owner")
        spent = await auth.join_codes.spend(made.code)
        assert spent is not None
        await auth.join_codes.give_back(spent)
    async with world.running() as auth:
        assert await auth.join_codes.spend(made.code) == made.open


async def test_twenty_codes_may_be_open(world: World) -> None:
    async with world.running() as auth:
        codes = [await auth.join_codes.create("owner", expires_in_s=60 + number) for number in range(20)]
        with pytest.raises(ApiError) as caught:
            await auth.join_codes.create("owner")
        assert caught.value.code == "conflict"
        assert await auth.join_codes.delete(codes[0].open.id)
        assert not await auth.join_codes.delete(codes[0].open.id)
        await auth.join_codes.create("owner")
        world.clock.now += 61
        await auth.join_codes.create("owner")


@pytest.mark.parametrize("expires_in_s", [59, 86_401])
async def test_a_code_lives_between_a_minute_and_a_day(world: World, expires_in_s: int) -> None:
    async with world.running() as auth:
        with pytest.raises(ApiError) as caught:
            await auth.join_codes.create("owner", expires_in_s=expires_in_s)
        assert caught.value.code == "validation_failed"
