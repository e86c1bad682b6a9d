"""What a caller hears when the store fails: the kind of trouble and when to come again, never what is inside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from mosaicfs.errors import StoreBusyError, StoreFullError, StoreUnreachableError, ThrottledError
from mosaicfs.model.document import ChangePage, Document, StoreInfo, Written
from mosaicfs.model.role import CONTROL, Role
from mosaicfs.model.store import Store
from mosaicfs_sdk.fakes.store import MemoryStore

SECRET = "/home/somebody/secret.db"


class FailingStore(MemoryStore):
    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self.failure = failure

    async def info(self, role: Role = CONTROL) -> StoreInfo:
        raise self.failure

    async def write(self, docs: Sequence[Document], *, writer: Role, new_edits: bool = True) -> list[Written]:
        raise self.failure

    async def changes(self, since: str, limit: int, *, descending: bool = False, bodies: bool = False) -> ChangePage:
        if since == "0":
            return await super().changes(since, limit, descending=descending, bodies=bodies)
        raise self.failure

    async def wait_until_changed(self, since: str, timeout_s: float) -> bool:
        raise self.failure


@pytest.mark.parametrize(
    ("failure", "retry_after"),
    [
        (StoreBusyError(10), "2"),
        (ThrottledError("it", 6.5), "7"),
        (StoreUnreachableError(SECRET, "refused"), "2"),
        (StoreFullError(Path(SECRET)), "60"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_trouble_that_passes_is_told_with_a_time_to_come_again(
    failure: Exception,
    retry_after: str,
    serve: Callable[[Store], Awaitable[str]],
    client: Callable[..., httpx.AsyncClient],
) -> None:
    caller = client("control", at=await serve(FailingStore(failure)))
    with capture_logs() as logged:
        for answer in (
            await caller.get("/mosaicfs"),
            await caller.post("/mosaicfs/_bulk_docs", json={"docs": [{"_id": "w", "type": "widget"}]}),
            await caller.get("/mosaicfs/_changes?since=1"),
        ):
            assert (answer.status_code, answer.json()["error"]) == (503, "service_unavailable")
            assert answer.headers["retry-after"] == retry_after
            assert SECRET not in answer.text
    assert [(line["event"], line["log_level"]) for line in logged] == [("request_put_off", "warning")] * 3


async def test_a_failure_of_ours_is_in_the_log_under_the_id_that_the_caller_gets(
    serve: Callable[[Store], Awaitable[str]], client: Callable[..., httpx.AsyncClient]
) -> None:
    caller = client("control", at=await serve(FailingStore(RuntimeError(SECRET))))
    with capture_logs() as logged:
        answer = await caller.get("/mosaicfs")
    assert (answer.status_code, answer.json()["error"]) == (500, "internal_server_error")
    assert SECRET not in answer.text
    [line] = logged
    assert line["request_id"] == answer.headers["x-request-id"]
    assert str(line["exc_info"]) == SECRET


async def test_a_stream_that_fails_half_way_is_cut_off_so_that_nobody_takes_it_for_whole(
    serve: Callable[[Store], Awaitable[str]], client: Callable[..., httpx.AsyncClient]
) -> None:
    store = FailingStore(RuntimeError(SECRET))
    caller = client("control", at=await serve(store))
    with capture_logs() as logged, pytest.raises(httpx.RemoteProtocolError):
        await caller.get("/mosaicfs/_changes?feed=longpoll&timeout=100&since=0")
    assert [line["event"] for line in logged] == ["request_failed"]
