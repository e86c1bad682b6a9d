"""Events as callers follow them: polls, streams, and what ends both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import h11
import httpx
import msgspec
import pytest
import trio

from mosaicfs_control.rest.routing import Instance
from plugins.builtin.control.tests.api.conftest import Served
from plugins.builtin.control.tests.api.seeds import Put, file, file_id, notification

STREAM = {"accept": "text/event-stream"}


class Frames:
    """The events of one stream. httpx leaves generators behind when nobody reads to the end, so this speaks h11."""

    def __init__(self, socket: trio.SocketStream) -> None:
        self._socket = socket
        self._http = h11.Connection(h11.CLIENT)
        self._text = b""

    async def ask(self, path: str, headers: Mapping[str, str]) -> None:
        asked = h11.Request(method="GET", target=path, headers=list({"host": "localhost", **headers}.items()))
        await self._socket.send_all((self._http.send(asked) or b"") + (self._http.send(h11.EndOfMessage()) or b""))
        answer = await self._event()
        assert isinstance(answer, h11.Response)
        assert answer.status_code == 200
        assert dict(answer.headers)[b"content-type"] == b"text/event-stream"

    async def next(self) -> Any:
        """The next event, None at the end; comments are skipped."""
        with trio.fail_after(10):
            while b"\n\n" not in self._text:
                event = await self._event()
                if isinstance(event, h11.EndOfMessage):
                    return None
                assert isinstance(event, h11.Data)
                self._text += event.data
        frame, _, self._text = self._text.partition(b"\n\n")
        lines = dict(line.split(b": ", 1) for line in frame.split(b"\n") if not line.startswith(b":"))
        return msgspec.json.decode(lines[b"data"]) if lines else await self.next()

    async def _event(self) -> Any:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._socket.receive_some())
        return event


Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Frames]]


@pytest.fixture
def following(served: Served, tmp_path: Path) -> Follow:
    """`following("?types=…", {header: value})`; with `network=True` over TCP."""

    @asynccontextmanager
    async def follow(
        query: str = "", headers: Mapping[str, str] | None = None, *, network: bool = False
    ) -> AsyncIterator[Frames]:
        if network:
            url = served.network.base_url
            socket = await trio.open_tcp_stream(url.host, url.port or 0)
            host = f"{url.host}:{url.port}"
        else:
            opened = await trio.open_unix_socket(str(tmp_path / "run" / "api.sock"))
            assert isinstance(opened, trio.SocketStream)
            socket, host = opened, "localhost"
        async with socket:
            frames = Frames(socket)
            await frames.ask(f"/api/events{query}", {**STREAM, "host": host, **(headers or {})})
            yield frames

    return follow


async def published(instance: Instance, count: int, kind: str = "activity") -> None:
    numbers = [instance.events.publish(kind, {"n": n}) for n in range(count)]
    with trio.fail_after(10):
        await instance.events.wait_beyond(numbers[-1] - 1)


async def test_a_poll_answers_what_came_after_a_number(api: httpx.AsyncClient, instance: Instance) -> None:
    await published(instance, 3)
    page = (await api.get("/api/events?since=0&limit=2")).json()
    assert ([event["id"] for event in page["items"]], page["last"], page["oldest"]) == ([1, 2], 2, 1)
    page = (await api.get(f"/api/events?since={page['last']}")).json()
    assert ([event["id"] for event in page["items"]], page["last"]) == ([3], 3)
    assert set(page["items"][0]) == {"id", "type", "time", "data"}


async def test_a_poll_waits_for_what_happens_next(
    api: httpx.AsyncClient, instance: Instance, nursery: trio.Nursery
) -> None:
    answers: list[Any] = []

    async def ask() -> None:
        answers.append((await api.get("/api/events?timeout_s=60&since=0&types=job.changed")).json())
        answered.set()

    answered = trio.Event()
    await published(instance, 2)
    nursery.start_soon(ask)
    await trio.testing.wait_all_tasks_blocked(0.1)
    assert not answers
    await published(instance, 1, "job.changed")
    with trio.fail_after(10):
        await answered.wait()
    assert [event["id"] for event in answers[0]["items"]] == [3]


@pytest.mark.parametrize("since", [0, 99])
async def test_a_poll_beyond_what_is_kept_says_so(api: httpx.AsyncClient, instance: Instance, since: int) -> None:
    await published(instance, 3)
    instance.events._oldest = 3
    answer = await api.get(f"/api/events?since={since}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "events_expired")
    assert answer.json()["error"]["detail"] == {"oldest": 3, "last": 3}


@pytest.mark.parametrize("query", ["?types=weather", "?since=-1", "?limit=0", "?timeout_s=61", "?colour=1"])
async def test_a_filter_is_never_ignored(api: httpx.AsyncClient, query: str) -> None:
    assert (await api.get(f"/api/events{query}")).status_code == 422


async def test_a_header_that_is_no_number_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.get("/api/events", headers={**STREAM, "last-event-id": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


async def test_a_stream_goes_on_where_the_browser_was(following: Follow, instance: Instance) -> None:
    await published(instance, 3)
    async with following(headers={"last-event-id": "1"}) as frames:
        assert (await frames.next())["type"] == "hello"
        assert [(await frames.next())["id"] for _ in range(2)] == [2, 3]
        await published(instance, 1)
        assert (await frames.next())["id"] == 4


async def test_what_is_written_to_the_store_reaches_the_stream(following: Follow, put: Put) -> None:
    async with following("?types=files.changed,notification.changed") as frames:
        await frames.next()
        await put({file_id(77): file("/home/ana/new.txt")})
        event = await frames.next()
        assert (event["type"], event["node_id"], event["data"]["added"]) == ("files.changed", "node-laptop", 1)
        await put({"notification::node-nas::x": notification("error", last_seen="2026-01-15T14:30:00Z")})
        event = await frames.next()
        assert event["data"]["notification_id"] == "node-nas::x"


async def test_a_job_is_told_without_its_errors(following: Follow, instance: Instance) -> None:
    async with following("?types=job.changed&node_id=node-nas") as frames:
        await frames.next()
        await instance.jobs.create("reindex", {}, "owner", "node-laptop")
        job = await instance.jobs.create("reindex", {}, "owner", "node-nas")
        event = await frames.next()
        assert event["data"]["job_id"] == job.job_id
        assert "errors" not in event["data"]


async def test_an_eleventh_stream_of_one_principal_is_too_many(api: httpx.AsyncClient, following: Follow) -> None:
    async with trio.open_nursery() as nursery:

        async def follow(task_status: trio.TaskStatus[None]) -> None:
            async with following() as frames:
                await frames.next()
                task_status.started()
                await trio.sleep_forever()

        for _ in range(10):
            await nursery.start(follow)
        answer = await api.get("/api/events", headers=STREAM)
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")
        assert int(answer.headers["retry-after"]) >= 1
        nursery.cancel_scope.cancel()


async def test_a_stream_of_a_key_that_is_disabled_ends_with_a_word(
    network: httpx.AsyncClient, api: httpx.AsyncClient, following: Follow
) -> None:
    made = (await api.post("/api/credentials", json={"name": "phone", "scope": "read"})).json()
    login = {"access_key_id": made["key_id"], "secret_key": made["secret_key"]}
    token = (await network.post("/api/auth/login", json=login)).json()["token"]
    async with following("?types=activity", {"authorization": f"Bearer {token}"}, network=True) as frames:
        assert (await frames.next())["type"] == "hello"
        await api.patch(f"/api/credentials/{made['key_id']}", json={"enabled": False})
        assert (await frames.next())["type"] == "session.revoked"
        assert await frames.next() is None


async def test_a_server_that_stops_says_so_to_its_streams(following: Follow, instance: Instance) -> None:
    async with following() as frames:
        assert (await frames.next())["type"] == "hello"
        instance.stopping.begin()
        assert (await frames.next())["type"] == "shutdown"
        assert await frames.next() is None


async def test_a_head_of_a_stream_ends(api: httpx.AsyncClient) -> None:
    answer = await api.head("/api/events", headers=STREAM)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")
