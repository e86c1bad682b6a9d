"""The same POST with the same key has one effect, whatever happens in between."""

from __future__ import annotations

import gzip
import json
from collections.abc import Awaitable, Callable

import httpx
import pytest
import trio

from mosaicfs.errors import StoreBusyError
from mosaicfs.model.store import Store
from mosaicfs_control.answers import Answer, Ready, json_answer
from mosaicfs_control.rest import replays
from mosaicfs_control.rest.refusals import ApiError
from mosaicfs_control.rest.replays import Asked, Replays, asked
from mosaicfs_sdk.fakes.store import MemoryStore
from plugins.builtin.control.tests.api.seeds import REPORT

LOOKUP = "/api/files/lookup"


def effect(done: list[int], answer: Ready | None = None) -> Callable[[], Awaitable[Answer]]:
    async def run() -> Answer:
        await trio.lowlevel.checkpoint()
        done.append(len(done))
        return answer or json_answer({"job_id": f"job-{len(done)}"}, 202, {"location": f"/api/jobs/{len(done)}"})

    return run


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


async def test_a_repeated_request_gets_the_stored_answer(api: httpx.AsyncClient) -> None:
    body, headers = {"file_ids": [REPORT]}, {"idempotency-key": "k-1"}
    first = await api.post(LOOKUP, json=body, headers=headers)
    again = await api.post(LOOKUP, json=body, headers=headers)
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert first.headers["content-type"] == again.headers["content-type"]
    assert ("idempotent-replay" in first.headers, again.headers["idempotent-replay"]) == (False, "true")
    assert first.headers["x-request-id"] != again.headers["x-request-id"]
    without = await api.post(LOOKUP, json=body)
    assert "idempotent-replay" not in without.headers


async def test_a_key_belongs_to_one_path_and_body(api: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "k-1"}
    assert (await api.post(LOOKUP, json={"file_ids": [REPORT]}, headers=headers)).status_code == 200
    other = await api.post(LOOKUP, json={"file_ids": []}, headers=headers)
    assert other.status_code == 422
    assert other.json()["error"]["detail"]["fields"][0]["field"] == "Idempotency-Key"
    packed = gzip.compress(json.dumps({"file_ids": [REPORT]}, separators=(",", ":")).encode())
    same = await api.post(
        LOOKUP, content=packed, headers={**headers, "content-encoding": "gzip", "content-type": "application/json"}
    )
    assert same.headers["idempotent-replay"] == "true"


@pytest.mark.parametrize("key", ["", "a b", "x" * 65, "é"])
async def test_a_key_that_is_none_is_refused(api: httpx.AsyncClient, key: str) -> None:
    sent = [("idempotency-key", key.encode("latin-1"))]
    answer = await api.post(LOOKUP, json={"file_ids": []}, headers=sent)  # type: ignore[arg-type]  # httpx takes bytes
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


async def test_a_refusal_may_be_tried_again_with_another_body(api: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "k-1"}
    assert (await api.post(LOOKUP, json={"file_id": []}, headers=headers)).status_code == 422
    assert (await api.post(LOOKUP, json={"file_ids": []}, headers=headers)).status_code == 200


async def test_a_get_takes_no_notice_of_a_key(api: httpx.AsyncClient) -> None:
    for _ in range(2):
        answer = await api.get("/api/nodes", headers={"idempotency-key": "k-1"})
        assert (answer.status_code, "idempotent-replay" in answer.headers) == (200, False)


async def test_an_effect_happens_once_also_after_a_restart(store: Store) -> None:
    done: list[int] = []
    request = asked("owner", "k", "/api/jobs", b"{}")
    first = await Replays(store).once(request, "", effect(done))
    again = await Replays(store).once(request, "", effect(done))
    assert isinstance(first, Ready)
    assert isinstance(again, Ready)
    assert done == [0]
    assert (again.status, again.body, again.headers["location"]) == (202, first.body, "/api/jobs/1")
    other = asked("MOSAICFS_00", "k", "/api/jobs", b"{}")
    await Replays(store).once(other, "", effect(done))
    assert done == [0, 1]


