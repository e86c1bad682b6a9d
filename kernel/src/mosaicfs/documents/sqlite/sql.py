"""Running one statement. apsw is lazy: what is not fetched has not happened, so everything here is fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache
from itertools import chain
from typing import Any, Final, TypeAlias

import apsw

Values: TypeAlias = "Sequence[str | float | bytes | None] | Mapping[str, str | float | bytes | None]"
Row: TypeAlias = tuple[Any, ...]
"""What a column holds is known where the statement stands."""


ROWS_A_STATEMENT: Final = (500, 50)
"""Each step of a statement gives the interpreter's lock away and has to wait until the event loop lets go of it again.
So as many rows as there are go into one step: then the writing thread and the loop really run side by side."""


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


def insert(connection: apsw.Connection, into: str, rows: Sequence[Row]) -> None:
    """`into` is `INSERT INTO table (columns)`, or `REPLACE INTO …`; all rows have the same width."""
    done = 0
    for size in ROWS_A_STATEMENT:
        while len(rows) - done >= size:
            part = rows[done : done + size]
            run(connection, _insertion(into, len(part[0]), size), tuple(chain.from_iterable(part)))
            done += size
    if done < len(rows):
        connection.executemany(_insertion(into, len(rows[0]), 1), rows[done:])


def matching(connection: apsw.Connection, statement: str, values: Sequence[str] | Sequence[int]) -> Iterator[Row]:
    """Rows of a statement that ends in `IN`, for any number of values."""
    most, few = ROWS_A_STATEMENT
    size = most if len(values) > few else few
    for start in range(0, len(values), size):
        part = values[start : start + size]
        yield from select(connection, f"{statement} {_places(size)}", (*part, *[None] * (size - len(part))))


@cache
def _insertion(into: str, width: int, count: int) -> str:
    return f"{into} VALUES {','.join([_places(width)] * count)}"


@cache
def _places(count: int) -> str:
    return f"({','.join('?' * count)})"
