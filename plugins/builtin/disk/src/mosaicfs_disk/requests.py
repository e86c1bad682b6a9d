"""What the control plane may ask of watched folders: the same verbs as at the control socket, with less to say.

When each is begun, and that it is begun once, is the kernel's; a path outside of what is watched is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn, cast

import trio

from mosaicfs.errors import MosaicError
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.requests import TellProgress, Work
from mosaicfs_disk.verbs import Folders, Verbs

TELL_S = 1.0


class AskedWork:
    def __init__(self, keeper: Folders) -> None:
        self._keeper = keeper
        self._verbs = Verbs(keeper)
        self._index = keeper.kernel.index

    def by_kind(self) -> Mapping[str, Work]:
        return {
            "reindex": self.reindex,
            "source_poll": self.source_poll,
            "hold_confirm": self.hold_confirm,
            "path_accept": self.path_accept,
        }

    async def reindex(self, args: JsonObject, tell: TellProgress) -> JsonObject:
        """Of `path`, or of all watched folders. `rebuild_derived`: as if nothing had been seen before."""
        trouble: MosaicError | None = None
        found: JsonObject = {}
        path = args.get("path")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._tell_on, tell)
            try:
                if args.get("rebuild_derived"):
                    await self._index.relearn()
                found = await self._verbs.crawl({"path": path} if path else {})
            except MosaicError as raised:  # goes on below, not wrapped into a group by the nursery
                trouble = raised
            nursery.cancel_scope.cancel()
        if trouble is not None:
            raise trouble
        return found

    async def source_poll(self, _: JsonObject, tell: TellProgress) -> JsonObject:
        """Each watched folder by itself: one that cannot be looked at keeps nobody from the others."""
        folders = list(self._keeper.folders.values())
        crawls: list[Json] = []
        errors: list[Json] = []
        for number, folder in enumerate(folders):
            counts: JsonObject = {"planned": len(folders), "done": number - len(errors), "failed": len(errors)}
            tell({"phase": "sources", "counts": counts, "current": [folder.path]})
            try:
                crawls.append(cast(JsonObject, (await folder.crawl())._asdict()))
            except MosaicError as trouble:
                errors.append(str(trouble))
        done: JsonObject = {"planned": len(folders), "done": len(crawls), "failed": len(errors)}
        tell({"phase": "sources", "counts": done, "current": []})
        return {"crawls": crawls, "errors": errors}

    async def hold_confirm(self, args: JsonObject, _: TellProgress) -> JsonObject:
        return await self._verbs.confirm(args)

    async def path_accept(self, args: JsonObject, _: TellProgress) -> JsonObject:
        return await self._verbs.accept(args)

    async def _tell_on(self, tell: TellProgress) -> NoReturn:
        while True:
            counts = self._index.counts
            done = {"done": counts.seen, "failed": counts.errors + counts.unreadable}
            tell({"phase": counts.phase, "counts": done, "current": [counts.watch_path]})
            await trio.sleep(TELL_S)
