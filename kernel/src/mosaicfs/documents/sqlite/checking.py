"""A look at a database file that changes nothing in it: for whoever wants to know whether it is whole."""

from __future__ import annotations

from pathlib import Path

from mosaicfs.documents.sqlite import schema
from mosaicfs.documents.sqlite.opening import connect, speaking_sqlite
from mosaicfs.errors import StoreCorruptError, StoreForeignError

CACHE_KIB = 8_192


def check_database(path: Path) -> None:
    """Return when it is ours and SQLite finds no fault in its pages; else raise what opening it would raise.

    Reads the whole file, also while it is in use.
    """
    with speaking_sqlite(path):
        connection = connect(path, cache_kib=CACHE_KIB, readonly=True)
        try:
            if connection.pragma("application_id") != schema.APPLICATION_ID:
                raise StoreForeignError(path, "another program made it")
            found = connection.execute("PRAGMA quick_check(1)").get
        finally:
            connection.close()
    if found != "ok":
        raise StoreCorruptError(path, str(found).splitlines()[0])
