"""Who could serve a file, best first.

A tier is asked only once no other can be better, for most files are served by the first that offers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import structlog
import trio

from mosaicfs.errors import MosaicError
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Keeper, Offer, Pins, Priced, Tier

OFFER_S = 1.0
"""A tier answers from memory; twenty times what it may take is a defect, and costs its offer."""

_log = structlog.get_logger(component="content")


class Offered(NamedTuple):
    tier: Tier
    offer: Offer


class Tiers:
    """What they can do is found out here, once. The first that keeps is the one that does."""

    def __init__(self, tiers: Sequence[Tier]) -> None:
        self.given = tiers
        self.by_least = sorted(((_least(tier), tier.name, tier) for tier in tiers), key=lambda each: each[:2])
        self.keeper = next((tier for tier in tiers if isinstance(tier, Keeper)), None)
        keeper: object = self.keeper
        self.pins = keeper if isinstance(keeper, Pins) else None


class Offers:
    """Of the tiers for one file, by cost, then name. `near`: only those that need no network or are ours."""

    def __init__(self, tiers: Tiers, entry: Entry, *, near: bool = False) -> None:
        self._asked = 0
        self._tiers = tiers.by_least
        self._entry = entry
        self._near = near
        self._found: list[Offered] = []

    async def next(self) -> Offered | None:
        """Asks as many as can still be better than what is known; None where nobody is left."""
        while self._asked < len(self._tiers):
            least, name, tier = self._tiers[self._asked]
            if self._found and (least, name) > _order(self._found[0]):
                break
            self._asked += 1
            offer = await _offer(tier, self._entry)
            if offer is not None and not (self._near and offer.network and not offer.is_ours):
                self._found.append(Offered(tier, offer))
                self._found.sort(key=_order)
        return self._found.pop(0) if self._found else None

    async def all(self) -> list[Offered]:
        """Those that are left."""
        found = []
        while (each := await self.next()) is not None:
            found.append(each)
        return found

    def end(self) -> None:
        """Nobody is asked any more."""
        self._asked = len(self._tiers)
        self._found.clear()


def _least(tier: Tier) -> int:
    asked: object = tier
    return asked.least_cost if isinstance(asked, Priced) else 0


def _order(offered: Offered) -> tuple[int, str]:
    return offered.offer.cost, offered.tier.name


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
