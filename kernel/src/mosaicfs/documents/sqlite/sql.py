"""Running one statement. apsw is lazy: what is not fetched has not happened, so everything here is fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, TypeAlias

import apsw

Values: TypeAlias = "Sequence[str | int | bytes | None] | Mapping[str, str | int | bytes | None]"
Row: TypeAlias = tuple[Any, ...]
"""What a column holds is known where the statement stands."""


def run(connection: apsw.Connection, statement: str, values: Values = ()) -> None:
    connection.execute(statement, values).fetchall()


def select(connection: apsw.Connection, statement: str, values: Values = ()) -> list[Row]:
    return connection.execute(statement, values).fetchall()


def one_value(connection: apsw.Connection, statement: str, values: Values = ()) -> Any:
    """The first column of the one row that there is."""
    return connection.execute(statement, values).fetchall()[0][0]


def stream(connection: apsw.Connection, statement: str, values: Values = ()) -> Iterator[Row]:
    """Row by row; a reader that leaves early leaves nothing open."""
    with closing(connection.cursor()) as cursor:
        yield from cursor.execute(statement, values)
