"""What the plugins of this node answer to one question, each with its name and its time, and who did not answer."""

from __future__ import annotations

from dataclasses import dataclass

from mosaicfs.errors import MosaicError, TimedOutError
from mosaicfs.model.query import Answers, Envelope, Omitted, Query, QueryAnswer
from mosaicfs.plugin_host.dispatch import Reply
from mosaicfs.plugin_host.hooks import Hooks

MOST = 500
"""Results of one plugin, whatever it sends."""


@dataclass(frozen=True, slots=True)
class Answering:
    node_id: str
    hooks: Hooks

    async def ask(self, question: Query) -> Answers:
        replies = await self.hooks.query(question)
        envelopes = [self._envelope(question, each) for each in replies if each.answer is not None]
        omitted = [omission(self.node_id, each.error, each.plugin) for each in replies if each.error is not None]
        return Answers(tuple(envelopes), tuple(omitted))

    def _envelope(self, question: Query, reply: Reply[QueryAnswer]) -> Envelope:
        assert reply.answer is not None
        return Envelope(
            node_id=self.node_id,
            plugin_name=reply.plugin,
            capability=question.capability,
            description=reply.answer.description,
            took_ms=round(reply.took_s * 1000),
            total=reply.answer.total,
            results=reply.answer.results[: min(question.limit, MOST)],
        )


def omission(node_id: str, error: MosaicError, plugin: str | None = None) -> Omitted:
    reason = "timeout" if isinstance(error, TimedOutError) else "error"
    return Omitted(node_id=node_id, plugin_name=plugin, reason=reason, message=str(error))  # type: ignore[arg-type]
