"""A source to try a crawling or materializing plugin on, as its author describes it to the suites."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from mosaicfs.model.crawling import Source


class Place(Protocol):
    """The other side of the plugin: a folder, a mailbox, a fake of a service. Names have no `/` at their beginning."""

    @property
    def source(self) -> Source: ...

    def put(self, name: str, content: bytes) -> None:
        """Make a file there, or another version of it."""

    def remove(self, name: str) -> None: ...

    def fail_after(self, listed: int) -> None:
        """From now on the place breaks off after so many entries of a listing, until `mend`."""

    def mend(self) -> None: ...


@runtime_checkable
class MovingPlace(Place, Protocol):
    """One that gives a file an id that outlives its name. In a bucket the name is the id, so nothing can be moved."""

    def move(self, name: str, to: str) -> None: ...
