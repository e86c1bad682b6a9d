"""The call that asks the plugins of this node: a search, or what they show on the dashboard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import msgspec
import trio
from msgspec import Meta, Struct

from mosaicfs.model.kernel import AsksPlugins, Kernel
from mosaicfs.model.query import Answers, Query
from mosaicfs_transfer.answering import Answering
from mosaicfs_transfer.asking import Request
from mosaicfs_transfer.refusals import RefusalError, rate_limited

MOST_AT_ONCE = 16
AGAIN_S = 1.0


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    capability: Annotated[str, Meta(pattern="^[a-z0-9_]{1,64}$")]
    query: Annotated[str, Meta(max_length=4_000)] = ""
    limit: Annotated[int, Meta(ge=1, le=500)] = 20
    timeout_s: Annotated[float, Meta(ge=0.1, le=30)] = 5.0

    def question(self) -> Query:
        return Query(
            capability=self.capability,
            query=self.query,
            endpoint=self.capability,
            limit=self.limit,
            deadline_ms=round(self.timeout_s * 1000),
        )


@dataclass(frozen=True, slots=True)
class Questions:
    kernel: Kernel
    _turns: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(MOST_AT_ONCE))

    async def answer(self, request: Request, answering: Answering) -> None:
        if request.method != "POST":
            raise RefusalError("not_supported", "Questions are asked with POST.", headers={"allow": "POST"})
        answers = await self._answers(_asked(await request.body()).question())
        await answering.json(200, msgspec.json.encode(answers))

    async def _answers(self, question: Query) -> Answers:
        """Who asks waits for plugins, not for other questions."""
        turn = object()
        try:
            self._turns.acquire_on_behalf_of_nowait(turn)
        except trio.WouldBlock:
            raise rate_limited(f"This node answers {MOST_AT_ONCE} questions at once.", AGAIN_S) from None
        try:
            kernel = self.kernel
            return await kernel.ask_plugins(question) if isinstance(kernel, AsksPlugins) else Answers()
        finally:
            self._turns.release_on_behalf_of(turn)


def _asked(body: bytes) -> Asked:
    try:
        return msgspec.json.decode(body, type=Asked)
    except msgspec.ValidationError as wrong:
        raise RefusalError("validation_failed", f"The question cannot be taken: {wrong}.") from None
    except msgspec.DecodeError:
        raise RefusalError("invalid_request", "The question is not JSON.") from None
