"""Tokens in addresses of downloads; numbers as in the page on security, section 16."""

from __future__ import annotations

import pytest

from mosaicfs.identity.download_tokens import token_of
from mosaicfs_control.auth.auth import Auth
from mosaicfs_control.auth.principal import NOBODY, OWNER, Principal
from mosaicfs_control.rest.refusals import ApiError
from plugins.builtin.control.tests.auth.world import ADDRESS, START, World

FILE = "file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f"
OTHER = "file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e60"


def told(auth: Auth, token: str, subject: str = FILE) -> str:
    try:
        auth.downloads.verify(token, subject)
    except ApiError as refused:
        return refused.code if refused.status == 401 else f"{refused.status}"
    return "admitted"


async def test_17_a_token_is_good_for_its_file_and_its_two_hours(world: World) -> None:
    async with world.running() as auth:
        made = auth.downloads.issue(OWNER, FILE)
        assert made.expires_in_s == 7200
        assert told(auth, made.token) == "admitted"
        assert told(auth, made.token, OTHER) == "unauthorized"
        assert told(auth, made.token, f"backup:{FILE}") == "unauthorized"
        world.clock.now += 7199
        assert told(auth, made.token) == "admitted"
        world.clock.now += 1
        assert told(auth, made.token) == "token_expired"
        assert told(auth, made.token, OTHER) == "unauthorized", "only the time may be wrong to be told so"


@pytest.mark.parametrize("part", [0, 1, 2])
async def test_17_an_altered_token_is_refused(world: World, part: int) -> None:
    async with world.running() as auth:
        parts = auth.downloads.issue(OWNER, FILE).token.split(".")
        parts[part] = {0: str(int(START) + 90_000), 1: "MOSAICFS_0123456789ABCDEF", 2: "0" * 64}[part]
        assert told(auth, ".".join(parts)) == "unauthorized"


@pytest.mark.parametrize("token", ["", ".", "1.owner", "x.owner." + "0" * 64, "١.owner." + "0" * 64])
async def test_17_what_is_no_token_is_refused(world: World, token: str) -> None:
    async with world.running() as auth:
        assert told(auth, token) == "unauthorized"


async def test_17_a_token_dies_with_the_sign_in_that_it_was_made_from(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Page")
        done = await auth.login.by_key(made.credential.access_key_id, made.secret_key, source=ADDRESS)
        token = auth.downloads.issue(done.principal, FILE).token
        with auth.endings.watch(auth.downloads.verify(token, FILE)) as ending:
            await auth.login.logout(done.principal, everywhere=False, source=ADDRESS)
            assert ending.revoked, "a download that runs ends as well"
        assert told(auth, token) == "unauthorized"


async def test_17_a_token_of_a_script_dies_with_its_key(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Script", "read")
        script = Principal("access_key", made.credential.access_key_id, "read")
        token = auth.downloads.issue(script, FILE).token
        with auth.endings.watch(auth.downloads.verify(token, FILE)) as ending:
            await auth.credentials.change(script.name, enabled=False)
            assert ending.revoked
        assert told(auth, token) == "unauthorized"


async def test_a_token_of_the_last_minute_of_a_sign_in_lasts_its_two_hours(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Page")
        done = await auth.login.by_key(made.credential.access_key_id, made.secret_key, source=ADDRESS)
        world.clock.now += 86_399
        token = auth.downloads.issue(done.principal, FILE).token
        world.clock.now += 7_199
        assert told(auth, token) == "admitted"
    async with world.running() as auth:
        assert told(auth, token) == "admitted"


async def test_a_token_outlives_the_change_of_the_key_that_signed_it(world: World) -> None:
    async with world.running() as auth:
        token = auth.downloads.issue(OWNER, FILE).token
        auth.jwt_keys.rotate()
        assert told(auth, token) == "admitted"


async def test_a_right_signature_with_somebody_unknown_in_it_says_nothing(world: World) -> None:
    async with world.running() as auth:
        for sid in ("3f6c2b1a9d8e4f70a1b2c3d4e5f60718", "MOSAICFS_0123456789ABCDEF", "node-laptop"):
            token = token_of(auth.jwt_keys.current.secret, auth.instance_id, FILE, int(START) + 60, sid)
            assert told(auth, token) == "unauthorized"


@pytest.mark.parametrize("who", [NOBODY, Principal("node", "node-a"), Principal("machine", "m", "metrics")])
async def test_only_people_and_scripts_that_may_read_get_tokens(world: World, who: Principal) -> None:
    async with world.running() as auth:
        with pytest.raises(ApiError) as caught:
            auth.downloads.issue(who, FILE)
        assert caught.value.code == "forbidden"
