"""The driver against what every store must do."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import pytest

from mosaicfs import open_store as open_sqlite_store
from mosaicfs.model.store import Store
from mosaicfs_couchdb.driver import open_couch_store
from mosaicfs_sdk.conformance.store import StoreConformance

OWN_NAMES = "CouchDB names the revisions of edits itself"
NO_PURGE = "pouchdb-server has no _purge"

NO_SEQ = "CouchDB tells the sequence of one document only by a look through its feed, so `get` leaves it out"

ANYWHERE = {
    "test_edits_have_the_names_that_the_page_gives": OWN_NAMES,
    "test_a_document_knows_the_sequence_of_its_last_change": NO_SEQ,
}
STAND_IN = {
    "test_a_dropped_document_leaves_no_trace": NO_PURGE,
    "test_a_dropped_document_may_come_again": NO_PURGE,
    "test_a_dropped_leaf_gives_way_to_the_others": NO_PURGE,
    "test_a_dropped_file_is_not_found": NO_PURGE,
    "test_a_label_waits_for_its_file_and_goes_when_it_is_dropped": NO_PURGE,
    "test_after_a_drop_all_may_differ_and_then_changes_are_told_again": NO_PURGE,
    "test_what_was_dropped_is_not_told_and_makes_known_that_all_may_differ": NO_PURGE,
    "test_only_the_newest_hundred_revisions_of_a_leaf_are_kept": "pouchdb-server has no _revs_limit",
    "test_a_difference_names_leaves_that_may_be_ancestors": "pouchdb-server names no possible ancestors",
    "test_older_revisions_are_not_missing": "pouchdb-server calls every revision without a body missing",
    "test_a_path_that_comes_later_joins_two_roots": "PouchDB leaves a revision alone that it has, whatever its path",
    "test_ids_beyond_the_first_plane_are_ordered_by_code_point_too": "PouchDB orders strings by UTF-16 units",
    "test_a_caller_can_list_its_own": "pouchdb-server has no _local_docs",
}
IS_REAL = bool(os.environ.get("MOSAICFS_TEST_COUCHDB_URL"))


class TestCouchStore(StoreConformance):
    exemptions: ClassVar = ANYWHERE if IS_REAL else ANYWHERE | STAND_IN

    @pytest.fixture(autouse=True)
    def _server(self, couch_server: Any) -> None:
        self.server = couch_server
        self.database = f"mosaicfs-test-{uuid4().hex}"

    @asynccontextmanager
    async def open_store(self, place: Path) -> AsyncIterator[Store]:
        login = {"user": self.server.user, "secret": self.server.secret}
        async with open_couch_store(self.server.url, database=self.database, **login) as store:
            yield store

    @asynccontextmanager
    async def open_backup(self, path: Path) -> AsyncIterator[Store]:
        async with open_sqlite_store(path, path.with_name("bell of the copy")) as store:
            yield store
