"""Who reads what, as the table of types says it, and that the id alone decides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.documents.scopes import may_read, may_read_kind, scope_key
from mosaicfs.model.ids import PREFIXES
from mosaicfs.model.role import BROWSER, CONTROL, MIRROR, UPSTREAM, Role, node_role

NODE = node_role("n1")
ALL, OWN, NONE = "all", "own", "none"

TABLE = {
    "file::1": (ALL, NONE),
    "dir::root": (ALL, ALL),
    "node::n2": (ALL, ALL),
    "filesystem::n2::x": (ALL, ALL),
    "credential::K": (NONE, NONE),
    "status::n2": (OWN, ALL),
    "utilization::n2::h": (OWN, NONE),
    "label_file::1": (ALL, NONE),
    "label_rule::1": (ALL, ALL),
    "plugin::n2::p": (OWN, ALL),
    "plugin::p": (ALL, ALL),
    "annotation::1::p": (ALL, NONE),
    "access::1": (ALL, NONE),
    "storage_backend::b": (ALL, ALL),
    "repl_rule::1": (ALL, ALL),
    "replica::1::t": (ALL, NONE),
    "notification::n2::c": (ALL, ALL),
    "peering_agreement::1": (ALL, ALL),
    "federated_import::1": (ALL, ALL),
    "pin::1": (ALL, NONE),
    "settings::instance": (ALL, NONE),
    "backup_schedule::b": (NONE, NONE),
    "hologram::1": (ALL, NONE),
    "anything": (ALL, NONE),
}


def test_the_table_has_every_type() -> None:
    assert {doc_id.partition("::")[0] for doc_id in TABLE} >= set(PREFIXES)


@pytest.mark.parametrize("doc_id", TABLE)
def test_nodes_and_browsers_read_what_the_table_says(doc_id: str) -> None:
    for_nodes, for_browsers = TABLE[doc_id]
    assert may_read(NODE, doc_id) == (for_nodes == ALL)
    assert may_read(node_role("n2"), doc_id) == (for_nodes in (ALL, OWN))
    assert may_read(BROWSER, doc_id) == (for_browsers == ALL)


@pytest.mark.parametrize("doc_id", [*TABLE, "_design/x"])
def test_control_reads_everything_a_mirror_all_but_designs_and_upstream_nothing(doc_id: str) -> None:
    assert may_read(CONTROL, doc_id)
    assert may_read(MIRROR, doc_id) == (doc_id != "_design/x")
    assert not may_read(UPSTREAM, doc_id)


@pytest.mark.parametrize("role", [NODE, BROWSER, MIRROR])
def test_designs_are_served_to_no_peer(role: Role) -> None:
    assert not may_read(role, "_design/x")


@pytest.mark.parametrize(
    "doc_id", ["status::n2::n1", "status::n11", "status::", "utilization::n2::n1", "plugin::n2::n1", "plugin::n1x::p"]
)
def test_an_id_that_only_mentions_a_node_is_not_its_own(doc_id: str) -> None:
    assert not may_read(NODE, doc_id)


def test_a_node_without_a_name_owns_nothing() -> None:
    assert not any(may_read(node_role(""), doc_id) for doc_id in ("credential::K", "backup_schedule::b", "status::n1"))


ids = st.builds("{}::{}".format, st.sampled_from([*PREFIXES, "x", ""]), st.text("n12:", max_size=6)) | st.text()
roles = st.sampled_from([NODE, node_role("n2"), BROWSER, MIRROR, CONTROL, UPSTREAM])


@given(ids, roles)
def test_the_class_of_an_id_decides(doc_id: str, role: Role) -> None:
    assert may_read(role, doc_id) == may_read_kind(role, scope_key(doc_id))


def test_a_store_needs_few_classes() -> None:
    keys = {scope_key(f"{prefix}::n{number}::{number}") for prefix in PREFIXES for number in range(100)}
    assert len(keys) == len(PREFIXES) - 3 + 3 * 100
