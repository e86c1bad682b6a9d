"""Access keys as documents: what is shown, kept, changed, and noticed when others change it."""

from __future__ import annotations

import pytest
import trio

from mosaicfs import wire
from mosaicfs.model.credential import Credential
from mosaicfs.model.document import Document
from mosaicfs.model.ids import credential_id
from mosaicfs.model.role import CONTROL, MIRROR, UPSTREAM, node_role
from mosaicfs.model.store import Store
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.rest.refusals import ApiError
from plugins.builtin.control.tests.auth.world import START, World, code, request

KEY_ID = "MOSAICFS_0123456789ABCDEF"


async def body_of(store: Store, key_id: str) -> bytes:
    found = await store.get(credential_id(key_id))
    assert found is not None
    return found.body


async def test_the_secret_leaves_once_and_is_in_no_file(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Scripts")
        await auth.login.by_key(made.credential.access_key_id, made.secret_key, source="local")
        noun = wire.decode(
            credential_id(made.credential.access_key_id), await body_of(world.store, made.credential.access_key_id)
        )
        assert isinstance(noun, Credential)
        assert noun.secret_key_hash.startswith("argon2id:")
        assert noun.sealed_signing_key.startswith("sealed1:")
    files = [path for path in world.state.parent.rglob("*") if path.is_file()]
    assert not [path for path in files if made.secret_key.encode() in path.read_bytes()]


async def test_keys_are_known_again_after_a_restart(world: World) -> None:
    async with world.running() as auth:
        made = [await auth.credentials.create(f"Key {number}") for number in range(3)]
        await auth.credentials.delete(made[0].credential.access_key_id)
        await auth.credentials.change(made[1].credential.access_key_id, name="Other", enabled=False)
    async with world.running() as auth:
        assert {one.name: one.enabled for one in auth.credentials.list()} == {"Other": False, "Key 2": True}
        assert [one.name for one in auth.credentials.list(enabled=True)] == ["Key 2"]
        assert auth.credentials.is_secured()
        await auth.credentials.change(made[2].credential.access_key_id, enabled=False)
        assert not auth.credentials.is_secured()


@pytest.mark.parametrize(("scope", "expected"), [("full", True), ("read", True), ("metrics", False), ("mirror", False)])
async def test_only_keys_that_can_sign_in_secure_a_listener(world: World, scope: str, expected: bool) -> None:
    async with world.running() as auth:
        assert not auth.credentials.is_secured()
        await auth.credentials.create("Key", scope)
        assert auth.credentials.is_secured() == expected


@pytest.mark.parametrize(
    ("name", "scope", "expires_at"),
    [
        ("", "full", None),
        ("  ", "full", None),
        ("a\nb", "full", None),
        ("x" * 201, "full", None),
        ("Key", "root", None),
        ("Key", "full", "2026-02-16T09:22:00Z"),
        ("Key", "full", "tomorrow"),
    ],
)
async def test_a_key_that_cannot_be_is_not_made(world: World, name: str, scope: str, expires_at: str | None) -> None:
    async with world.running() as auth:
        with pytest.raises(ApiError) as caught:
            await auth.credentials.create(name, scope, expires_at)
        assert caught.value.code == "validation_failed"
        assert auth.credentials.list() == []


async def test_what_is_not_there_cannot_be_changed_or_deleted(world: World) -> None:
    async with world.running() as auth:
        for attempt in (auth.credentials.change(KEY_ID, name="x"), auth.credentials.delete(KEY_ID)):
            with pytest.raises(ApiError) as caught:
                await attempt
            assert caught.value.code == "not_found"


async def test_an_end_can_be_set_and_taken_away(world: World) -> None:
    async with world.running() as auth:
        key_id = (await auth.credentials.create("Key")).credential.access_key_id
        await auth.credentials.change(key_id, expires_at="2026-02-16T09:23:00Z")
        world.clock.now += 60
        assert not auth.credentials.is_enabled(key_id)
        await auth.credentials.change(key_id, name="Still over")
        assert not auth.credentials.is_enabled(key_id)
        await auth.credentials.change(key_id, expires_at=None)
        assert auth.credentials.is_enabled(key_id)


async def test_when_a_key_was_seen_is_stored_once_an_hour(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Busy")
        revisions = set()
        for minutes in (0, 1, 59, 60, 61, 125):
            world.clock.now = START + minutes * 60
            assert await code(auth, request(world.signer(made), auth.instance_id)) == "admitted"
            found = await world.store.get(credential_id(made.credential.access_key_id))
            assert found is not None
            revisions.add(found.rev)
        assert len(revisions) == 3
        seen = auth.credentials.get(made.credential.access_key_id)
        assert seen is not None
        assert seen.last_seen == "2026-02-16T11:27:00Z"


async def test_a_key_that_another_process_deletes_is_gone_here(world: World) -> None:
    async with world.running() as auth:
        key_id = (await auth.credentials.create("Key")).credential.access_key_id
        found = await world.store.get(credential_id(key_id))
        assert found is not None
        with auth.endings.watch(Principal("access_key", key_id, "full")) as ending, trio.fail_after(20):
            await world.store.write([Document(found.id, found.rev, b"{}", deleted=True)], writer=CONTROL)
            with ending.ends_the_wait():
                await trio.sleep(3600)
        assert auth.credentials.get(key_id) is None


async def test_14_no_node_and_no_mirror_writes_a_key(world: World) -> None:
    async with world.running() as auth:
        made = await auth.credentials.create("Key")
        stolen = credential_id(KEY_ID)
        for writer in (node_role("node-laptop"), MIRROR):
            rows = await world.store.write([Document(stolen, "", wire.encode(made.credential))], writer=writer)
            assert [row.error for row in rows] == ["forbidden"]


@pytest.mark.allow_log("cannot be read")
async def test_a_document_that_cannot_be_read_gives_nobody_a_key(world: World) -> None:
    odd = Document(credential_id(KEY_ID), "1-aa", b'{"type":"credential","enabled":true}', path=("aa",))
    await world.store.write([odd], writer=UPSTREAM, new_edits=False)
    async with world.running() as auth:
        assert auth.credentials.list() == []
        assert not auth.credentials.is_enabled(KEY_ID)
