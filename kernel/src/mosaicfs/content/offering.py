"""Who could serve a file, best first.

A tier is asked only once no other can be better, for most files are served by the first that offers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, TypeAlias

import structlog
import trio

from mosaicfs.errors import MosaicError
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Gathers, Keeper, Offer, Pins, Priced, Prompt, Tier

OFFER_S = 1.0
"""A tier answers from memory; twenty times what it may take is a defect, and costs its offer."""

_log = structlog.get_logger(component="content")


class Offered(NamedTuple):
    tier: Tier
    offer: Offer
    prompt: Prompt | None = None
    """The tier itself, if it is."""


class Tiers:
    """What they can do is found out here, once. The first that keeps is the one that does."""

    def __init__(self, tiers: Sequence[Tier]) -> None:
        self.given = tiers
        self.by_least = sorted(((_least(tier), tier.name, tier) for tier in tiers), key=lambda each: each[:2])
        self.prompt = {name: seen for _, name, tier in self.by_least if (seen := _prompt(tier)) is not None}
        self.gathering = {name: able for _, name, tier in self.by_least if (able := _gathering(tier)) is not None}
        self.keeper = next((tier for tier in tiers if isinstance(tier, Keeper)), None)
        keeper: object = self.keeper
        self.pins = keeper if isinstance(keeper, Pins) else None


OfMany: TypeAlias = dict[tuple[str, str], Offer | None]
"""What tiers that gather have offered, by their name and the node: it is the same for all files of that node."""


class Offers:
    """Of the tiers for one file, by cost, then name. `near`: only those that need no network or are ours.

    `of_many` is shared by those for many files that are asked about at once.
    """

    def __init__(self, tiers: Tiers, entry: Entry, *, near: bool = False, of_many: OfMany | None = None) -> None:
        self._asked = 0
        self._gathering: Collection[str] = tiers.gathering if of_many is not None else ()
        self._of_many: OfMany = {} if of_many is None else of_many
        self._tiers = tiers.by_least
        self._prompt = tiers.prompt
        self._entry = entry
        self._near = near
        self._found: list[Offered] = []

    async def next(self) -> Offered | None:
        """Asks as many as can still be better than what is known; None where nobody is left."""
        self._ask_prompt()
        while self._may_be_better() and await self._is_held_up():
            name = self._tiers[self._asked - 1][1]
            _log.warning("tier took too long to make an offer", tier=name, file_id=self._entry.file_id, limit_s=OFFER_S)
        return self._found.pop(0) if self._found else None

    async def _is_held_up(self) -> bool:
        """Whether the one that was asked last does not answer. There is one limit for a few: to set one costs more
        than an offer does.
        """
        with trio.move_on_after(OFFER_S) as scope:
            await self._ask()
        return scope.cancelled_caught

    def _may_be_better(self) -> bool:
        """The one that is to be asked next."""
        if self._asked == len(self._tiers):
            return False
        return not self._found or self._tiers[self._asked][:2] <= _order(self._found[0])

    def _ask_prompt(self) -> None:
        """Those that are next and do not wait."""
        while self._may_be_better():
            _, name, tier = self._tiers[self._asked]
            if (prompt := self._prompt.get(name)) is None:
                break
            self._asked += 1
            self._take(tier, _offer_now(name, prompt, self._entry))

    async def _ask(self) -> None:
        while self._may_be_better():
            _, name, tier = self._tiers[self._asked]
            self._asked += 1
            self._take(tier, await self._offer(name, tier))

    def _take(self, tier: Tier, offer: Offer | None) -> None:
        if offer is not None and not (self._near and offer.network and not offer.is_ours):
            self._found.append(Offered(tier, offer, self._prompt.get(tier.name)))
            self._found.sort(key=_order)

    async def _offer(self, name: str, tier: Tier) -> Offer | None:
        if name not in self._gathering:
            return await _offer(tier, self._entry)
        key = name, self._entry.node_id
        if key not in self._of_many:
            self._of_many[key] = await _offer(tier, self._entry)
        return self._of_many[key]

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


def _gathering(tier: Tier) -> Gathers | None:
    asked: object = tier
    return asked if isinstance(asked, Gathers) else None


def _prompt(tier: Tier) -> Prompt | None:
    asked: object = tier
    return asked if isinstance(asked, Prompt) else None


def _order(offered: Offered) -> tuple[int, str]:
    return offered.offer.cost, offered.tier.name


async def _offer(tier: Tier, entry: Entry) -> Offer | None:
    """What goes wrong in one tier is no reason to do without the others."""
    try:
        return await tier.offer(entry)
    except Exception as trouble:  # noqa: BLE001 - whatever a tier stumbles over, the reader may have another
        _tell(tier.name, entry, trouble)
    return None


def _offer_now(name: str, prompt: Prompt, entry: Entry) -> Offer | None:
    try:
        return prompt.offer_now(entry)
    except Exception as trouble:  # noqa: BLE001 - as above
        _tell(name, entry, trouble)
    return None


def _tell(name: str, entry: Entry, trouble: Exception) -> None:
    if isinstance(trouble, MosaicError):
        _log.info("tier makes no offer", tier=name, file_id=entry.file_id, cause=str(trouble))
    else:
        _log.error("tier failed to make an offer", tier=name, file_id=entry.file_id, exc_info=trouble)
