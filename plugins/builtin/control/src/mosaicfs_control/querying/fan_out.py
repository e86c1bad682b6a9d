"""One question to all nodes that can answer it, at once, and whoever does not answer in time is named.

This machine's own agent is asked over its socket, the others over the network. What a plugin says of a file that is
not, or not any more, in the instance is left out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final, TypeAlias

import trio
from msgspec import structs

from mosaicfs.errors import MosaicError, TimedOutError
from mosaicfs.identity.authority import Authority
from mosaicfs.identity.node_keys import control_plane_key
from mosaicfs.identity.signatures import CONTROL_PLANE, KeySigner
from mosaicfs.identity.tls import client_context
from mosaicfs.model.file import File
from mosaicfs.model.json import JsonObject
from mosaicfs.model.kernel import AsksPlugins, Kernel
from mosaicfs.model.node import Node
from mosaicfs.model.query import Answers, Envelope, Omitted, Query
from mosaicfs.model.questions import NodesWithCapability
from mosaicfs_control.auth.auth import Auth
from mosaicfs_control.querying.node_line import NodeLine
from mosaicfs_control.rest.reading import noun_of, nouns_of

MORE_S: Final = 0.5
"""For the way, beyond the time that the plugins have."""
_AT_ONCE: Final = 500

Tell: TypeAlias = Callable[[Answers], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class FanOut:
    kernel: Kernel
    line: NodeLine

    async def ask(self, question: Query, node_ids: Collection[str], tell: Tell) -> None:
        """`tell` those of one node at a time, as they come; all within the time of the question and a little more.

        Without `node_ids`, every node is asked.
        """
        nodes = await self._nodes(question.capability, node_ids)
        gone = tuple(_offline(node) for node in nodes if node.status == "offline")
        asked = [node for node in nodes if node.status != "offline"]
        if gone:
            await tell(Answers(omitted=gone))
        sending, arriving = trio.open_memory_channel[Answers](len(asked))
        async with trio.open_nursery() as nursery:
            for node in asked:
                nursery.start_soon(self._ask, node, question, sending)
            for _ in asked:
                await tell(await arriving.receive())

    async def all(self, question: Query, node_ids: Collection[str] = ()) -> Answers:
        results: list[Envelope] = []
        omitted: list[Omitted] = []

        async def take(answers: Answers) -> None:
            await trio.lowlevel.checkpoint()
            results.extend(answers.results)
            omitted.extend(answers.omitted)

        await self.ask(question, node_ids, take)
        return Answers(tuple(results), tuple(omitted))

    async def _nodes(self, capability: str, node_ids: Collection[str]) -> list[Node]:
        found = await nouns_of(self.kernel.store, NodesWithCapability(capability), Node)
        nodes = [node for _, node in found if node.status != "disabled"]
        return [node for node in nodes if node.node_id in node_ids] if node_ids else nodes

    async def _ask(self, node: Node, question: Query, into: trio.MemorySendChannel[Answers]) -> None:
        limit_s = question.deadline_ms / 1000 + MORE_S
        try:
            with trio.fail_after(limit_s):
                answers = await self._shown(await self._of(node, question))
        except trio.TooSlowError:
            answers = _nothing(node, TimedOutError(node.friendly_name, limit_s))
        except MosaicError as error:
            answers = _nothing(node, error)
        into.send_nowait(answers)

    async def _of(self, node: Node, question: Query) -> Answers:
        if node.node_id == self.kernel.node_id and isinstance(self.kernel, AsksPlugins):
            return await self.kernel.ask_plugins(question)
        return _of_itself(node, await self.line.ask(node, question))

    async def _shown(self, answers: Answers) -> Answers:
        ids = sorted({file for each in answers.results for result in each.results if (file := _file_of(result))})
        known: set[str] = set()
        for start in range(0, len(ids), _AT_ONCE):
            documents = await self.kernel.store.get_many(ids[start : start + _AT_ONCE])
            files = ((document, noun_of(document, File)) for document in documents)
            known |= {document.id for document, file in files if document and file and file.status == "active"}
        return structs.replace(answers, results=tuple(_only(known, each) for each in answers.results))


def fan_out_of(kernel: Kernel, auth: Auth, authority: Authority) -> FanOut:
    """As the control plane asks: with its key, and of nodes that its authority vouches for."""
    signer = KeySigner(CONTROL_PLANE, control_plane_key(auth.files))
    return FanOut(kernel, NodeLine(auth.instance_id, signer, lambda: client_context("\n".join(authority.trusted_pem))))


def _file_of(result: JsonObject) -> str | None:
    file_id = result.get("file_id")
    return file_id if isinstance(file_id, str) else None


def _only(known: Collection[str], envelope: Envelope) -> Envelope:
    shown = tuple(result for result in envelope.results if "file_id" not in result or _file_of(result) in known)
    return structs.replace(envelope, results=shown)


def _of_itself(node: Node, answers: Answers) -> Answers:
    """A node speaks for itself alone, whatever it says."""
    return Answers(
        tuple(structs.replace(each, node_id=node.node_id) for each in answers.results),
        tuple(structs.replace(each, node_id=node.node_id) for each in answers.omitted),
    )


def _offline(node: Node) -> Omitted:
    message = f"{node.friendly_name} is offline since {node.last_heartbeat}."
    return Omitted(node_id=node.node_id, reason="offline", message=message)


def _nothing(node: Node, error: MosaicError) -> Answers:
    late = isinstance(error, TimedOutError)
    return Answers(omitted=(Omitted(node_id=node.node_id, reason="timeout" if late else "error", message=str(error)),))
