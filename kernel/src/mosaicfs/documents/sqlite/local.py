"""Documents that are not replicated, kept apart per caller: checkpoints, mostly."""

from __future__ import annotations

import time

import apsw

from mosaicfs.documents.sqlite import sql
from mosaicfs.errors import ConflictError
from mosaicfs.model.document import LocalDocument


def get(connection: apsw.Connection, caller: str, local_id: str) -> LocalDocument | None:
    statement = "SELECT generation, body FROM local WHERE caller = ? AND id = ?"
    for generation, body in sql.select(connection, statement, (caller, local_id)):
        return LocalDocument(local_id, f"0-{generation}", body)
    return None


def put(connection: apsw.Connection, caller: str, local_id: str, body: bytes, rev: str) -> str:
    generation = _present_generation(connection, caller, local_id, rev) + 1
    statement = "INSERT OR REPLACE INTO local VALUES (?, ?, ?, ?, ?)"
    sql.run(connection, statement, (caller, local_id, generation, body, int(time.time())))
    return f"0-{generation}"


def delete(connection: apsw.Connection, caller: str, local_id: str, rev: str) -> None:
    _present_generation(connection, caller, local_id, rev)
    sql.run(connection, "DELETE FROM local WHERE caller = ? AND id = ?", (caller, local_id))


def ids(connection: apsw.Connection, caller: str) -> list[str]:
    found = sql.select(connection, "SELECT id FROM local WHERE caller = ? ORDER BY id", (caller,))
    return [local_id for (local_id,) in found]


def _present_generation(connection: apsw.Connection, caller: str, local_id: str, rev: str) -> int:
    present = get(connection, caller, local_id)
    if rev != (present.rev if present is not None else ""):
        raise ConflictError(local_id)
    return int(present.rev.removeprefix("0-")) if present is not None else 0
