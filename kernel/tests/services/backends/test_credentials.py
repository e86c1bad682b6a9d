"""Secrets of a backend: opened where they are meant to be, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from kernel.tests.services.backends.service import CREATED, NAME, NODE, Host
from mosaicfs import keep_secrets, wire
from mosaicfs.errors import OptionsError
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import node_keys
from mosaicfs.identity.sealed_secrets import BadSealingKeyError, open_sealed, seal_for, secret_place
from mosaicfs.identity.sealing import BadSealError
from mosaicfs.model.document import Document
from mosaicfs.model.ids import plugin_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.role import CONTROL
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.services.backends.credentials import Credentials

REF = "glass@photos"
DOC = plugin_id(NODE, REF)
BACKEND = StorageBackend(
    name=NAME,
    backend="glass",
    mode="source",
    enabled=True,
    created_at=CREATED,
    hosting_node_id=NODE,
    credentials_ref=REF,
    backend_config={"endpoint": "https://one.example"},
)


@pytest.fixture
def credentials(host: Host) -> Credentials:
    return Credentials(host.store, host.folder, NODE)


async def seal(host: Host, value: str, *, doc_id: str = DOC) -> None:
    key = node_keys(KeyFiles(host.folder / "keys")).sealing_key
    sealed: JsonObject = {"sealed": seal_for(NODE, key, value, secret_place(doc_id, "password", NODE))}
    found = await host.store.get(DOC)
    plugin = Plugin(
        node_id=NODE,
        plugin_name=REF,
        name="secrets",
        plugin_type="python",
        enabled=False,
        created_at=CREATED,
        settings={"password": sealed},
    )
    rev = "" if found is None else found.rev
    (row,) = await host.store.write([Document(DOC, rev, wire.encode(plugin))], writer=CONTROL)
    assert not row.error


async def test_a_secret_sealed_for_this_node_is_opened(host: Host, credentials: Credentials) -> None:
    await seal(host, "hunter22")
    options = await credentials.options_of(BACKEND)
    assert options == {"endpoint": "https://one.example", "password": "hunter22"}


async def test_a_seal_that_was_made_for_another_place_does_not_open(host: Host, credentials: Credentials) -> None:
    await seal(host, "hunter22", doc_id=plugin_id(NODE, "glass@other"))
    with pytest.raises(BadSealError):
        await credentials.options_of(BACKEND)


async def test_what_the_machine_keeps_itself_goes_before_documents(host: Host, credentials: Credentials) -> None:
    await seal(host, "from the document")
    before = await credentials.stamp(BACKEND)
    keep_secrets(host.folder, NODE, REF, {"password": "from the file"})
    keep_secrets(host.folder, NODE, REF, {"user": "ana"})
    options = await credentials.options_of(BACKEND)
    assert (options["password"], options["user"]) == ("from the file", "ana")
    assert await credentials.stamp(BACKEND) != before
    [file] = host.folder.rglob("credentials.enc")
    assert b"from the file" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


async def test_secrets_are_not_sent_to_another_host_until_they_are_entered_again(
    host: Host, credentials: Credentials
) -> None:
    await seal(host, "hunter22")
    await credentials.options_of(BACKEND)
    moved = structs.replace(BACKEND, backend_config={"endpoint": "https://evil.example"})
    with pytest.raises(OptionsError, match="enter them again"):
        await credentials.options_of(moved)
    await credentials.options_of(BACKEND)
    await seal(host, "entered anew")
    assert (await credentials.options_of(moved))["password"] == "entered anew"


async def test_a_ref_never_leads_out_of_its_folder(credentials: Credentials) -> None:
    for ref in ("../keys", "a/b", ""):
        with pytest.raises(OptionsError):
            await credentials.options_of(structs.replace(BACKEND, credentials_ref=ref))


def test_a_seal_opens_for_one_node_at_one_place(tmp_path: Path) -> None:
    mine, other = (node_keys(KeyFiles(tmp_path / name)) for name in ("a", "b"))
    sealed = seal_for(NODE, mine.sealing_key, "hunter22", "here")
    assert open_sealed(mine.sealing, sealed, "here") == "hunter22"
    for keys, about, text in ((other, "here", sealed), (mine, "there", sealed), (mine, "here", sealed[:-4] + "AAAA")):
        with pytest.raises(BadSealError):
            open_sealed(keys.sealing, text, about)
    with pytest.raises(BadSealingKeyError):
        seal_for(NODE, "", "hunter22", "here")
