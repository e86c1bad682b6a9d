"""Ids: the prefix names the type, the parts come out as they went in, new ones are in the order of time."""

from __future__ import annotations

import re
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model import ids
from mosaicfs.model.inodes import FIRST_DRAWN, LAST_INODE, new_inode
from mosaicfs.model.kinds import NOUNS, noun_of
from mosaicfs.model.plugin import Plugin, SharedPlugin

FILE_UUID = "018f6a7e-3c2b-7d11-9a54-6f0c2b7e9a10"

MADE = {
    ids.file_id(FILE_UUID): "file",
    ids.directory_id("/"): "virtual_directory",
    ids.directory_id("/documents/work"): "virtual_directory",
    ids.node_doc_id("node-nas"): "node",
    ids.filesystem_doc_id("node-nas::srv-media"): "filesystem",
    ids.credential_id("MOSAICFS_7F3A9B2C1D4E5F6A"): "credential",
    ids.status_id("node-nas"): "agent_status",
    ids.utilization_id("node-nas", "2026-02-16T09:00:02Z"): "utilization_snapshot",
    ids.label_assignment_id(FILE_UUID): "label_assignment",
    ids.label_rule_id(FILE_UUID): "label_rule",
    ids.plugin_id("node-nas", "mail@work"): "plugin",
    ids.shared_plugin_id("mail@work"): "plugin",
    ids.annotation_id(FILE_UUID, "mail@work"): "annotation",
    ids.access_id(FILE_UUID): "access",
    ids.storage_backend_id("offsite"): "storage_backend",
    ids.replication_rule_id(FILE_UUID): "replication_rule",
    ids.replica_id(FILE_UUID, "offsite"): "replica",
    ids.notification_id("node-nas", "oauth_expired:drive"): "notification",
    ids.peering_agreement_id(FILE_UUID): "peering_agreement",
    ids.federated_import_id(FILE_UUID): "federated_import",
    ids.pin_id(FILE_UUID): "pin",
    ids.SETTINGS_ID: "settings",
    ids.backup_schedule_id("local"): "backup_schedule",
}


@pytest.mark.parametrize("doc_id", MADE)
def test_the_prefix_names_the_type(doc_id: str) -> None:
    assert ids.kind_of(doc_id) == MADE[doc_id]
    assert doc_id.startswith(ids.prefix_of(MADE[doc_id]))
    assert ids.id_trouble(doc_id) == ""


def test_every_type_has_an_id_and_a_noun() -> None:
    assert set(MADE.values()) == set(ids.PREFIXES.values()) == set(NOUNS)
    assert all(noun.__struct_config__.tag == kind for kind, noun in NOUNS.items())


@pytest.mark.parametrize("doc_id", ["hologram::1", "file", "files::1", "_design/x", "", "::", "file:1"])
def test_another_prefix_names_no_type(doc_id: str) -> None:
    assert ids.kind_of(doc_id) is None
    assert noun_of(doc_id) is None


def test_a_directory_is_named_by_its_path() -> None:
    assert ids.directory_id("/documents/work").startswith("dir::da4d434e7f80e8301647c8627e20ed04")
    assert ids.directory_id("/") == ids.ROOT_ID


def test_a_plugin_without_a_node_is_the_shared_one() -> None:
    assert noun_of("plugin::node-nas::mail") is Plugin
    assert noun_of("plugin::mail") is SharedPlugin


def test_a_long_detail_of_a_condition_is_replaced_by_a_digest() -> None:
    assert ids.notification_id("n", "a:" + "é" * 64) == "notification::n::a:" + "é" * 64
    assert re.fullmatch("notification::n::a:[0-9a-f]{32}", ids.notification_id("n", "a:" + "é" * 65))


def test_parts_come_out_as_they_went_in() -> None:
    assert ids.pair_of(ids.annotation_id(FILE_UUID, "mail@work")) == (FILE_UUID, "mail@work")
    assert ids.tail_of(ids.filesystem_doc_id("node-nas::srv")) == "node-nas::srv"
    assert ids.pair_of(ids.utilization_id("n", "2026-02-16T09:59:59Z")) == ("n", "2026-02-16T09:00:00Z")


@given(st.text())
def test_an_id_has_trouble_exactly_when_it_is_empty_too_long_or_holds_controls(text: str) -> None:
    controls = any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text)
    assert bool(ids.id_trouble(text)) == (not text or controls)


@pytest.mark.parametrize(
    ("text", "fits"), [("a" * 1024, True), ("a" * 1025, False), ("é" * 512, True), ("é" * 513, False)]
)
def test_an_id_has_at_most_1024_bytes(text: str, fits: bool) -> None:
    assert (ids.id_trouble(text) == "") == fits


@given(st.integers(0, 2**40), st.randoms(use_true_random=False))
def test_a_new_uuid_is_version_7_and_carries_its_time(milliseconds: int, random: Random) -> None:
    made = UUID(ids.new_uuid(lambda: milliseconds / 1000, random.getrandbits))
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert abs((made.int >> 80) - milliseconds) <= 1


@given(st.integers(0, 2**40), st.integers(2, 1000), st.randoms(use_true_random=False))
def test_later_uuids_sort_after_earlier_ones(milliseconds: int, later: int, random: Random) -> None:
    first = ids.new_uuid(lambda: milliseconds / 1000, random.getrandbits)
    second = ids.new_uuid(lambda: (milliseconds + later) / 1000, random.getrandbits)
    assert first < second


def test_new_uuids_differ() -> None:
    assert len({ids.new_uuid(lambda: 1.0) for _ in range(1000)}) == 1000


@given(st.lists(st.integers(0, 2**53 - 1), min_size=1))
def test_an_inode_is_drawn_above_the_reserved_ones(draws: list[int]) -> None:
    left = iter([*draws, LAST_INODE])
    assert new_inode(lambda bits: next(left)) == next(drawn for drawn in [*draws, LAST_INODE] if drawn >= FIRST_DRAWN)


def test_inodes_are_exact_in_every_json_peer() -> None:
    assert all(FIRST_DRAWN <= new_inode() <= LAST_INODE for _ in range(1000))
    assert float(LAST_INODE) == LAST_INODE
