"""The first node of an instance, made by real files and a real database, and what a second try finds."""

from __future__ import annotations

from pathlib import Path
from time import time

import pytest

from mosaicfs import configure, found_instance
from mosaicfs.app import open_store
from mosaicfs.config import Configured
from mosaicfs.errors import InstanceExistsError
from mosaicfs.identity.access_keys import is_secret, signing_key
from mosaicfs.identity.authority import Authority, days_left
from mosaicfs.identity.key_files import KeyFiles, KeyUnsafeError, random_key
from mosaicfs.identity.node_keys import node_keys
from mosaicfs.identity.sealing import Sealer
from mosaicfs.model.credential import Credential
from mosaicfs.model.ids import credential_id, node_doc_id
from mosaicfs.model.node import Node
from mosaicfs.services import founding
from mosaicfs.services.renewing import NoControlPlaneError, renew_certificate, rotate_token_key
from mosaicfs.wire import decode
from mosaicfs_sdk.fakes.places import places_below
from mosaicfs_sdk.fakes.store import MemoryStore


class KilledError(Exception):
    """In the middle of it."""


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    names = {"STATE_HOME": "state", "CONFIG_HOME": "config", "CACHE_HOME": "cache", "DATA_HOME": "data"}
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    variables = {f"XDG_{name}": str(tmp_path / folder) for name, folder in names.items()}
    return configure({"agent.name": "nas"}, {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime), **variables})


async def _document(configured: Configured, doc_id: str) -> object:
    async with open_store(*configured) as store:
        found = await store.get(doc_id)
    assert found is not None
    return decode(found.id, found.body)


async def test_everything_of_an_instance_is_there_and_fits_together(configured: Configured) -> None:
    founded = await found_instance(*configured)
    files = KeyFiles(configured.places.keys_dir)
    files.check()
    assert founded.ca_fingerprint == Authority.open(files, time).fingerprint
    node = await _document(configured, node_doc_id(founded.node_id))
    keys = node_keys(files)
    assert isinstance(node, Node)
    assert (node.node_id, node.friendly_name) == ("node-nas", "nas")
    assert (node.public_key, node.sealing_key) == (keys.public_key, keys.sealing_key)


async def test_the_first_key_logs_in_and_signs_and_its_secret_is_nowhere(configured: Configured) -> None:
    founded = await found_instance(*configured)
    key = founded.access_key
    doc_id = credential_id(key.access_key_id)
    credential = await _document(configured, doc_id)
    assert isinstance(credential, Credential)
    assert is_secret(credential.secret_key_hash, key.secret)
    sealer = Sealer(random_key(KeyFiles(configured.places.keys_dir), "instance.key"), founded.instance_id)
    assert sealer.open(credential.sealed_signing_key, f"{doc_id}#sealed_signing_key") == signing_key(*key)
    assert (credential.permissions.scope, credential.enabled) == ("full", True)
    kept = b"".join(each.read_bytes() for each in configured.places.state_dir.rglob("*") if each.is_file())
    assert key.secret.encode() not in kept


async def test_an_instance_is_made_once(configured: Configured) -> None:
    await found_instance(*configured)
    before = {each: each.read_bytes() for each in configured.places.keys_dir.iterdir()}
    with pytest.raises(InstanceExistsError):
        await found_instance(*configured)
    assert {each: each.read_bytes() for each in configured.places.keys_dir.iterdir()} == before


async def test_a_store_that_another_machine_has_made_its_own_is_left_alone(
    configured: Configured, tmp_path: Path
) -> None:
    """As on a server that both were told of; that they have the same name makes no difference."""
    store = MemoryStore()
    elsewhere = places_below(tmp_path / "elsewhere")
    for places in (elsewhere, configured.places):
        founding.begin(places)
    first = await founding.found(store, configured.settings, elsewhere, time)
    before = await store.info()
    with pytest.raises(InstanceExistsError, match="holds another instance already"):
        await founding.found(store, configured.settings, configured.places, time)
    assert await store.info() == before
    assert not (configured.places.state_dir / "instance_id").exists()
    fresh = await founding.found(MemoryStore(), configured.settings, configured.places, time)
    assert fresh.instance_id != first.instance_id


async def test_a_try_that_was_cut_short_is_finished_by_the_next(
    configured: Configured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(founding, "first_key", killed)
        with pytest.raises(KilledError):
            await found_instance(*configured)
    instance = (configured.places.state_dir / "instance_id").read_text()
    founded = await found_instance(*configured)
    assert founded.instance_id == instance.strip()
    with pytest.raises(InstanceExistsError):
        await found_instance(*configured)


async def test_a_key_that_others_can_read_stops_it(configured: Configured) -> None:
    configured.places.make()
    (configured.places.keys_dir / "ca.key").touch(0o644)
    with pytest.raises(KeyUnsafeError, match="chmod 600"):
        await found_instance(*configured)


async def test_a_certificate_is_issued_anew_by_the_same_authority(configured: Configured) -> None:
    founded = await found_instance(*configured)
    files = KeyFiles(configured.places.keys_dir)
    before = files.read("server.crt")
    assert renew_certificate(*configured, time) > 80
    assert files.read("server.crt") != before
    assert days_left((files.read("server.crt") or b"").decode(), time) > 80
    assert Authority.open(files, time).fingerprint == founded.ca_fingerprint


async def test_the_key_before_goes_on_verifying_when_another_signs(configured: Configured) -> None:
    await found_instance(*configured)
    first, second = (rotate_token_key(configured.places, time) for _ in range(2))
    kept = (KeyFiles(configured.places.keys_dir).read("jwt.json") or b"").decode()
    assert first != second
    assert kept.index(second) < kept.index(first)


def test_what_has_no_control_plane_has_nothing_to_renew(configured: Configured) -> None:
    with pytest.raises(NoControlPlaneError):
        rotate_token_key(configured.places, time)
    with pytest.raises(NoControlPlaneError):
        renew_certificate(*configured, time)
    assert not (configured.places.keys_dir / "jwt.json").exists()
