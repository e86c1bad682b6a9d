"""Bytes of files that storage backends hold, for the tier that reads them."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.stream import ByteStream


@runtime_checkable
class Materializes(Protocol):
    """A kernel through which the plugins of backends can be asked, in whatever duty they run."""

    async def materialize(self, entry: Entry, span: Span) -> ByteStream:
        """Exactly the bytes of the span, of that version. Raises what the plugin raised, and `SourceUnavailableError`
        where nobody on this machine can produce them.
        """
