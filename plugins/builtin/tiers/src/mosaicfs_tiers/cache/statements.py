"""Running one statement. apsw is lazy: what is not fetched has not happened, so everything here is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw


def run(connection: apsw.Connection, statement: str, values: Sequence[str | int | float | bytes | None] = ()) -> None:
    connection.execute(statement, values).fetchall()


def select(
    connection: apsw.Connection, statement: str, values: Sequence[str | int | float | bytes | None] = ()
) -> list[tuple[Any, ...]]:
    """What a column holds is known where the statement stands."""
    return connection.execute(statement, values).fetchall()
