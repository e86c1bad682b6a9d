"""Other nodes ask the plugins of this one."""

import msgspec
import pytest
import trio

from mosaicfs.identity.signatures import CONTROL_PLANE
from mosaicfs.model.query import Answers, Envelope, Query
from mosaicfs_transfer.face import HandOut
from mosaicfs_transfer.questions import MOST_AT_ONCE
from plugins.builtin.transfer.tests.node import NAS, Asker, Kernel, Nas

pytestmark = pytest.mark.patient

TARGET = "/api/agent/query"
QUESTION = {"capability": "search", "query": "quarterly earnings", "limit": 3, "timeout_s": 2}


class AskedKernel(Kernel):
    """Its plugins answer what they were asked; `hold` keeps them thinking."""

    async def ask_plugins(self, question: Query) -> Answers:
        self.asked.append(question)
        if self.hold is not None:
            await self.hold.wait()
        await trio.lowlevel.checkpoint()
        found = Envelope(
            node_id=NAS,
            plugin_name="fulltext-search",
            capability=question.capability,
            description="Full text",
            took_ms=1,
            results=({"file_id": "file::x", "score": 1.0},),
        )
        return Answers((found,))

    asked: list[Query]
    hold: trio.Event | None


@pytest.fixture
async def kernel(nas: Nas) -> AskedKernel:
    await nas.stop()
    before = nas.kernel
    kernel = AskedKernel(before.places, before.store, before.content)
    kernel.asked, kernel.hold = [], None
    nas.kernel = kernel
    nas.face = HandOut(kernel)
    await nas.start()
    return kernel


async def test_a_node_and_the_control_plane_are_answered(nas: Nas, asker: Asker, kernel: AskedKernel) -> None:
    body = msgspec.json.encode(QUESTION)
    for each in (asker, Asker(nas, CONTROL_PLANE)):
        reply = await each.ask(TARGET, method="POST", body=body)
        assert reply.status == 200
        answers = msgspec.json.decode(reply.body, type=Answers)
        assert [found.plugin_name for found in answers.results] == ["fulltext-search"]
    asked = kernel.asked[0]
    assert (asked.capability, asked.query, asked.limit, asked.deadline_ms) == ("search", "quarterly earnings", 3, 2000)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"{}", 422),
        (b'{"capability": "search", "limit": 501}', 422),
        (b'{"capability": "search", "timeout_s": 31}', 422),
        (b'{"capability": "../x"}', 422),
        (b'{"capability": "search", "unknown": 1}', 422),
        (b'{"capability": "search", "query": "' + b"x" * 70_000 + b'"}', 413),
    ],
)
async def test_what_is_no_question_reaches_no_plugin(
    asker: Asker, kernel: AskedKernel, body: bytes, status: int
) -> None:
    assert (await asker.ask(TARGET, method="POST", body=body)).status == status
    assert kernel.asked == []


async def test_nobody_is_answered_without_a_signature(asker: Asker, kernel: AskedKernel) -> None:
    body = msgspec.json.encode(QUESTION)
    assert (await asker.ask(TARGET, method="POST", body=body, authorization="")).status == 401
    signed_for_another = asker.signed(TARGET, "POST", b"{}")
    assert (await asker.ask(TARGET, method="POST", body=body, authorization=signed_for_another)).status == 401
    assert (await asker.ask(TARGET)).status == 405
    assert kernel.asked == []


async def test_more_questions_than_can_be_answered_at_once_come_back_later(asker: Asker, kernel: AskedKernel) -> None:
    kernel.hold = trio.Event()
    body, seen = msgspec.json.encode(QUESTION), []

    async def ask() -> None:
        seen.append((await asker.ask(TARGET, method="POST", body=body)).status)

    async with trio.open_nursery() as nursery:
        for _ in range(MOST_AT_ONCE):
            nursery.start_soon(ask)
        while len(kernel.asked) < MOST_AT_ONCE:  # noqa: ASYNC110 - until they have arrived over the network
            await trio.sleep(0.01)
        refused = await asker.ask(TARGET, method="POST", body=body)
        kernel.hold.set()
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    assert seen == [200] * MOST_AT_ONCE
