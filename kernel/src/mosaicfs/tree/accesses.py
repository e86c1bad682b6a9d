"""When files were last read through MosaicFS: what the documents say, or what this process knows to be later."""

from __future__ import annotations

from collections.abc import Iterable

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.access import Access
from mosaicfs.model.filing import Changed, Filing
from mosaicfs.model.ids import file_id, tail_of
from mosaicfs.model.times import instant, ordered

_ACCESS = "access"


class Accesses:
    """Seconds since 1970 by file id; a file that is absent was never read."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._unwritten: dict[str, float] = {}

    def load(self, filing: Filing) -> None:
        self._last = {file: _seconds(last) for file, last in filing.access_times()}

    def apply(self, changed: Iterable[Changed]) -> set[str]:
        """The files concerned."""
        touched = set[str]()
        for each in changed:
            if each.kind != _ACCESS:
                continue
            file = file_id(tail_of(each.document.id))
            touched.add(file)
            last = None if each.document.deleted else _last_access(each)
            if last is None:
                self._last.pop(file, None)
            else:
                self._last[file] = last
                if self._unwritten.get(file, last) <= last:
                    self._unwritten.pop(file, None)
        return touched

    def tell(self, file: str, at: float) -> None:
        """Of an access whose document is not written yet."""
        self._unwritten[file] = max(at, self._unwritten.get(file, at))

    def last(self, file: str) -> float | None:
        written, unwritten = self._last.get(file), self._unwritten.get(file)
        if unwritten is None:
            return written
        return unwritten if written is None else max(written, unwritten)


def _last_access(changed: Changed) -> float | None:
    try:
        noun = wire.decode(changed.document.id, changed.document.body)
    except MalformedDocumentError:
        return None
    return _seconds(ordered(noun.last_access)) if isinstance(noun, Access) else None


def _seconds(text: str) -> float:
    return instant(text) / 1_000_000
