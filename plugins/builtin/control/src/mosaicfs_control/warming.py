"""A store that answers its first search slowly is asked to get ready before anybody searches."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import structlog

from mosaicfs import Store
from mosaicfs.errors import MosaicError

log = structlog.get_logger(__name__)


@runtime_checkable
class Warmable(Protocol):
    async def warm(self) -> None:
        """Return when a search costs no more than any later one."""


async def warm(store: Store) -> None:
    """Nothing depends on it: where it fails, the first search does the work and tells what is wrong."""
    if isinstance(store, Warmable):
        try:
            await store.warm()
        except MosaicError as cause:
            log.info("store_not_warmed", cause=str(cause))