async def test_while_the_first_runs_the_second_is_told_so(store: Store, nursery: trio.Nursery) -> None:
    begun, go = trio.Event(), trio.Event()
    kept, request = Replays(store), asked("owner", "k", "/a", b"")

    async def slow() -> Answer:
        begun.set()
        await go.wait()
        return json_answer({})

    nursery.start_soon(kept.once, request, "", slow)
    await begun.wait()
    with pytest.raises(ApiError, match="still runs") as running:
        await kept.once(request, "", slow)
    assert (running.value.code, running.value.detail) == ("conflict", {"reason": "still_running"})
    with pytest.raises(ApiError, match="another request"):
        await kept.once(asked("owner", "k", "/b", b""), "", slow)
    go.set()


async def test_one_that_failed_may_be_tried_again(store: Store) -> None:
    kept, request, done = Replays(store), asked("owner", "k", "/a", b""), list[int]()

    async def fails() -> Answer:
        raise StoreBusyError(1.0)

    with pytest.raises(StoreBusyError):
        await kept.once(request, "", fails)
    await kept.once(request, "", effect(done, Ready(b"", 503)))
    await kept.once(request, "", effect(done))
    await kept.once(request, "", effect(done))
    assert done == [0, 1]


async def test_a_secret_is_not_kept(store: Store) -> None:
    kept, request, done = Replays(store), asked("owner", "k", "/api/credentials", b""), list[int]()
    answer = json_answer({"key_id": "MOSAICFS_12", "secret_key": "mosaicfs_hush"}, 201)
    await kept.once(request, "key_id", effect(done, answer))
    with pytest.raises(ApiError, match="MOSAICFS_12") as again:
        await Replays(store).once(request, "key_id", effect(done))
    assert (again.value.code, again.value.detail) == ("conflict", {"reason": "secret_shown_once", "id": "MOSAICFS_12"})
    assert done == [0]
    for local_id in await store.local_ids("replays"):
        found = await store.local_get("replays", local_id)
        assert found is not None
        assert b"hush" not in found.body


async def test_an_answer_is_kept_for_a_day_and_then_removed(store: Store) -> None:
    clock, done = Clock(), list[int]()
    kept, request = Replays(store, clock), asked("owner", "k", "/a", b"")
    for hours, expected in ((0, [0]), (23, [0]), (1.1, [0, 1]), (1, [0, 1])):
        clock.now += hours * 3600
        await kept.once(request, "", effect(done))
        assert done == expected
    assert len(await store.local_ids("replays")) == 1


async def test_what_is_kept_has_bounds(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "MOST_KEPT", 5)
    clock, done = Clock(), list[int]()
    kept = Replays(store, clock)
    requests = [asked("owner", f"k{number}", "/a", b"") for number in range(12)]
    for request in requests:
        clock.now += 1
        await kept.once(request, "", effect(done))
    assert len(await store.local_ids("replays")) == 5
    await Replays(store, clock).once(requests[-5], "", effect(done))
    assert len(done) == 12
    await Replays(store, clock).once(requests[-6], "", effect(done))
    assert len(done) == 13


@pytest.mark.allow_log("an answer could not be kept")
async def test_what_has_happened_is_answered_although_it_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    store, done = MemoryStore(), list[int]()

    async def busy(*given: object) -> str:
        raise StoreBusyError(1.0)

    monkeypatch.setattr(store, "local_put", busy)
    answer = await Replays(store).once(Asked("n", "d"), "", effect(done))
    assert isinstance(answer, Ready)
    assert answer.status == 202


async def test_what_has_happened_is_kept_although_the_server_stops(store: Store) -> None:
    done: list[int] = []
    request = asked("owner", "k", "/a", b"")
    with trio.CancelScope() as scope:

        async def run() -> Answer:
            answer = await effect(done)()
            scope.cancel()
            return answer

        await Replays(store).once(request, "", run)
    await Replays(store).once(request, "", effect(done))
    assert done == [0]
