"""`<state>/plugin_jobs.db`: what waits for plugins, how far each has read the feed, and what it has seen.

It may be lost: then every plugin is shown everything again. A commit survives the end of the process; after the end of
the machine the last ones may be missing, of all tables alike, and the feed is read again from there.
"""

from __future__ import annotations

from pathlib import Path

import apsw

from mosaicfs.documents.sqlite import sql
from mosaicfs.documents.sqlite.own_file import OwnFile

_SCHEMA = """
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY, plugin_name TEXT NOT NULL, sequence INTEGER NOT NULL, event_type TEXT NOT NULL,
  node_id TEXT NOT NULL, file_uuid TEXT NOT NULL, export_path TEXT NOT NULL, payload_json BLOB NOT NULL,
  status TEXT NOT NULL, attempts INTEGER NOT NULL, next_attempt INTEGER NOT NULL, last_error TEXT NOT NULL,
  created_at TEXT NOT NULL, finished_at TEXT, family TEXT NOT NULL, stamp TEXT NOT NULL, rules TEXT NOT NULL
);
CREATE UNIQUE INDEX jobs_waiting ON jobs (plugin_name, file_uuid, family) WHERE status = 'pending';
CREATE UNIQUE INDEX jobs_at_work ON jobs (plugin_name, file_uuid) WHERE status = 'in_flight';
CREATE INDEX jobs_by_status ON jobs (plugin_name, status, sequence);
CREATE INDEX jobs_over ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE TABLE feeds (
  plugin_name TEXT PRIMARY KEY, last_seq TEXT NOT NULL, next_sequence INTEGER NOT NULL,
  sync_job_id TEXT, sync_started_at TEXT, sync_trigger TEXT NOT NULL, sync_force INTEGER NOT NULL,
  sync_from INTEGER NOT NULL, sync_until INTEGER
) WITHOUT ROWID;
CREATE TABLE delivered (
  plugin_name TEXT NOT NULL, file_uuid TEXT NOT NULL, stamp TEXT NOT NULL, export_path TEXT NOT NULL,
  annotated INTEGER NOT NULL, annotation_version INTEGER NOT NULL, PRIMARY KEY (plugin_name, file_uuid)
) WITHOUT ROWID;
"""
FILE = OwnFile(0x4D6F506A, 1, _SCHEMA, is_flushed=False)


def opened(path: Path) -> apsw.Connection:
    connection = FILE.opened(path, _trouble_with)
    connection.pragma("cache_size", -(8 << 10))
    connection.wal_autocheckpoint(4_000)
    return connection


def _trouble_with(connection: apsw.Connection) -> str:
    for table in ("jobs", "feeds", "delivered"):
        sql.run(connection, f"SELECT * FROM {table} LIMIT 1")  # noqa: S608 - parts are ours
    return ""
