"""One question to the plugins of all nodes: over TLS to real doors of nodes, and to the agent of this machine."""

import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import h11
import httpx
import msgspec
import pytest
import trio

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.identity.authority import Authority, csr
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import control_plane_key, public_text
from mosaicfs.identity.private_keys import tls_key
from mosaicfs.identity.signatures import audience, fits_ed25519, parsed
from mosaicfs.model.json import JsonObject
from mosaicfs.model.query import Answers, Envelope, Omitted, Query
from mosaicfs_control.querying.fan_out import FanOut
from mosaicfs_control.querying.widgets import MISSES, Widgets
from mosaicfs_control.rest.routing import Instance
from plugins.builtin.control.tests.api.seeds import HERE, REPORT, Put, file, file_id, node

GONE = file_id(4_711)
SEARCH = {"capability": "search", "query": "quarterly earnings"}


def found(node_id: str, *results: JsonObject, plugin: str = "fulltext-search") -> Answers:
    """As a node answers."""
    envelope = Envelope(
        node_id=node_id,
        plugin_name=plugin,
        capability="search",
        description="Full text",
        took_ms=3,
        total=len(results),
        results=results,
    )
    return Answers((envelope,))


@dataclass
class Door:
    """A node's own server with a certificate of the instance: it checks the signature and answers as it is told."""

    node_id: str
    instance: Instance
    port: int = 0
    answer: Callable[[Query], Awaitable[Answers]] | None = None
    status: int = 200
    body: bytes | None = None
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def serve(self, trust: ssl.SSLContext, task_status: trio.TaskStatus[list[trio.SocketListener]]) -> None:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        self.port = listeners[0].socket.getsockname()[1]

        async def meet(stream: trio.SocketStream) -> None:
            try:
                await self._converse(trio.SSLStream(stream, trust, server_side=True, https_compatible=True))
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return

        await trio.serve_listeners(meet, listeners, task_status=task_status)

    async def _converse(self, stream: trio.SSLStream[trio.SocketStream]) -> None:
        http, body, head = h11.Connection(h11.SERVER), b"", None
        while not isinstance(event := http.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                http.receive_data(bytes(await stream.receive_some()))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.ConnectionClosed):
                return
        assert head is not None
        answer = await self._answered(dict(head.headers), body)
        sent = [(b"content-length", str(len(answer)).encode())]
        parts = (h11.Response(status_code=self.status, headers=sent), h11.Data(data=answer), h11.EndOfMessage())
        await stream.send_all(b"".join(http.send(part) or b"" for part in parts))

    async def _answered(self, headers: dict[bytes, bytes], body: bytes) -> bytes:
        signed = parsed(headers[b"authorization"].decode())
        key = public_text(control_plane_key(self.instance.auth.files))
        who = audience(self.instance.instance_id, self.node_id)
        assert fits_ed25519(signed, key, "POST", "/api/agent/query", who)
        asked = json.loads(body)
        self.heard.append(asked)
        if self.body is not None:
            return self.body
        assert self.answer is not None
        return msgspec.json.encode(await self.answer(Query(capability=asked["capability"])))


MakeDoor = Callable[[str], Awaitable[Door]]


@pytest.fixture
async def door(instance: Instance, put: Put, nursery: trio.Nursery) -> AsyncIterator[MakeDoor]:
    """Put up the node of this name, with its server, and its document that says where it is."""

    async def make(node_id: str, *, others: tuple[str, ...] = ()) -> Door:
        made = Door(node_id, instance)
        await nursery.start(made.serve, _certificates(instance.authority, instance.auth.files, node_id))
        address = f"127.0.0.1:{made.port}"
        transfer: JsonObject = {"endpoint": address, "endpoints": [*others, address], "protocol": "https"}
        await put({f"node::{node_id}": node(node_id, capabilities=["search"], transfer=transfer)})
        return made

    yield make
    nursery.cancel_scope.cancel()


def _certificates(authority: Authority, files: KeyFiles, node_id: str) -> ssl.SSLContext:
    there = KeyFiles(files.place("doors") / node_id)
    there.write("node.crt", authority.node_certificate(csr(tls_key(there, "node.key")), node_id).encode())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(there.place("node.crt"), there.place("node.key"))
    return context


async def answers_with(answers: Answers) -> Answers:
    await trio.lowlevel.checkpoint()
    return answers


