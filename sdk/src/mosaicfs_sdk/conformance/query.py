"""What every plugin that answers questions must do, whatever it searches.

class TestQuery(QueryConformance):
    plugin = plugin
    capability = "search"
    rich = "report"         # a question with at least three results
    empty = "zyzzyva"       # one with none

    @pytest.fixture
    async def filled(self, host): …    # put something there to be found
"""

from __future__ import annotations

from typing import ClassVar

import pytest

from mosaicfs import PluginHost
from mosaicfs.model.query import Query, QueryAnswer
from mosaicfs_sdk.conformance.annotate import strangers
from mosaicfs_sdk.conformance.suite import Suite

HARD = ('"', "(", "a AND", "OR", "-", ":", "*", "\\", "[", "name:", "\0", "a" * 3000, "𝕏 \u202e é", " ")
"""What people and programs type into a search box by mistake."""


class QueryConformance(Suite):
    """`filled` makes sure that there is something to find; without it nothing is put there."""

    hook = "query"
    capability: ClassVar[str]
    rich: ClassVar[str]
    empty: ClassVar[str]

    @pytest.fixture
    async def filled(self, host: PluginHost) -> None:
        """Before each question, on the host that is asked."""

    async def test_results_are_json_best_first(self, host: PluginHost, filled: None) -> None:
        answer = await self.ask(host, self.rich)
        assert len(answer.results) >= 3, "the rich question has too few results to say anything"
        assert [each for result in answer.results for each in strangers(result)] == []
        scores = [score for result in answer.results if isinstance(score := result.get("score"), int | float)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)

    async def test_never_more_than_the_limit(self, host: PluginHost, filled: None) -> None:
        whole = await self.ask(host, self.rich)
        for limit in (1, 2):
            cut = await self.ask(host, self.rich, limit)
            assert cut.results == whole.results[:limit]
            assert cut.total in (None, whole.total)

    async def test_the_total_counts_at_least_what_is_shown(self, host: PluginHost, filled: None) -> None:
        answer = await self.ask(host, self.rich, 1)
        assert answer.total is None or answer.total >= len(answer.results)

    async def test_nothing_found_is_an_empty_answer(self, host: PluginHost, filled: None) -> None:
        """None would say that it is not asked for such things."""
        assert (await self.ask(host, self.empty)).results == ()

    async def test_a_capability_that_it_does_not_have_is_not_its_own(self, host: PluginHost) -> None:
        reply = await host.hooks.dispatch.answer_of(
            self.name, "query", question=Query(capability="conformance_unheard_of", query=self.rich)
        )
        assert reply is None

    def test_it_says_what_it_can_be_asked_for(self, host: PluginHost) -> None:
        assert self.capability in host.hooks.capabilities()

    @pytest.mark.parametrize("text", HARD)
    async def test_whatever_is_typed_gets_an_answer(self, host: PluginHost, filled: None, text: str) -> None:
        await self.ask(host, text)
        assert host.items()[0].reason == ""

    async def test_it_is_cut_off_at_the_deadline_without_harm(self, host: PluginHost, filled: None) -> None:
        """Whoever asks goes on when the time is over; the next question is answered as ever."""
        question = Query(capability=self.capability, query=self.rich, deadline_ms=1)
        replies = await host.hooks.query(question)
        assert len(replies) == 1
        assert (await self.ask(host, self.rich)).results

    async def ask(self, host: PluginHost, text: str, limit: int = 20) -> QueryAnswer:
        replies = await host.hooks.query(Query(capability=self.capability, query=text, limit=limit))
        assert replies, "None says that the question is not its own"
        (reply,) = replies
        assert reply.error is None, reply.error
        assert reply.answer is not None
        return reply.answer
