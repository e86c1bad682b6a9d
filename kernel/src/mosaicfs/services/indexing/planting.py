"""Folders of which nothing is known, put into documents and memory by the thousand.

Most of a first crawl is these. Who sends a folder tells each file's facts in a row; the store makes documents of rows
by itself, and the memory takes the same rows. Nothing is decided a file, because there is nothing that it could have
been.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import trio

from mosaicfs.model.crawling import Change, Listed, Source
from mosaicfs.model.ids import file_id, new_uuids
from mosaicfs.model.json import LAST_EXACT
from mosaicfs.model.store import NewFile, Plants
from mosaicfs.services.indexing.describing import DISK
from mosaicfs.services.indexing.identity import Known
from mosaicfs.services.indexing.intake import Intake
from mosaicfs.services.indexing.memory import Learned


class ListedFolder(NamedTuple):
    """A folder that was read to its end, as a plugin sends it."""

    path: str
    files: Sequence[Change | Listed]
    mark: bytes

    @property
    def changes(self) -> Iterator[Change]:
        return (file.at(self.path) if isinstance(file, Listed) else file for file in self.files)


class Announced(NamedTuple):
    """Files that are new beyond doubt, with their ids, and the marks of their folders."""

    rows: Sequence[Known]
    marks: Mapping[str, bytes]
    intention: int | None


@dataclass(frozen=True, slots=True)
class Planting:
    intake: Intake

    async def plots(
        self, source: Source, folders: Sequence[ListedFolder], disturbed: AbstractSet[str]
    ) -> tuple[list[ListedFolder], list[ListedFolder]]:
        """Folders of plain files of which nothing whatever is known, and the others."""
        if source.backend != DISK or not isinstance(self.intake.store, Plants):
            return [], list(folders)
        plain = [folder for folder in folders if folder.path not in disturbed and _is_plain(folder)]
        known = await self.intake.memory.holding([folder.path for folder in plain])
        suspects = await self._known_identities(plain) if self.intake.memory.knows_identities else set()
        plots = [
            folder
            for folder in plain
            if folder.path not in known and not (suspects and any(file.native_id in suspects for file in folder.files))
        ]
        taken = {folder.path for folder in plots}
        return plots, [folder for folder in folders if folder.path not in taken]

    async def _known_identities(self, folders: Sequence[ListedFolder]) -> set[str | None]:
        asked = [file.native_id for folder in folders for file in folder.files if file.native_id is not None]
        return {row.native_id for row in await self.intake.memory.with_native_ids(asked)}

    async def announce(self, plots: Sequence[ListedFolder]) -> Announced:
        """Draw ids for all files, and let it be known on disk that documents of these are to come."""
        ids = map(file_id, new_uuids(sum(len(folder.files) for folder in plots)))
        rows = [
            Known(folder.path, file.name, next(ids), file.size, file.mtime_ns, file.native_id, file.mime_type or "")
            for folder in plots
            for file in folder.files
            if isinstance(file, Listed)
        ]
        marks = {folder.path: folder.mark for folder in plots}
        intention = (
            await self.intake.patiently(partial(self.intake.memory.intend, [row.file_id for row in rows]))
            if rows
            else None
        )
        return Announced(rows, marks, intention)

    async def plant(self, announced: Announced) -> int:
        """Put documents there, and remember them. Returns how many."""
        rows, marks, intention = announced
        await self.intake.patiently(partial(self._plant, rows, marks))
        if intention is not None:
            self.intake.memory.fulfil(intention)
        return len(rows)

    async def _plant(self, rows: Sequence[Known], marks: Mapping[str, bytes]) -> None:
        """Both at once: each has a file and a thread of its own, and what was announced is looked after in any case."""
        store, memory = self.intake.store, self.intake.memory
        assert isinstance(store, Plants)
        files = [NewFile(row.file_id, row.folder, row.name, row.size, row.mtime_ns, row.face or None) for row in rows]
        await both(
            partial(store.plant, self.intake.node_id, files),
            partial(memory.learn, Learned((), rows, marks)),
        )


def _is_plain(folder: ListedFolder) -> bool:
    """Whether each file is one that a store can make a document of by itself."""
    return all(
        isinstance(file, Listed) and 0 <= file.mtime_ns < 2**63 and file.size <= LAST_EXACT for file in folder.files
    )


async def both(first: Callable[[], Awaitable[None]], second: Callable[[], Awaitable[None]]) -> None:
    """Side by side, both to their ends. Raises what the first that failed has raised."""
    troubles: list[Exception] = []

    async def heard(part: Callable[[], Awaitable[None]]) -> None:
        try:
            await part()
        except Exception as trouble:  # noqa: BLE001 - raised below, not wrapped into a group by the nursery
            troubles.append(trouble)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(heard, first)
        await heard(second)
    if troubles:
        raise troubles[0]
