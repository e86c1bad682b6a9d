"""Where a crawl sends what it finds."""

from __future__ import annotations

from typing import Protocol

from mosaicfs.model.crawling import Change


class Sink(Protocol):
    """Has no buffer: a slow database slows the crawl."""

    async def send(self, change: Change) -> None:
        """Return when the change is taken, in the order sent."""

    def progress(self) -> None:
        """Say that the crawl is alive although it has found nothing for a while."""
