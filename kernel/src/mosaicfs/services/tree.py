"""The tree of one process: its evaluator, over the store, for all who ask at once.

One evaluation at a time, in the store's reading thread. Whoever asks while the same question waits for its turn shares
the answer; one that is being answered already is not joined, for it may be older than what the asker has written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import time
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import trio

from mosaicfs.errors import NotShownError, UnsupportedError
from mosaicfs.model.configuration import TreeSettings
from mosaicfs.model.filing import Filed, Filing
from mosaicfs.model.pin import PinScope
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock
from mosaicfs.model.tree import (
    Directory,
    Disturbed,
    Draft,
    Explanation,
    GivenLabel,
    Inherited,
    Listing,
    Preview,
    Shown,
    TreeState,
    Walked,
)

if TYPE_CHECKING:
    from mosaicfs.tree.evaluator import Evaluator

T = TypeVar("T")

AT_ONCE: Final = 64
"""Listings that one way to the thread pays for; whoever else asks waits for no more than these."""


@dataclass(eq=False, slots=True)
class _Shared:
    """An evaluation that waits for its turn, and what came of it."""

    over: trio.Event = field(default_factory=trio.Event)
    answer: Any = None
    trouble: Exception | None = None
    is_answered: bool = False


class LocalTree:
    """`model.tree.Tree`. Nothing is read, nor the evaluator loaded, before the first question."""

    def __init__(self, store: Store, settings: TreeSettings | None = None, clock: Clock = time) -> None:
        self._store = store
        self._settings = settings or TreeSettings()
        self._clock = clock
        self._one_at_a_time = trio.Lock()
        self._waiting: dict[tuple[str, str], _Shared] = {}
        self._evaluator: Evaluator | None = None

    # --- answers -------------------------------------------------------------------------------------------------

    async def listing(self, path: str) -> Listing:
        return await self._shared(("listing", path), lambda tree, filing: tree.listing(filing, path))

    async def listings(self, paths: Sequence[str]) -> list[Listing | None]:
        found: list[Listing | None] = []
        for start in range(0, len(paths), AT_ONCE):
            found += await self._evaluated(partial(_listings, paths=paths[start : start + AT_ONCE]))
        return found

    async def walk(self, paths: Sequence[str], most: int, brief: str = "") -> Walked:
        return await self._evaluated(lambda tree, filing: tree.walk(filing, paths, most, brief))

    async def look_up(self, path: str) -> Shown:
        return await self._shared(("look_up", path), lambda tree, filing: tree.look_up(filing, path))

    async def directory(self, path: str) -> Directory:
        return await self._evaluated(lambda tree, filing: _directory(tree, filing, path))

    async def paths_of(self, file_id: str, limit: int = 20) -> list[str]:
        return await self._evaluated(lambda tree, filing: tree.paths_of(filing, file_id, limit))

    def require_sound(self, scope: PinScope) -> None:
        from mosaicfs.tree.scoped import require_sound  # noqa: PLC0415 - as the evaluator

        require_sound(scope)

    async def within(self, scope: PinScope) -> list[str]:
        from mosaicfs.tree.scoped import files_within  # noqa: PLC0415 - as the evaluator

        self.require_sound(scope)
        if scope.path is None:
            return await self._evaluated(lambda tree, filing: files_within(tree, filing, scope))
        return await self._below(scope.path.rstrip("/") or "/")

    async def _below(self, path: str) -> list[str]:
        """What is listed, a few directories at a time, so that others are answered in between."""
        from mosaicfs.tree.directories import MOSAIC  # noqa: PLC0415 - as the evaluator

        try:
            top = await self.look_up(path)
        except NotShownError:
            return []
        if top.file_id is not None:
            return [top.file_id]
        found: set[str] = set()
        waiting = [path]
        while waiting:
            paths, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            for listing in await self.listings(paths):
                entries = listing.entries if listing is not None else ()
                above = listing.path.rstrip("/") if listing is not None else ""
                found |= {each.file_id for each in entries if each.file_id is not None}
                below = (f"{above}/{each.name}" for each in entries if each.kind == "directory")
                waiting += [each for each in below if each != MOSAIC]
        return sorted(found)

    async def labels_of(self, file_ids: Sequence[str]) -> list[tuple[GivenLabel, ...]]:
        return await self._evaluated(lambda tree, filing: _labels_of(tree, filing, file_ids))

    async def state(self) -> TreeState:
        return await self._evaluated(lambda tree, filing: tree.state(filing))

    async def disturbed(self) -> Disturbed:
        return await self._evaluated(lambda tree, filing: tree.disturbed(filing))

    async def explain(self, path: str | None = None, file_id: str | None = None) -> list[Explanation]:
        from mosaicfs.tree.explaining import explain  # noqa: PLC0415 - as the evaluator

        return await self._evaluated(lambda tree, filing: explain(tree, filing, path, file_id))

    async def preview(self, path: str, draft: Draft, *, timeout_s: float | None = None) -> Preview:
        """In slices, between which others have their turn."""
        from mosaicfs.services.directory_edits import edited  # noqa: PLC0415 - as the evaluator
        from mosaicfs.tree.directory_rules import composed  # noqa: PLC0415 - as the evaluator
        from mosaicfs.tree.previewing import Previewing, before_draft  # noqa: PLC0415 - as the evaluator

        def begin(tree: Evaluator, filing: Filing) -> Previewing:
            return Previewing(tree, edited(before_draft(tree, filing, composed(path)), draft))

        end = trio.current_time() + (self._settings.preview_timeout_s if timeout_s is None else timeout_s)
        previewing = await self._evaluated(begin)
        while not await self._evaluated(lambda _, filing: previewing.go_on(filing)):
            if trio.current_time() >= end:
                break
        return previewing.preview()

    # --- evaluations ---------------------------------------------------------------------------------------------

    async def _shared(self, key: tuple[str, str], work: Callable[[Evaluator, Filing], T]) -> T:
        while (shared := self._waiting.get(key)) is not None:
            await shared.over.wait()
            if shared.trouble is not None:
                raise shared.trouble.with_traceback(None)
            if shared.is_answered:
                return cast(T, shared.answer)
        return await self._led(key, work)

    async def _led(self, key: tuple[str, str], work: Callable[[Evaluator, Filing], T]) -> T:
        """For all who come before its turn. If the one who leads is cancelled, another one leads."""
        shared = self._waiting[key] = _Shared()
        try:
            async with self._one_at_a_time:
                del self._waiting[key]
                answer = await self._filed(work)
            shared.answer, shared.is_answered = answer, True
        except Exception as trouble:
            shared.trouble = trouble
            raise
        finally:
            if self._waiting.get(key) is shared:
                del self._waiting[key]
            shared.over.set()
        return answer

    async def _evaluated(self, work: Callable[[Evaluator, Filing], T]) -> T:
        async with self._one_at_a_time:
            return await self._filed(work)

    async def _filed(self, work: Callable[[Evaluator, Filing], T]) -> T:
        if not isinstance(self._store, Filed):
            raise UnsupportedError("The tree over this kind of store")
        evaluator = self._evaluator = self._evaluator or self._new_evaluator()
        return await self._store.filed(lambda filing: work(evaluator, filing))

    def _new_evaluator(self) -> Evaluator:
        from mosaicfs.tree.evaluator import Evaluator  # noqa: PLC0415 - duties that show no tree do without

        settings = self._settings
        return Evaluator(cache_bytes=settings.cache_bytes, clock=self._clock, show_mosaic=settings.show_mosaic)


def _listings(tree: Evaluator, filing: Filing, paths: Sequence[str]) -> list[Listing | None]:
    return [_listing_or_none(tree, filing, path) for path in paths]


def _listing_or_none(tree: Evaluator, filing: Filing, path: str) -> Listing | None:
    try:
        return tree.listing(filing, path)
    except NotShownError:
        return None


def _directory(tree: Evaluator, filing: Filing, path: str) -> Directory:
    with tree.asking(filing):
        directories = tree.knowledge.directories
        known = directories.at(path)
        if known is None or not known.rev:
            raise NotShownError(path)
        above = [each.document for each in directories.enforcing(path)]
    inherited = (
        Inherited(each.virtual_path, each.steps, tuple((mount.mount_id, mount.steps) for mount in each.mounts))
        for each in above
    )
    return Directory(known.document, known.rev, tuple(inherited))


def _labels_of(tree: Evaluator, filing: Filing, file_ids: Sequence[str]) -> list[tuple[GivenLabel, ...]]:
    with tree.asking(filing) as asking:
        labels = asking.known_labels
        given = {row.file_id: labels.given(row) for row in filing.rows_of(file_ids)}
    return [given.get(each, ()) for each in file_ids]
