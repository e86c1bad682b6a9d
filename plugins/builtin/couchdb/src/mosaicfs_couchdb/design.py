"""The indexes that the driver keeps in the database, as design documents named `mosaicfs-*`.

Mango indexes narrow down the questions about types that grow with the number of files. They order strings as CouchDB
does, so they only ever narrow down: what is an answer and in which order is decided by the question itself. Views count
what would otherwise have to be read whole.
"""

from __future__ import annotations

from typing import Final

from mosaicfs.model.json import JsonObject
from mosaicfs_couchdb.answers import IdAnswers
from mosaicfs_couchdb.server import Server

DESIGN: Final = "_design/"
AFTER_DESIGN: Final = "_design0"
NUMBER: Final = 1
"""Counted up when an index changes; it is part of the names, so that an older program finds its own."""

INDEXES: Final[dict[str, tuple[str, ...]]] = {
    "owner": ("type", "source.node_id"),
    "path": ("type", "source.node_id", "source.export_path"),
    "parent": ("type", "source.node_id", "source.export_parent"),
    "size": ("type", "size"),
    "mtime": ("type", "mtime"),
    "mime": ("type", "mime_type"),
    "inode": ("inode",),
    "digest": ("type", "digest"),
    "migrated": ("type", "migrated_from.node_id", "migrated_from.export_path"),
    "deleted": ("type", "deleted_at"),
    "plugin": ("type", "plugin_name"),
    "access": ("type", "last_access"),
    "target": ("type", "target_name"),
}

_COUNTS = """function (doc) {
  function text(value) { return typeof value === 'string' ? value : ''; }
  emit([text(doc.type), text(doc.status)], null);
}"""
_LABELS = """function (doc) {
  if (doc.type === 'label_assignment' || (doc.type === 'label_rule' && doc.enabled === true)) {
    (doc.labels || []).forEach(function (label) { emit(label, null); });
  }
}"""
_CONFLICTS = "function (doc) { if (doc._conflicts) { emit(doc._id, null); } }"


def _name(what: str) -> str:
    return f"mosaicfs-{what}-{NUMBER}"


def view_path(view: str) -> str:
    return f"/{DESIGN}{_name('views')}/_view/{view}"


async def missing_designs(server: Server) -> list[str]:
    """Names of indexes, and `views`, that the database does not have."""
    found = await server.read(IdAnswers, "GET", "/_all_docs", startkey=f'"{DESIGN}"', endkey=f'"{AFTER_DESIGN}"')
    there = {row.key for row in found.rows}
    return [what for what in (*INDEXES, "views") if DESIGN + _name(what) not in there]


async def put_designs(server: Server) -> None:
    """Those that are missing. CouchDB builds them when they are first asked."""
    for what in await missing_designs(server):
        if what == "views":
            await server.ask("PUT", f"/{DESIGN}{_name(what)}", _VIEWS)
        else:
            index = {"fields": list(INDEXES[what])}
            await server.ask("POST", "/_index", {"index": index, "ddoc": _name(what), "name": what, "type": "json"})


_VIEWS: Final[JsonObject] = {
    "language": "javascript",
    "views": {
        "counts": {"map": _COUNTS, "reduce": "_count"},
        "labels": {"map": _LABELS, "reduce": "_count"},
        "conflicts": {"map": _CONFLICTS},
    },
}
