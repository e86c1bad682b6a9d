"""Lists of files: as many pages as were asked for, as a table, as paths, or as JSON."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from mosaicfs_cli import showing
from mosaicfs_cli.asking import Shown, node_names
from mosaicfs_cli.client import PAGE
from mosaicfs_cli.output import print_json, print_note, print_paths, print_table
from mosaicfs_cli.reading import items, number, part, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api, Query
    from mosaicfs_cli.options import Call


class Files:
    """The files that a call answers, page by page and no further than is looked at."""

    def __init__(self, api: Api, path: str, query: Query, most: int | None) -> None:
        asked = [*query, ("limit", str(min(most or PAGE, PAGE)))]
        pages = api.pages(path, asked)
        self.first = next(pages)
        self._pages = pages
        self._most = most

    def __iter__(self) -> Iterator[JsonObject]:
        return islice(self._each(), self._most)

    @property
    def total(self) -> int | None:
        return number(self.first, "total")

    def as_object(self) -> dict[str, object]:
        """The answer of the API, with as many items as were asked for."""
        last, taken = self.first, list(islice(items(self.first), self._most))
        while (self._most is None or len(taken) < self._most) and (page := next(self._pages, None)):
            last = page
            taken += islice(items(page), None if self._most is None else self._most - len(taken))
        answer: dict[str, object] = {**self.first, "items": taken}
        answer.pop("next_cursor", None)
        return answer | ({"next_cursor": last["next_cursor"]} if last.get("next_cursor") else {})

    def _each(self) -> Iterator[JsonObject]:
        yield from items(self.first)
        for page in self._pages:
            yield from items(page)


def print_stream(files: Files) -> None:
    """One file a line, and at the end how many there are."""
    shown = 0
    for file in files:
        print_json(file)
        shown += 1
    print_json({"end": True, "shown": shown, "total": files.total})


def print_files(call: Call, api: Api, files: Files, columns: tuple[str, ...], indent: str = "") -> int:
    """A table with these columns; how many files it has."""
    names = node_names(api.objects("/api/nodes", ()))
    shown, count = Shown(call), 0

    def rows() -> Iterator[tuple[str, ...]]:
        nonlocal count
        for file in files:
            cells = _cells(file, names, shown)
            yield tuple(cells[column] for column in columns)
            count += 1

    print_table(columns, rows(), with_header=not call.given.no_header and not indent, indent=indent, paint=shown.paint)
    return count


def print_rest(shown: int, total: int | None) -> None:
    """What was left out, beside the results."""
    if total is not None and total > shown:
        print_note(f"{showing.counted(shown)} of {showing.counted(total)}; --all for the rest")


def print_names(files: Files) -> int:
    """Paths for programs, each ended by NUL."""
    count = 0

    def paths() -> Iterator[str]:
        nonlocal count
        for file in files:
            count += 1
            yield path_of(file)

    print_paths(paths())
    return count


def path_of(file: JsonObject) -> str:
    return text(part(file, "source"), "export_path")


def _cells(file: JsonObject, names: dict[str, str], shown: Shown) -> dict[str, str]:
    node = text(part(file, "source"), "node_id")
    return {
        "name": text(file, "name"),
        "size": shown.size(number(file, "size")),
        "modified": shown.time(text(file, "mtime")),
        "node": names.get(node, node),
        "path": path_of(file),
    }
