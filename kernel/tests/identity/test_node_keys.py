"""A node keeps the keys that it was first known by."""

import re
from pathlib import Path

import pytest

from kernel.tests.identity.vectors import ED25519, PUBLIC
from mosaicfs.identity.key_files import KeyFiles, KeyUnsafeError
from mosaicfs.identity.node_keys import NodeKeys, control_plane_key, keep_node_keys, node_keys, public_text
from mosaicfs.identity.private_keys import pem, tls_key


@pytest.fixture
def files(tmp_path: Path) -> KeyFiles:
    return KeyFiles(tmp_path / "keys")


def test_keys_are_made_once(files: KeyFiles) -> None:
    keys = node_keys(files)
    assert re.fullmatch(r"ed25519:[A-Za-z0-9_-]{43}", keys.public_key)
    assert re.fullmatch(r"x25519:[A-Za-z0-9_-]{43}", keys.sealing_key)
    again = node_keys(files)
    assert (again.public_key, again.sealing_key) == (keys.public_key, keys.sealing_key)
    assert {path.name for path in files.folder.glob("*.key")} == {"node.key", "node_sealing.key"}
    assert (files.folder / "node.key").read_text().startswith("-----BEGIN PRIVATE KEY-----")


def test_the_control_plane_has_a_key_of_its_own(files: KeyFiles) -> None:
    key = control_plane_key(files)
    assert public_text(key) == public_text(control_plane_key(files)) != node_keys(files).public_key
    assert public_text(ED25519) == PUBLIC


def test_new_keys_take_the_place_of_the_old_when_they_are_kept(files: KeyFiles) -> None:
    old, new = node_keys(files), NodeKeys.new()
    assert node_keys(files).public_key == old.public_key != new.public_key
    keep_node_keys(files, new)
    found = node_keys(files)
    assert (found.public_key, found.sealing_key) == (new.public_key, new.sealing_key)


def test_keys_do_not_show_themselves(files: KeyFiles) -> None:
    assert repr(node_keys(files)) == "NodeKeys()"


def test_a_key_of_another_kind_is_refused_rather_than_replaced(files: KeyFiles) -> None:
    files.write("node.key", pem(tls_key(files, "node_tls.key")))
    with pytest.raises(KeyUnsafeError, match="not a private key of the kind Ed25519"):
        node_keys(files)
    files.write("node_tls.key", pem(ED25519))
    with pytest.raises(KeyUnsafeError, match="not a private key of the kind P-256"):
        tls_key(files, "node_tls.key")
    files.write("node.key", b"-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(KeyUnsafeError, match="Put back the key"):
        node_keys(files)
    assert files.read("node.key") == b"-----BEGIN PRIVATE KEY-----\n"
