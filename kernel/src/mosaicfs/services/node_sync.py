"""Everything that a node can look at again, in one request: first where its files come from, then all its plugins.

In this order a plugin is asked about what was found just now, too. What fails of the one keeps nobody from the other.
"""

from __future__ import annotations

from functools import partial
from typing import cast

import trio

from mosaicfs.errors import MosaicError, SourceUnavailableError
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.requests import TellProgress, Work
from mosaicfs.services.requests import PAUSE_S, UNKNOWN_AFTER_S, Requests

NODE_SYNC = "node_sync"
PARTS = ("source_poll", "plugin_sync")


def answer_node_sync(requests: Requests) -> None:
    requests.answer(NODE_SYNC, partial(sync_node, requests))


async def _worker(requests: Requests, kind: str) -> Work:
    """Parts of the agent may still be starting."""
    with trio.move_on_after(UNKNOWN_AFTER_S):
        while (work := requests.worker(kind)) is None:  # noqa: ASYNC110 - looked for seldom, and found at once nearly always
            await trio.sleep(PAUSE_S)
        return work
    raise SourceUnavailableError("The agent", f"no part of it answers {kind}")


async def sync_node(requests: Requests, args: JsonObject, tell: TellProgress) -> JsonObject:
    """Their results beside each other."""
    done: dict[str, Json] = {}
    errors: list[Json] = []
    for kind in PARTS:
        try:
            work = await _worker(requests, kind)
            result = await work({"full": True} if args.get("full") is True else {}, tell)
        except MosaicError as trouble:
            errors.append(str(trouble))
            continue
        done |= {name: value for name, value in result.items() if name != "errors"}
        errors += cast("list[Json]", result.get("errors") or [])
    return {**done, "errors": errors}
