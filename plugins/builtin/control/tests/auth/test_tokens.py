"""JWTs, replication sessions and the keys behind them; numbers as in the page on security, section 16."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from mosaicfs.identity.signatures import audience
from mosaicfs_control.auth.auth import Auth
from mosaicfs_control.auth.login import LoggedIn
from mosaicfs_control.auth.principal import OWNER
from mosaicfs_control.rest.refusals import ApiError
from plugins.builtin.control.tests.auth.world import ADDRESS, START, World, code, refusal, shown, with_login

CHANGES = "/api/replication/mosaicfs/_changes"


async def signed_in(auth: Auth) -> LoggedIn:
    made = await auth.credentials.create("Somebody")
    return await auth.login.by_key(made.credential.access_key_id, made.secret_key, source=ADDRESS)


def claims_of(auth: Auth, done: LoggedIn, changes: Mapping[str, object]) -> dict[str, object]:
    assert done.principal.expires_at is not None
    return {
        "iss": auth.instance_id,
        "aud": audience(auth.instance_id),
        "sub": done.principal.name,
        "jti": done.principal.token_id,
        "iat": int(START),
        "exp": int(done.principal.expires_at),
        "scope": "full",
        **changes,
    }


def forged(auth: Auth, done: LoggedIn, *, kid: str | None = None, **changes: object) -> str:
    """Signed with the right key."""
    key = auth.jwt_keys.current
    return jwt.encode(claims_of(auth, done, changes), key.secret, "HS256", headers={"kid": kid or key.kid})


async def test_a_token_has_the_claims_of_the_page(world: World) -> None:
    async with world.running() as auth:
        done = await signed_in(auth)
        assert jwt.get_unverified_header(done.token) == {"alg": "HS256", "typ": "JWT", "kid": auth.jwt_keys.current.kid}
        claims = jwt.decode(done.token, options={"verify_signature": False})
        assert claims == claims_of(auth, done, {})
        assert claims["exp"] - claims["iat"] == 86_400
        same = forged(auth, done)
        assert await code(auth, with_login(f"Bearer {same}")) == "admitted", "so the forgeries below count"


def _unsigned(auth: Auth, done: LoggedIn) -> str:
    head = {"alg": "none", "typ": "JWT", "kid": auth.jwt_keys.current.kid}
    parts = [json.dumps(part).encode() for part in (head, claims_of(auth, done, {}))]
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def _by_rsa(auth: Auth, done: LoggedIn) -> str:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims_of(auth, done, {}), key, "RS256", headers={"kid": auth.jwt_keys.current.kid})


def _by_longer_hash(auth: Auth, done: LoggedIn) -> str:
    key = auth.jwt_keys.current
    return jwt.encode(claims_of(auth, done, {}), key.secret * 2, "HS512", headers={"kid": key.kid})


FORGERIES: Mapping[str, Callable[[Auth, LoggedIn], str]] = {
    "alg none": _unsigned,
    "RS256": _by_rsa,
    "HS512": _by_longer_hash,
    "foreign kid": lambda auth, done: forged(auth, done, kid="0011223344556677"),
    "other aud": lambda auth, done: forged(auth, done, aud=audience(auth.instance_id, "node-nas")),
    "list of aud": lambda auth, done: forged(auth, done, aud=[audience(auth.instance_id), "x"]),
    "other iss": lambda auth, done: forged(auth, done, iss="0194f3c2-7a10-7c3e-9b55-2f6d1e8a4c70"),
    "other sub": lambda auth, done: forged(auth, done, sub="owner"),
    "unknown jti": lambda auth, done: forged(auth, done, jti="0" * 32),
    "no jti": lambda auth, done: forged(auth, done, jti=None),
    "no end": lambda auth, done: forged(auth, done, exp=None),
    "changed byte": lambda _auth, done: done.token[:-2] + ("A" if done.token[-2] != "A" else "B") + done.token[-1],
    "not a token": lambda _auth, _done: "x",
    "empty": lambda _auth, _done: "",
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_9_a_forged_token_is_refused_like_any_other(world: World, forgery: str) -> None:
    async with world.running() as auth:
        token = FORGERIES[forgery](auth, await signed_in(auth))
        refused = await refusal(auth, with_login(f"Bearer {token}"))
        assert shown(refused) == shown(await refusal(auth, with_login("Bearer nonsense")))
        assert refused.code == "unauthorized"


async def test_9_a_token_ends_after_a_day(world: World) -> None:
    async with world.running() as auth:
        asked = with_login(f"Bearer {(await signed_in(auth)).token}")
        world.clock.now += 86_399
        assert await code(auth, asked) == "admitted"
        world.clock.now += 1
        assert await code(auth, asked) == "token_expired"


async def test_9_signing_out_lasts_over_a_restart(world: World) -> None:
    async with world.running() as auth:
        first, second = await signed_in(auth), await signed_in(auth)
        await auth.login.logout(first.principal, everywhere=False, source=ADDRESS)
        assert await code(auth, with_login(f"Bearer {first.token}")) == "unauthorized"
    async with world.running() as auth:
        assert await code(auth, with_login(f"Bearer {first.token}")) == "unauthorized"
        session = f"MOSAICFS-SESSION {first.replication.token}"
        assert await code(auth, with_login(session, CHANGES)) == "unauthorized"
        assert await code(auth, with_login(f"Bearer {second.token}")) == "admitted"
        session = f"MOSAICFS-SESSION {second.replication.token}"
        assert await code(auth, with_login(session, CHANGES)) == "admitted"


async def test_signing_out_everywhere_ends_all_tokens_of_the_key_and_no_others(world: World) -> None:
    async with world.running() as auth:
        made, other = await auth.credentials.create("Mine"), await signed_in(auth)
        key_id = made.credential.access_key_id
        mine = [await auth.login.by_key(key_id, made.secret_key, source=ADDRESS) for _ in range(2)]
        with auth.endings.watch(mine[1].principal) as ending:
            await auth.login.logout(mine[0].principal, everywhere=True, source=ADDRESS)
            assert ending.over
    async with world.running() as auth:
        assert [await code(auth, with_login(f"Bearer {one.token}")) for one in mine] == ["unauthorized"] * 2
        assert await code(auth, with_login(f"Bearer {other.token}")) == "admitted"
        again = await auth.login.by_key(key_id, made.secret_key, source="192.168.1.21")
        assert await code(auth, with_login(f"Bearer {again.token}")) == "admitted"


async def test_9_a_disabled_key_takes_its_tokens_sessions_and_open_answers_with_it(world: World) -> None:
    async with world.running() as auth:
        done = await signed_in(auth)
        session = with_login(f"MOSAICFS-SESSION {done.replication.token}", CHANGES)
        with auth.endings.watch(done.principal) as stream, auth.endings.watch(await auth.gate.admit(session)) as feed:
            await auth.credentials.change(done.principal.name, enabled=False)
            assert stream.revoked
            assert feed.revoked
        assert await code(auth, with_login(f"Bearer {done.token}")) == "unauthorized"
        assert await code(auth, session) == "unauthorized"


async def test_a_lost_auth_db_signs_everybody_out(world: World) -> None:
    async with world.running() as auth:
        done = await signed_in(auth)
    for part in world.state.glob("auth.db*"):
        part.unlink()
    async with world.running() as auth:
        assert await code(auth, with_login(f"Bearer {done.token}")) == "unauthorized"


async def test_a_new_key_signs_and_the_one_before_it_verifies_for_a_day(world: World) -> None:
    async with world.running() as auth:
        before = await signed_in(auth)
        world.clock.now += 3600
        auth.jwt_keys.rotate()
        after = await signed_in(auth)
        assert jwt.get_unverified_header(after.token)["kid"] != jwt.get_unverified_header(before.token)["kid"]
        assert await code(auth, with_login(f"Bearer {before.token}")) == "admitted"
        auth.jwt_keys.rotate()
        assert await code(auth, with_login(f"Bearer {before.token}")) == "unauthorized"
        world.clock.now += 86_399
        assert await code(auth, with_login(f"Bearer {after.token}")) == "admitted"
        assert len(auth.jwt_keys.all()) == 2
        world.clock.now += 1
        assert len(auth.jwt_keys.all()) == 1
        assert [entry["event"] for entry in await auth.audit.read(event="jwt_key_rotated")] == ["jwt_key_rotated"] * 2


async def test_a_key_that_another_process_made_is_taken_at_once(world: World) -> None:
    async with world.running() as auth:
        old = auth.jwt_keys.current
        async with world.running() as other:
            other.jwt_keys.rotate()
            assert auth.jwt_keys.current == other.jwt_keys.current != old


async def test_a_token_is_not_good_for_the_replication_protocol(world: World) -> None:
    """Not even the owner's, which is good for everything else."""
    async with world.running() as auth:
        done = await auth.login.by_code(auth.login_codes.create(OWNER).code, source=ADDRESS)
        assert await code(auth, with_login(f"Bearer {done.token}", CHANGES)) == "forbidden"
        assert await code(auth, with_login(f"Bearer {done.token}", "/api/replication/rules")) == "admitted"


@pytest.mark.parametrize("target", ["/api/nodes", "/api/replication/rules", "/metrics", "/api/replicationx/mosaicfs"])
async def test_a_session_is_good_for_the_replication_protocol_alone(world: World, target: str) -> None:
    async with world.running() as auth:
        done = await signed_in(auth)
        assert await code(auth, with_login(f"MOSAICFS-SESSION {done.replication.token}", target)) == "unauthorized"


async def test_a_session_lasts_an_hour_and_never_longer_than_its_token(world: World) -> None:
    async with world.running() as auth:
        done = await signed_in(auth)
        assert done.replication.expires_at == START + 3600
        world.clock.now += 3600
        first = with_login(f"MOSAICFS-SESSION {done.replication.token}", CHANGES)
        assert await code(auth, first) == "token_expired"
        world.clock.now = START + 86_400 - 60
        last = await auth.sessions.create(await auth.gate.admit(with_login(f"Bearer {done.token}")))
        assert last.expires_at == START + 86_400


async def test_only_who_has_a_token_gets_a_session(world: World) -> None:
    async with world.running() as auth:
        with pytest.raises(ApiError) as caught:
            await auth.sessions.create(OWNER)
        assert caught.value.code == "forbidden"
