"""Who could serve a file, best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import structlog
import trio

from mosaicfs.errors import MosaicError
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Offer, Tier

OFFER_S = 1.0
"""A tier answers from memory; twenty times what it may take is a defect, and costs its offer."""

_log = structlog.get_logger(component="content")


class Offered(NamedTuple):
    tier: Tier
    offer: Offer


async def offers(tiers: Sequence[Tier], entry: Entry, *, near: bool = False) -> list[Offered]:
    """By cost, then name. `near`: only those that need no network."""
    found = [Offered(tier, offer) for tier in tiers if (offer := await _offer(tier, entry)) is not None]
    fit = [each for each in found if not (near and each.offer.network)]
    return sorted(fit, key=lambda each: (each.offer.cost, each.tier.name))


async def _offer(tier: Tier, entry: Entry) -> Offer | None:
    """What goes wrong in one tier is no reason to do without the others."""
    with trio.move_on_after(OFFER_S):
        try:
            return await tier.offer(entry)
        except MosaicError as error:
            _log.info("tier makes no offer", tier=tier.name, file_id=entry.file_id, cause=str(error))
        except Exception:  # noqa: BLE001 - whatever a tier stumbles over, the reader may have another
            _log.exception("tier failed to make an offer", tier=tier.name, file_id=entry.file_id)
        return None
    _log.warning("tier took too long to make an offer", tier=tier.name, file_id=entry.file_id, limit_s=OFFER_S)
    return None
