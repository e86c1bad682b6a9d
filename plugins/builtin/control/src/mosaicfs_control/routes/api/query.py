"""Asking the plugins of all nodes: full text, and whatever else they can be asked for."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from mosaicfs.model.query import Answers, Omitted, Query
from mosaicfs_control.answers import Answer, Stream, Write, json_answer
from mosaicfs_control.querying.widgets import Widget
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.finding import nodes_named
from mosaicfs_control.rest.routing import Call, Routes

routes = Routes()

NDJSON = "application/x-ndjson"


class PluginQuestion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without `node_ids`, of every node that can be asked for the capability."""

    capability: Annotated[str, Meta(pattern="^[a-z0-9_]{1,64}$")]
    query: Annotated[str, Meta(max_length=4_000)] = ""
    limit: Annotated[int, Meta(ge=1, le=500)] = 20
    timeout_s: Annotated[float, Meta(ge=0.1, le=30)] = 5.0
    node_ids: Annotated[list[str], Meta(max_length=1_000)] = []

    def question(self) -> Query:
        return Query(
            capability=self.capability,
            query=self.query,
            endpoint=self.capability,
            limit=self.limit,
            deadline_ms=round(self.timeout_s * 1000),
        )


class ShownWidgets(Struct, frozen=True):
    items: list[Widget]


@routes.on("POST", "/api/query", body=PluginQuestion, answer=Answers, access="read")
async def ask(call: Call, query: NoQuery) -> Answer:
    """Ask the plugins of all nodes at once: as they answer, a line each, with `Accept: application/x-ndjson`.

    Who did not answer in time is named, there in the last line.
    """
    asked = await call.body(PluginQuestion)
    nodes = await nodes_named(call, asked.node_ids)
    if NDJSON in call.headers.get("accept", ""):
        return _stream(call, asked.question(), nodes)
    return json_answer(await call.instance.fan_out.all(asked.question(), nodes))


def _stream(call: Call, question: Query, nodes: tuple[str, ...]) -> Stream:
    async def write_to(write: Write) -> None:
        omitted: list[Omitted] = []

        async def tell(answers: Answers) -> None:
            omitted.extend(answers.omitted)
            for envelope in answers.results:
                await write(msgspec.json.encode(envelope) + b"\n")

        with call.here.stopping.ends_the_wait():
            await call.instance.fan_out.ask(question, nodes, tell)
        await write(msgspec.json.encode({"omitted": omitted}) + b"\n")

    return Stream(write_to, NDJSON)


@routes.on("GET", "/api/widgets", answer=ShownWidgets)
async def widgets(call: Call, query: NoQuery) -> Answer:
    """List what plugins show on the dashboard, as they answered last; they are asked once a minute."""
    return json_answer(ShownWidgets(call.instance.widgets.items))
