"""Signing in with a key or a code, and what who guesses can learn; numbers as in the page on security, section 16."""

from __future__ import annotations

import pytest
import trio

from mosaicfs.identity import access_keys
from mosaicfs.identity.sealing import BadSealError, Sealer
from mosaicfs.model.ids import credential_id
from mosaicfs_control.auth.auth import Auth
from mosaicfs_control.auth.hashing import Argon
from mosaicfs_control.auth.login import LoggedIn
from mosaicfs_control.auth.principal import OWNER, Principal
from mosaicfs_control.rest.refusals import ApiError
from plugins.builtin.control.tests.auth.world import ADDRESS, World, code, request, shown, with_login

UNKNOWN = "MOSAICFS_0123456789ABCDEF"
WRONG = "mosaicfs_" + "A" * 43


async def failed(auth: Auth, key_id: str, secret: str, *, source: str = ADDRESS) -> ApiError:
    with pytest.raises(ApiError) as caught:
        await auth.login.by_key(key_id, secret, source=source)
    return caught.value


async def signed_in(auth: Auth, scope: str = "full", *, source: str = ADDRESS) -> LoggedIn:
    made = await auth.credentials.create("Somebody", scope)
    return await auth.login.by_key(made.credential.access_key_id, made.secret_key, source=source)


