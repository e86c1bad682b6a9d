"""What is remembered of hosted backends from one run of the agent to the next, in one small file.

Losing it costs a listing: nothing that is known of files stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from mosaicfs.services.backends.rhythm import Past
from mosaicfs.whole_file import write_whole


class Remembered(msgspec.Struct, omit_defaults=True):
    """Of one backend. `files` and `drift` are for people, `quota` as its service told it last."""

    backend: str
    full_began: float | None = None
    full_took_s: float = 0.0
    polled: float | None = None
    last_full: float | None = None
    has_cursor: bool = False
    drift: int = 0
    skipped: int = 0
    used_bytes: int | None = None
    quota_bytes: int | None = None

    @property
    def past(self) -> Past:
        return Past(self.full_began, self.full_took_s, self.polled, self.has_cursor)


class History:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _read(file)

    def of(self, name: str, backend: str) -> Remembered:
        """A backend of another type under that name has no past."""
        found = self._known.get(name)
        if found is None or found.backend != backend:
            found = self._known[name] = Remembered(backend)
        return found

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """The names of all that were ever hosted and not left, with their types."""
        return iter([(name, each.backend) for name, each in self._known.items()])

    def forget(self, name: str) -> None:
        self._known.pop(name, None)
        self.save()

    def save(self) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self._file, msgspec.json.encode(self._known))


def _read(file: Path) -> dict[str, Remembered]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Remembered])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}
