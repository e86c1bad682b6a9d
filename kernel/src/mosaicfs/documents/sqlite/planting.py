"""First documents of many files at once, made by SQLite itself from a table of what was seen of them.

What comes out is what `writing` and `facts` would make of the same files one by one, to the byte; only the name of the
revision is drawn and not derived, for nobody else can make the same edit of an id that was just drawn. While statements
run nobody holds the interpreter's lock: a first crawl of half a million files spends its time here, beside the walk.
"""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from mosaicfs.documents.sqlite import folders, sql
from mosaicfs.documents.sqlite.writing import next_number, sequence_end
from mosaicfs.model.inodes import new_inodes
from mosaicfs.model.store import NewFile


def plant(connection: apsw.Connection, node_id: str, files: Sequence[NewFile]) -> None:
    """Files whose id is there already are left as they are: what is tried again after a doubt is done once."""
    sql.run(connection, _TABLE)
    sql.run(connection, "DELETE FROM temp.arriving")
    sql.insert(connection, "INSERT INTO temp.arriving (id, folder, name, size, mtime_ns, mime)", files)
    sql.run(connection, "DELETE FROM temp.arriving WHERE id IN (SELECT d.id FROM docs d WHERE d.id = arriving.id)")
    sql.run(connection, _TELL_TIME)
    given: dict[str, str | int] = {
        "node": node_id,
        "n": next_number(connection) - 1,
        "seq": sequence_end(connection),
        "inode": new_inodes(len(files))[0] - 1 if files else 0,
    }
    for statement in (_DOCS, _PLACES, _FILES, _COUNTS, folders.FROM_ARRIVING):
        sql.run(connection, statement, given)
    sql.run(connection, "DELETE FROM temp.arriving")


_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS arriving (
  k INTEGER PRIMARY KEY, id TEXT, folder TEXT, name TEXT, size INTEGER, mtime_ns INTEGER, mime TEXT, mtime TEXT
)
"""
_TELL_TIME = """
UPDATE temp.arriving SET mtime = strftime('%Y-%m-%dT%H:%M:%S', mtime_ns / 1000000000, 'unixepoch')
  || printf('.%06dZ', mtime_ns / 1000 % 1000000)
"""
_SOURCE = """
json_object('export_parent', folder, 'export_path', rtrim(folder, '/') || '/' || name, 'node_id', :node)
"""
_AFTER_TYPE = f"""
'mtime', mtime, 'name', name, 'size', size, 'source', {_SOURCE}, 'status', 'active', 'type', 'file'
"""
_DOCS = f"""
INSERT INTO docs (n, id, seq, kind, rev, deleted, live, tree, body)
SELECT :n + k, id, :seq + k, 'file', '1-' || lower(hex(randomblob(16))), 0, 1, NULL, CAST(
  CASE WHEN mime IS NULL THEN json_object('inode', :inode + k, {_AFTER_TYPE})
  ELSE json_object('inode', :inode + k, 'mime_type', mime, {_AFTER_TYPE}) END AS BLOB)
FROM temp.arriving ORDER BY k
"""  # noqa: S608 - parts are ours
_PLACES = "INSERT INTO places SELECT :node, folder, name, :n + k, 'active' FROM temp.arriving ORDER BY folder, name"
_FILES = """
INSERT INTO files SELECT :n + k, :node, 'active', size, mtime, mime, :inode + k FROM temp.arriving ORDER BY k
"""
_COUNTS = """
INSERT INTO counts SELECT 'file', count(*), 0, sum(length(body)) FROM docs WHERE n > :n HAVING count(*)
ON CONFLICT (kind) DO UPDATE SET live = live + excluded.live, bytes = bytes + excluded.bytes
"""
