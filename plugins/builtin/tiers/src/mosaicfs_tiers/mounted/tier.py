"""A tier over folders that show other nodes' files. Which kinds of folders are its own is all that tells the two apart.

What it offers rests on documents and on how the folders answered before; only `open` touches one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from os.path import realpath

import structlog

from mosaicfs import OpenFile
from mosaicfs.errors import MosaicError, PathRefusedError, SourceUnavailableError
from mosaicfs.model.declared import Declared
from mosaicfs.model.entry import Entry
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.tier import Offer
from mosaicfs_tiers.mounted.declared import Declarations
from mosaicfs_tiers.mounted.doubting import Doubted
from mosaicfs_tiers.mounted.handle import ShownFile
from mosaicfs_tiers.mounted.opening import open_shown

OPEN_S = 3.0

log = structlog.get_logger(component="mounted")


class MountedTier:
    """`synced` chooses between folders of cloud programs and everything else that is mounted."""

    def __init__(self, name: str, cost: int, kernel: Kernel, *, synced: bool) -> None:
        self.name = name
        self.cost = self.least_cost = cost
        self._kernel = kernel
        self._synced = synced
        self._declarations = Declarations(kernel.store, kernel.node_id)
        self._doubted: dict[str, Doubted] = {}

    async def offer(self, entry: Entry) -> Offer | None:
        places = await self._places(entry)
        if not places:
            return None
        first = places[0]
        if self._synced or first.is_near:
            return Offer(self.cost, reason=f"{first.local_path} shows it")
        return Offer(self.cost, network=True, reason=f"it is mounted at {first.local_path}", where=entry.node_id)

    async def open(self, entry: Entry, offer: Offer) -> ShownFile:
        """In the first folder that has it; what kept the first from it is told where none has."""
        errors: list[MosaicError] = []
        for place in await self._places(entry):
            try:
                return ShownFile(await self._opened(place, entry), entry)
            except PathRefusedError as refused:
                log.warning("a path is not served", path=refused.path, file_id=entry.file_id, cause=refused.cause)
                errors.append(refused)
            except MosaicError as error:
                errors.append(error)
        raise errors[0] if errors else SourceUnavailableError(entry.node_id, "no folder here shows its files now")

    def report(self) -> JsonObject:
        suspect: list[Json] = [path for path, doubted in self._doubted.items() if doubted.is_left_alone]
        return {"suspect_mounts": suspect}

    async def _places(self, entry: Entry) -> list[Declared]:
        """Nothing for a file of this machine itself, of which the local tier knows what may be served."""
        if entry.node_id == self._kernel.node_id and entry.backend is None:
            return []
        try:
            covering = await self._declarations.covering(entry)
        except PathRefusedError:
            return []
        return list(self._answering(covering))

    def _answering(self, places: list[Declared]) -> Iterator[Declared]:
        for place in places:
            if place.is_synced == self._synced and (place.is_near or not self._doubt(place).is_left_alone):
                yield place

    async def _opened(self, place: Declared, entry: Entry) -> OpenFile:
        opening = partial(open_shown, place, entry, self._own())
        if place.is_near:
            return opening(None)
        doubted = self._doubt(place)
        with doubted.judging():
            return await doubted.calls.run(partial(opening, doubted.calls), OPEN_S, place.local_path, OpenFile.close)

    def _doubt(self, place: Declared) -> Doubted:
        return self._doubted.setdefault(place.local_path, Doubted())

    def _own(self) -> list[str]:
        places = self._kernel.places
        return [realpath(each) for each in (places.state_dir, places.cache_dir, places.runtime_dir, places.plugins_dir)]