async def never(question: Query) -> Answers:
    await trio.sleep_forever()
    raise AssertionError


async def test_nobody_who_can_be_asked_is_an_empty_answer(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/query", json=SEARCH)
    assert (answer.status_code, answer.json()) == (200, {"results": [], "omitted": []})


async def test_all_nodes_are_asked_at_once_and_signed_for(api: httpx.AsyncClient, door: MakeDoor) -> None:
    nas, attic = await door("node-nas"), await door("node-attic")
    nas.answer = lambda question: answers_with(found("node-nas", {"file_id": REPORT, "score": 1.0}))
    attic.answer = lambda question: answers_with(found("node-attic", {"author": "Ana"}))
    answer = (await api.post("/api/query", json={**SEARCH, "limit": 7, "timeout_s": 3})).json()
    assert sorted(each["node_id"] for each in answer["results"]) == ["node-attic", "node-nas"]
    assert answer["omitted"] == []
    assert nas.heard == [{**SEARCH, "limit": 7, "timeout_s": 3.0}]


async def test_files_that_nobody_knows_any_more_are_not_shown(api: httpx.AsyncClient, door: MakeDoor, put: Put) -> None:
    await put({GONE: file("/home/ana/gone.txt", status="deleted", deleted_at="2026-02-01T00:00:00Z")})
    nas = await door("node-nas")
    free: JsonObject = {"title": "not about a file"}
    results: tuple[JsonObject, ...] = (
        {"file_id": GONE},
        {"file_id": REPORT, "score": 0.5},
        {"file_id": file_id(999)},
        {"file_id": 5},
        free,
    )
    nas.answer = lambda question: answers_with(found("node-nas", *results))
    (envelope,) = (await api.post("/api/query", json=SEARCH)).json()["results"]
    assert envelope["results"] == [{"file_id": REPORT, "score": 0.5}, free]


async def test_who_does_not_answer_in_time_is_named_and_costs_nobody_else(
    api: httpx.AsyncClient, door: MakeDoor, put: Put
) -> None:
    nas, slow = await door("node-nas"), await door("node-slow")
    nas.answer = lambda question: answers_with(found("node-nas"))
    slow.answer = never
    await put(
        {
            "node::node-off": node("node-off", capabilities=["search"], status="offline"),
            "node::node-out": node("node-out", capabilities=["search"], status="disabled"),
            "node::node-mute": node("node-mute", capabilities=["search"]),
        }
    )
    answer = (await api.post("/api/query", json={**SEARCH, "timeout_s": 0.3})).json()
    assert [each["node_id"] for each in answer["results"]] == ["node-nas"]
    omitted = {each["node_id"]: each["reason"] for each in answer["omitted"]}
    assert omitted == {"node-slow": "timeout", "node-off": "offline", "node-mute": "error"}


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (401, b"{}", "control plane"),
        (404, b"{}", "Update"),
        (500, b"", "500"),
        (200, b"{", "truncated"),
        (200, b"[]", ""),
    ],
)
async def test_a_node_that_answers_badly_is_named(
    api: httpx.AsyncClient, door: MakeDoor, status: int, body: bytes, word: str
) -> None:
    nas = await door("node-nas")
    nas.status, nas.body = status, body
    (omitted,) = (await api.post("/api/query", json=SEARCH)).json()["omitted"]
    assert (omitted["node_id"], omitted["reason"]) == ("node-nas", "error")
    assert word in omitted["message"]


async def test_a_node_is_found_behind_addresses_that_lead_elsewhere(
    api: httpx.AsyncClient, door: Any, put: Put
) -> None:
    """One where nobody listens, and one of another node, which cannot prove to be this one."""
    other = await door("node-other")
    nas = await door("node-nas", others=("127.0.0.1:9", f"127.0.0.1:{other.port}"))
    nas.answer = lambda question: answers_with(found("node-nas"))
    answer = (await api.post("/api/query", json={**SEARCH, "node_ids": ["node-nas"]})).json()
    assert [each["node_id"] for each in answer["results"]] == ["node-nas"]
    assert other.heard == []


