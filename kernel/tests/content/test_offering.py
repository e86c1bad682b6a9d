"""Tiers are asked in the order in which they could serve, and no further than somebody needs."""

from __future__ import annotations

from dataclasses import dataclass, field

import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from kernel.tests.content.faulty import FaultyTier
from mosaicfs.content.offering import Offers, Tiers
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Handle, Offer, Tier

ENTRY = Entry(file_id="file::1", node_id="node-a", export_path="/a", name="a", size=1, mtime="2026-01-15T14:30:00Z")


@dataclass(slots=True)
class Offering:
    """It says what it costs at least, and may offer for more."""

    name: str
    least_cost: int
    more: int | None = 0
    network: bool = False
    asked: int = 0

    @property
    def cost(self) -> int:
        return self.least_cost

    async def offer(self, entry: Entry) -> Offer | None:
        self.asked += 1
        await trio.lowlevel.checkpoint()
        return None if self.more is None else Offer(self.least_cost + self.more, network=self.network)

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        raise AssertionError("nobody opens anything here")


class Prompt(Offering):
    def offer_now(self, entry: Entry) -> Offer | None:
        self.asked += 1
        return None if self.more is None else Offer(self.least_cost + self.more, network=self.network)

    async def offer(self, entry: Entry) -> Offer | None:
        return self.offer_now(entry)

    def open_now(self, entry: Entry, offer: Offer) -> None:
        raise AssertionError("nobody opens anything here")


@dataclass(slots=True)
class Unpriced:
    """It says nothing of the kind, and offers for less than it usually does."""

    name: str
    offers: int
    cost: int = 900
    asked: list[str] = field(default_factory=list)

    async def offer(self, entry: Entry) -> Offer | None:
        self.asked.append(entry.file_id)
        return Offer(self.offers)

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        raise AssertionError("nobody opens anything here")


def offering(number: int, facts: tuple[int, int | None, bool, bool]) -> Offering:
    least, more, network, is_prompt = facts
    return (Prompt if is_prompt else Offering)(f"tier{number}", least, more, network)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 5), st.booleans(), st.booleans()), max_size=6),
    st.lists(st.integers(0, 10), max_size=2),
    st.booleans(),
)
def test_all_that_is_offered_comes_by_cost_then_name(
    priced: list[tuple[int, int | None, bool, bool]], unpriced: list[int], near: bool
) -> None:
    known = [offering(number, facts) for number, facts in enumerate(priced)]
    odd = [Unpriced(f"odd{number}", cost) for number, cost in enumerate(unpriced)]

    async def ask() -> list[tuple[int, str]]:
        found = await Offers(Tiers([*known, *odd]), ENTRY, near=near).all()
        return [(each.offer.cost, each.tier.name) for each in found]

    costs = [(each.least_cost + each.more, each.name, each.network) for each in known if each.more is not None]
    costs += [(each.offers, each.name, False) for each in odd]
    assert trio.run(ask) == sorted((cost, name) for cost, name, network in costs if not (near and network))


async def test_who_cannot_be_better_is_not_asked_before_the_others_have_failed() -> None:
    near, dear, far = Offering("near", 100), Offering("dear", 200, more=500), Offering("far", 600)
    offers = Offers(Tiers([far, dear, near]), ENTRY)
    found = []
    while (each := await offers.next()) is not None:
        found.append((each.tier.name, near.asked, dear.asked, far.asked))
    assert found == [("near", 1, 0, 0), ("far", 1, 1, 1), ("dear", 1, 1, 1)]


async def test_who_stumbles_at_once_loses_its_offer_and_nobody_else() -> None:
    class Stumbling(Prompt):
        def offer_now(self, entry: Entry) -> Offer | None:
            raise KeyError("the test says so")

    with capture_logs() as told:
        found = await Offers(Tiers([Stumbling("a", 100), Prompt("b", 200), Offering("c", 300)]), ENTRY).all()
    assert [each.tier.name for each in found] == ["b", "c"]
    assert [(each["tier"], each["log_level"]) for each in told] == [("a", "error")]


async def test_who_does_not_say_what_it_costs_at_least_is_always_asked() -> None:
    usual, odd = Offering("usual", 100), Unpriced("odd", 50)
    tiers: list[Tier] = [usual, odd]
    first = await Offers(Tiers(tiers), ENTRY).next()
    assert first is not None
    assert (first.tier.name, usual.asked) == ("odd", 0)


async def test_after_the_end_nobody_is_asked() -> None:
    tier = FaultyTier("near", 100, b"")
    offers = Offers(Tiers([tier]), ENTRY)
    offers.end()
    assert await offers.next() is None


async def test_who_does_not_answer_loses_its_offer_and_nobody_else(autojump_clock: trio.testing.MockClock) -> None:
    class Hanging(Offering):
        async def offer(self, entry: Entry) -> Offer | None:
            await trio.sleep_forever()

    tiers = [Offering("a", 100, more=None), Hanging("b", 200), Offering("c", 300), Offering("d", 400)]
    with capture_logs() as told:
        assert [each.tier.name for each in await Offers(Tiers(tiers), ENTRY).all()] == ["c", "d"]
    assert [each["tier"] for each in told] == ["b"]
