"""Carrying what the index counts into the standing of the node, while a crawl runs and after it."""

from __future__ import annotations

from typing import NoReturn

import trio

from mosaicfs.model.indexing import Hold, Index
from mosaicfs.model.json import Json
from mosaicfs.services.standing import NodeStanding

BETWEEN_S = 5.0


async def tell_progress(index: Index, standing: NodeStanding) -> NoReturn:
    """What is written of it, and how often, is decided by the standing. Holds wait for a person, who looks for them."""
    known: set[str] = set()
    while True:
        holds = index.holds()
        shown: list[Json] = [_shown(hold) for hold in holds]
        standing.count("crawler", {**index.counts._asdict(), "holds": shown})
        if known != (known := {hold.hold_id for hold in holds}):
            standing.hurry()
        await trio.sleep(BETWEEN_S)


def _shown(hold: Hold) -> Json:
    return {**hold._asdict(), "examples": list(hold.examples)}