async def test_a_node_speaks_for_itself_alone(api: httpx.AsyncClient, door: MakeDoor) -> None:
    nas = await door("node-nas")
    lie = found("node-laptop")
    lie = replace_omitted(lie, Omitted(node_id="node-laptop", reason="error", message="no"))
    nas.answer = lambda question: answers_with(lie)
    answer = (await api.post("/api/query", json=SEARCH)).json()
    assert {each["node_id"] for each in (*answer["results"], *answer["omitted"])} == {"node-nas"}


def replace_omitted(answers: Answers, *omitted: Omitted) -> Answers:
    return Answers(answers.results, omitted)


async def test_lines_come_as_the_nodes_answer(api: httpx.AsyncClient, door: MakeDoor) -> None:
    nas, slow = await door("node-nas"), await door("node-slow")
    nas.answer = lambda question: answers_with(found("node-nas"))
    slow.answer = never
    asked = {**SEARCH, "timeout_s": 0.5}
    async with api.stream("POST", "/api/query", json=asked, headers={"accept": "application/x-ndjson"}) as answer:
        assert answer.headers["content-type"] == "application/x-ndjson"
        lines = [json.loads(line) async for line in answer.aiter_lines()]
    assert lines[0]["plugin_name"] == "fulltext-search"
    assert [each["node_id"] for each in lines[-1]["omitted"]] == ["node-slow"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"query": "x"},
        {**SEARCH, "limit": 0},
        {**SEARCH, "limit": 501},
        {**SEARCH, "timeout_s": 60},
        {**SEARCH, "capability": "A b"},
        {**SEARCH, "node_ids": ["node-nobody"]},
        {**SEARCH, "more": 1},
    ],
)
async def test_a_question_that_is_wrong_is_refused(api: httpx.AsyncClient, wrong: JsonObject) -> None:
    assert (await api.post("/api/query", json=wrong)).status_code == 422


class OwnAgent:
    """The kernel of the control plane, with an agent beside it."""

    def __init__(self, kernel: Any, answers: Answers | None) -> None:
        self._kernel = kernel
        self.answers = answers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernel, name)

    async def ask_plugins(self, question: Query) -> Answers:
        await trio.lowlevel.checkpoint()
        if self.answers is None:
            raise SourceUnavailableError("The agent of this machine", "it does not run")
        return self.answers


async def test_the_agent_of_this_machine_is_asked_without_the_network(instance: Instance, put: Put) -> None:
    await put({f"node::{HERE}": node(HERE, capabilities=["search"])})
    kernel = OwnAgent(instance.kernel, found(HERE, {"file_id": REPORT}))
    fan_out = FanOut(kernel, instance.fan_out.line)
    assert [each.node_id for each in (await fan_out.all(Query(capability="search"))).results] == [HERE]
    kernel.answers = None
    (omitted,) = (await fan_out.all(Query(capability="search"))).omitted
    assert "does not run" in omitted.message


def shown(status: str = "healthy", **data: str) -> Answers:
    envelope = found(HERE, {"status": status, "description": "Index", "data": data}).results[0]
    return Answers((replace_capability(envelope),))


def replace_capability(envelope: Envelope) -> Envelope:
    return msgspec.structs.replace(envelope, capability="dashboard_widget")


async def test_widgets_keep_what_was_answered_last(instance: Instance, put: Put) -> None:
    await put({f"node::{HERE}": node(HERE, capabilities=["dashboard_widget"])})
    kernel = OwnAgent(instance.kernel, shown(**{f"{n:02}": "x" * 300 for n in range(25)}))
    widgets = Widgets(FanOut(kernel, instance.fan_out.line))
    await widgets.look()
    (widget,) = widgets.items
    (result,) = widget.results
    assert (result["status"], result["description"], widget.silent) == ("healthy", "Index", False)
    data = result["data"]
    assert isinstance(data, dict)
    assert (len(data), set(map(len, map(str, data.values())))) == (20, {200})
    kernel.answers = None
    for _ in range(MISSES):
        await widgets.look()
    (silent,) = widgets.items
    assert (silent.silent, silent.description, silent.results) == (
        True,
        f"no answer since {widget.fetched_at}",
        (result,),
    )
    kernel.answers = shown()
    await widgets.look()
    assert not widgets.items[0].silent
    kernel.answers = Answers()
    await widgets.look()
    assert widgets.items == []


async def test_widgets_are_listed(api: httpx.AsyncClient) -> None:
    assert (await api.get("/api/widgets")).json() == {"items": []}
