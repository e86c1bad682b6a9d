"""How many active files lie directly in each folder, so that folders are found without a look at the files.

A row is there exactly as long as its folder has such files; `odd` of them have names that no directory can show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, TypeAlias

import apsw

from mosaicfs.model.names import showable

Place: TypeAlias = tuple[str, str, str, int, str]
"""A row of `places`."""

TABLE: Final = (
    "CREATE TABLE folders (node TEXT, path TEXT, files INTEGER, odd INTEGER, PRIMARY KEY (node, path)) WITHOUT ROWID;"
)


def change(connection: apsw.Connection, went: Iterable[Place | None], came: Iterable[Place | None]) -> None:
    """Keep the table in step with `places`: once a folder, however many of its files have changed."""
    files: defaultdict[tuple[str, str], int] = defaultdict(int)
    odd: defaultdict[tuple[str, str], int] = defaultdict(int)
    for by, places in ((-1, went), (1, came)):
        for place in places:
            if place is not None and place[4] == "active":
                folder = place[:2]
                files[folder] += by
                if not showable(place[2]):
                    odd[folder] += by
    changed = [(*folder, by, odd.get(folder, 0)) for folder, by in files.items() if by or folder in odd]
    connection.executemany(_ADD, changed)
    connection.executemany(_DELETE_EMPTY, [(node, path) for node, path, by, _ in changed if by < 0])


ODD: Final = f"""
(name IN ('', '.', '..') OR name GLOB '*[{chr(1)}-{chr(31)}{chr(127)}/]*' OR instr(CAST(name AS BLOB), x'00') > 0)
"""
"""`not showable(name)`. A pattern ends at a NUL, so that one is looked for by itself."""
FROM_PLACES: Final = f"""
SELECT node, parent, count(*), sum({ODD}) FROM places WHERE status = 'active' GROUP BY node, parent
"""  # noqa: S608 - parts are ours
_MORE: Final = "ON CONFLICT (node, path) DO UPDATE SET files = files + excluded.files, odd = odd + excluded.odd"
FROM_ARRIVING: Final = f"""
INSERT INTO folders SELECT :node, folder, count(*), sum({ODD}) FROM temp.arriving WHERE true GROUP BY folder {_MORE}
"""  # noqa: S608 - parts are ours
_ADD: Final = f"INSERT INTO folders VALUES (?, ?, ?, ?) {_MORE}"  # noqa: S608 - parts are ours
_DELETE_EMPTY: Final = "DELETE FROM folders WHERE node = ? AND path = ? AND files = 0"
