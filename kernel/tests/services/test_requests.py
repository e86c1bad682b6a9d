"""What the control plane asks of a node is begun once, whatever ends in between, and told of until it was heard."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from mosaicfs.documents.sqlite import open_store
from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.document import Document
from mosaicfs.model.json import JsonObject
from mosaicfs.model.requests import TellProgress
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store
from mosaicfs.services.requests import CUT_SHORT, Requests

pytestmark = pytest.mark.patient

NODE = "node-attic"


class Worker:
    """Does what is asked once it is let; `done` has the args of each time."""

    def __init__(self) -> None:
        self.done: list[JsonObject] = []
        self.may_end = trio.Event()

    async def __call__(self, args: JsonObject, tell: TellProgress) -> JsonObject:
        self.done.append(args)
        tell({"phase": "walking", "counts": {"done": 3}})
        await self.may_end.wait()
        if args.get("fails"):
            raise SourceUnavailableError("/srv/media")
        if args.get("fails_in_part"):
            return {"deleted": 3, "errors": ["/srv/media is away"]}
        return {"deleted": 3}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as opened:
        yield opened


@pytest.fixture
def worker() -> Worker:
    return Worker()


async def ask(store: Store, **args: JsonObject) -> None:
    """These are the requests from now on, each of the kind `reindex` unless it says otherwise."""
    requests = {
        job_id: {"kind": each.get("kind", "reindex"), "args": each, "at": "2026-01-01T00:00:00Z"}
        for job_id, each in args.items()
    }
    node = {
        "type": "node", "node_id": NODE, "friendly_name": "a", "platform": "linux", "version": "1",
        "status": "online", "last_heartbeat": "2026-01-01T00:00:00Z", "vfs_capable": False, "capabilities": [],
        "watch_paths": [], **({"requests": requests} if requests else {}),
    }  # fmt: skip
    before = await store.get(f"node::{NODE}")
    document = Document(f"node::{NODE}", before.rev if before else "", json.dumps(node).encode())
    (row,) = await store.write([document], writer=CONTROL)
    assert not row.error, row.reason


@asynccontextmanager
async def running(requests: Requests, store: Store) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(requests.run, store)
        yield
        nursery.cancel_scope.cancel()


async def until(true: Callable[[], bool]) -> None:
    with trio.fail_after(20):
        while not true():  # noqa: ASYNC110 - what is waited for is the disk
            await trio.sleep(0.01)


def made(tmp_path: Path, worker: Worker, on_news: Callable[[], None] = lambda: None) -> Requests:
    requests = Requests(NODE, tmp_path / "requests.json", on_news)
    requests.answer("reindex", worker)
    return requests


def states(requests: Requests) -> dict[str, str]:
    return {report.job_id: report.state for report in requests.reports()}


async def test_a_request_is_told_as_it_begins_and_ends_until_its_entry_is_taken_away(
    tmp_path: Path, store: Store, worker: Worker
) -> None:
    news: list[dict[str, str]] = []
    requests = made(tmp_path, worker, lambda: news.append(states(requests)))
    await ask(store, one={"path": "/srv"})
    async with running(requests, store):
        await until(lambda: bool(worker.done))
        (report,) = requests.reports()
        assert report.progress == {"phase": "walking", "counts": {"done": 3}}
        worker.may_end.set()
        await until(lambda: states(requests) == {"one": "done"})
        assert requests.reports()[0].result == {"deleted": 3}
        await ask(store)
        await until(lambda: not requests.reports())
    assert news == [{"one": "running"}, {"one": "done"}]
    assert worker.done == [{"path": "/srv"}]


async def test_what_was_done_is_not_done_again_after_a_restart_and_is_still_told(
    tmp_path: Path, store: Store, worker: Worker
) -> None:
    worker.may_end.set()
    await ask(store, one={})
    for _ in range(2):
        requests = made(tmp_path, worker)
        async with running(requests, store):
            await until(lambda requests=requests: states(requests) == {"one": "done"})  # type: ignore[misc]
            await ask(store, one={}, two={"kind": "nothing"})
    assert len(worker.done) == 1


async def test_what_was_cut_short_is_told_as_failed_and_not_begun_again(
    tmp_path: Path, store: Store, worker: Worker
) -> None:
    await ask(store, one={})
    async with running(made(tmp_path, worker), store):
        await until(lambda: bool(worker.done))
    again = made(tmp_path, worker)
    async with running(again, store):
        await until(lambda: states(again) == {"one": "failed"})
        assert again.reports()[0].errors == (CUT_SHORT,)
    assert len(worker.done) == 1


async def test_one_that_waits_holds_up_no_other_and_a_failure_says_why(
    tmp_path: Path, store: Store, worker: Worker
) -> None:
    quick = Worker()
    quick.may_end.set()
    requests = made(tmp_path, worker)
    requests.answer("path_accept", quick)
    await ask(store, one={}, two={"kind": "path_accept", "fails": True})
    async with running(requests, store):
        await until(lambda: states(requests) == {"one": "running", "two": "failed"})
    failed = next(report for report in requests.reports() if report.job_id == "two")
    assert failed.errors == ("/srv/media is not available: it does not answer.",)


async def test_what_failed_while_the_rest_was_done_is_told_beside_the_result(
    tmp_path: Path, store: Store, worker: Worker
) -> None:
    worker.may_end.set()
    requests = made(tmp_path, worker)
    await ask(store, j1={"fails_in_part": True})
    async with running(requests, store):
        await until(lambda: states(requests) == {"j1": "done"})
    (report,) = requests.reports()
    assert (report.result, report.errors) == ({"deleted": 3}, ("/srv/media is away",))


@pytest.mark.allow_log("a request fell over")
async def test_a_worker_that_falls_over_fails_its_request_alone(tmp_path: Path, store: Store, worker: Worker) -> None:
    async def fall(args: JsonObject, tell: TellProgress) -> JsonObject:
        await trio.lowlevel.checkpoint()
        raise RuntimeError("oh")

    requests = made(tmp_path, worker)
    requests.answer("fall", fall)
    await ask(store, one={"kind": "fall"}, two={})
    async with running(requests, store):
        await until(lambda: states(requests) == {"one": "failed", "two": "running"})


async def test_a_part_that_comes_up_late_is_waited_for(tmp_path: Path, store: Store, worker: Worker) -> None:
    worker.may_end.set()
    await ask(store, one={"kind": "late"})
    requests = made(tmp_path, worker)
    async with running(requests, store):
        await trio.sleep(0.05)
        assert requests.reports() == ()
        requests.answer("late", worker)
        await until(lambda: states(requests) == {"one": "done"})


async def test_a_request_that_nobody_knows_fails_in_the_end(
    tmp_path: Path, store: Store, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mosaicfs.services.requests.UNKNOWN_AFTER_S", 0.0)
    await ask(store, one={"kind": "brew"})
    requests = made(tmp_path, worker)
    async with running(requests, store):
        await until(lambda: states(requests) == {"one": "failed"})
    assert "“brew”" in requests.reports()[0].errors[0]


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"ids": 5}'])
async def test_a_memory_that_makes_no_sense_counts_as_none(
    tmp_path: Path, store: Store, worker: Worker, content: bytes
) -> None:
    (tmp_path / "requests.json").write_bytes(content)
    worker.may_end.set()
    await ask(store, one={})
    requests = made(tmp_path, worker)
    async with running(requests, store):
        await until(lambda: states(requests) == {"one": "done"})


async def test_without_a_document_of_the_node_nothing_told_is_forgotten(
    tmp_path: Path, store: Store, worker: Worker
) -> None:
    """Before the first pull of a node that comes back, its document is not there."""
    worker.may_end.set()
    await ask(store, one={})
    first = made(tmp_path, worker)
    async with running(first, store):
        await until(lambda: states(first) == {"one": "done"})
    (tmp_path / "new").mkdir()
    async with open_store(tmp_path / "new" / "mosaicfs.db", tmp_path / "bell") as empty:
        again = made(tmp_path, worker)
        async with running(again, empty):
            await trio.sleep(0.05)
            assert states(again) == {"one": "done"}