async def test_a_key_and_its_secret_give_a_token_and_a_session(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Page", "read")
        key_id = made.credential.access_key_id
        done = await auth.login.by_key(key_id, made.secret_key, source=ADDRESS)
        principal = await auth.gate.admit(with_login(f"Bearer {done.token}"))
        assert (principal.kind, principal.name, principal.scope) == ("access_key", key_id, "read")
        session = f"MOSAICFS-SESSION {done.replication.token}"
        copying = await auth.gate.admit(with_login(session, "/api/replication/mosaicfs/_changes"))
        assert (copying.kind, copying.name, copying.token_id) == ("session", key_id, principal.token_id)


async def test_7_whatever_is_wrong_with_a_login_the_answer_and_the_work_are_the_same(world: World) -> None:
    async with world.running() as auth:
        known = await auth.credentials.create("Known")
        disabled = await auth.credentials.create("Disabled")
        expired = await auth.credentials.create("Expired", expires_at="2026-02-16T09:22:30Z")
        machine = await auth.credentials.create("Machine", "metrics")
        await auth.credentials.change(disabled.credential.access_key_id, enabled=False)
        world.clock.now += 30
        attempts = [
            (known.credential.access_key_id, WRONG),
            (UNKNOWN, known.secret_key),
            ("no access key at all", "no secret"),
            (known.credential.access_key_id.lower(), known.secret_key),
            *((made.credential.access_key_id, made.secret_key) for made in (disabled, expired, machine)),
        ]
        seen = set()
        for number, (key_id, secret) in enumerate(attempts):
            before = world.hashes.calls.copy()
            seen.add(repr(shown(await failed(auth, key_id, secret, source=f"192.168.1.{number}"))))
            assert world.hashes.calls - before == {"fits": 1}, "one hash for each, whoever it is"
        assert len(seen) == 1


async def test_7_an_unknown_key_is_verified_against_a_hash_of_the_same_cost() -> None:
    """With the real hashes: both are Argon2id of the same parameters, so the work is the same."""
    argon = Argon()
    hashed = await argon.of(WRONG)
    assert hashed.split("$")[1:4] == access_keys.dummy_hash().split("$")[1:4]
    assert await argon.fits(hashed, WRONG)
    assert not await argon.fits(hashed, WRONG[:-1] + "B")
    assert not await argon.fits(None, WRONG)


async def test_8_the_sixth_login_in_a_minute_is_refused_before_any_hash(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Known")
        key_id = made.credential.access_key_id
        await auth.login.by_key(key_id, made.secret_key, source=ADDRESS)
        for _ in range(4):
            assert (await failed(auth, key_id, WRONG)).code == "unauthorized"
        before = world.hashes.calls.copy()
        refused = await failed(auth, key_id, made.secret_key)
        assert (refused.code, refused.headers["retry-after"]) == ("rate_limited", "60")
        with pytest.raises(ApiError, match="Too many"):
            await auth.login.by_code("x", source=ADDRESS)
        assert world.hashes.calls == before
        assert (await failed(auth, key_id, WRONG, source="192.168.1.21")).code == "unauthorized"
        world.clock.now += 60
        await auth.login.by_key(key_id, made.secret_key, source=ADDRESS)


async def test_8_addresses_of_one_ipv6_network_count_as_one_source(world: World) -> None:
    async with world.running() as auth:
        for number in range(5):
            await failed(auth, UNKNOWN, WRONG, source=f"2001:db8:1:2:{number}::1")
        assert (await failed(auth, UNKNOWN, WRONG, source="2001:db8:1:2:ffff::1")).code == "rate_limited"
        assert (await failed(auth, UNKNOWN, WRONG, source="2001:db8:1:3::1")).code == "unauthorized"


async def test_two_hashes_run_at_once_sixteen_wait_and_more_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    argon, running, most, go_on = Argon(), 0, 0, trio.Event()
    refused: list[str] = []
    token = trio.lowlevel.current_trio_token()

    def slow(_hashed: str, _secret: str) -> bool:
        nonlocal running, most
        running += 1
        most = max(most, running)
        trio.from_thread.run(go_on.wait, trio_token=token)
        running -= 1
        return True

    monkeypatch.setattr(access_keys, "is_secret", slow)

    async def attempt() -> None:
        try:
            assert await argon.fits("argon2id:x", "secret")
        except ApiError as too_many:
            refused.append(too_many.code)
            if len(refused) == 2:
                go_on.set()

    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(attempt)
    assert refused == ["rate_limited"] * 2
    assert most <= 2


async def test_10_a_stolen_database_signs_nobody_in(world: World) -> None:
    async with world.running() as auth:
        made, other = await auth.credentials.create("Known"), await auth.credentials.create("Other")
        stolen = made.credential
        for number, secret in enumerate((stolen.secret_key_hash, stolen.sealed_signing_key)):
            refused = await failed(auth, stolen.access_key_id, secret, source=f"192.168.2.{number}")
            assert refused.code == "unauthorized"
        sealer, field = Sealer(bytes(32), auth.instance_id), "#sealed_signing_key"
        with pytest.raises(BadSealError):
            sealer.open(stolen.sealed_signing_key, credential_id(stolen.access_key_id) + field)
        with pytest.raises(BadSealError):
            auth.credentials.sealer.open(
                stolen.sealed_signing_key, credential_id(other.credential.access_key_id) + field
            )


async def test_10_a_value_that_was_moved_to_another_document_opens_nothing(world: World) -> None:
    async with world.running() as auth:
        mine, theirs = await auth.credentials.create("Mine"), await auth.credentials.create("Theirs")
        await auth.credentials._revise(
            theirs.credential.access_key_id,
            lambda found: type(found)(
                **{name: getattr(found, name) for name in found.__struct_fields__ if name != "sealed_signing_key"},
                sealed_signing_key=mine.credential.sealed_signing_key,
            ),
        )
        assert auth.credentials.signing_key(theirs.credential.access_key_id) is None
        assert await code(auth, request(world.signer(theirs), auth.instance_id)) == "unauthorized"


async def test_after_the_instance_key_is_lost_a_login_seals_the_signing_key_again(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Known")
        key_id = made.credential.access_key_id
    (world.state / "keys" / "instance.key").unlink()
    async with world.running() as auth:
        assert await code(auth, request(world.signer(made), auth.instance_id)) == "unauthorized"
        await auth.login.by_key(key_id, made.secret_key, source=ADDRESS)
        assert await code(auth, request(world.signer(made), auth.instance_id)) == "admitted"


async def test_a_login_hashes_again_what_was_hashed_by_an_older_rule(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Known")
        key_id, before = made.credential.access_key_id, made.credential.secret_key_hash
        world.hashes.outdated = {before}
        for _ in range(2):
            await auth.login.by_key(key_id, made.secret_key, source=ADDRESS)
        found = auth.credentials.get(key_id)
        assert found is not None
        assert found.secret_key_hash != before
        assert world.hashes.calls["of"] == 2


async def test_a_one_time_code_signs_its_maker_in_once(world: World) -> None:
    async with world.running() as auth:
        made = auth.login_codes.create(OWNER)
        assert len(made.code) == 22
        done = await auth.login.by_code(made.code, source=ADDRESS)
        assert (done.principal.kind, done.principal.scope) == ("owner", "full")
        with pytest.raises(ApiError, match=r"\."):
            await auth.login.by_code(made.code, source=ADDRESS)
        late = auth.login_codes.create(OWNER)
        world.clock.now += 600
        with pytest.raises(ApiError, match=r"\."):
            await auth.login.by_code(late.code, source=ADDRESS)


async def test_a_code_of_a_key_that_was_disabled_meanwhile_is_no_way_in(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Known")
        key_id = made.credential.access_key_id
        link = auth.login_codes.create(Principal("access_key", key_id, "full"))
        await auth.credentials.change(key_id, enabled=False)
        with pytest.raises(ApiError) as caught:
            await auth.login.by_code(link.code, source=ADDRESS)
        assert caught.value.code == "unauthorized"


@pytest.mark.parametrize("who", [Principal("access_key", UNKNOWN, "read"), Principal("node", "node-a")])
async def test_who_may_change_nothing_makes_no_login_codes(world: World, who: Principal) -> None:
    async with world.running() as auth:
        with pytest.raises(ApiError) as caught:
            auth.login_codes.create(who)
        assert caught.value.code == "forbidden"


async def test_the_audit_log_says_who_came_and_who_was_turned_away(world: World) -> None:
    async with world.running() as auth:
        done = await signed_in(auth)
        for _ in range(7):
            await failed(auth, UNKNOWN, WRONG)
        await auth.login.logout(done.principal, everywhere=False, source=ADDRESS)
        world.clock.now += 61
        auth.audit.unfold(world.clock.now - 60)
        noted = [
            (entry["event"], entry["principal"], entry["result"], entry["detail"]) for entry in await auth.audit.read()
        ]
        assert noted == [
            ("login_limited", UNKNOWN, "rate_limited", {"count": 2}),
            ("login_failed", UNKNOWN, "unauthorized", {"count": 3}),
            ("logout", done.principal.name, "ok", {}),
            ("login_limited", UNKNOWN, "rate_limited", {}),
            ("login_failed", UNKNOWN, "unauthorized", {}),
            ("login_ok", done.principal.name, "ok", {}),
        ]
