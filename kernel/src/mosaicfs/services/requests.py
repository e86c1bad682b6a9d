"""Work that the control plane asks of this node: entries in its document, each begun once, told of by heartbeat.

They come by replication, perhaps long after they were made. What was taken on is remembered before it is begun, so no
kill makes it run twice; one that was cut short is told as failed, and who asked may ask again. Who does the work is
said by parts of the agent (`model.requests`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, TypedDict

import msgspec
import structlog
import trio
from msgspec import structs

from mosaicfs import wire
from mosaicfs.errors import MosaicError
from mosaicfs.model.heartbeat import JobReport
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.node import Node, WorkRequest
from mosaicfs.model.requests import Work
from mosaicfs.model.store import Store
from mosaicfs.whole_file import write_whole

LOOK_S = 60.0
PAUSE_S = 1.0
UNKNOWN_AFTER_S = 60.0
"""Parts of the agent that are still starting may answer a kind; later nobody will."""
MOST_KEPT = 1_000

CUT_SHORT = "The agent was stopped before this was done. Ask again if it is still wanted."

_log = structlog.get_logger(component="requests")


class _Kept(msgspec.Struct):
    """`ids` are all that were ever taken on, oldest first; `reports` those whose entries may still be there."""

    ids: list[str] = []
    reports: dict[str, JobReport] = {}


@dataclass(slots=True)
class Requests:
    """Remembers in `file`. `on_news` is called when the state of a request has changed; it must not block."""

    node_id: str
    file: Path
    on_news: Callable[[], None] = lambda: None
    _workers: dict[str, Work] = field(default_factory=dict)
    _reports: dict[str, JobReport] = field(default_factory=dict)
    _ids: list[str] = field(default_factory=list)
    _saving: trio.Lock = field(default_factory=trio.Lock)

    def answer(self, kind: str, work: Work) -> None:
        self._workers[kind] = work

    def worker(self, kind: str) -> Work | None:
        """None for a kind that no part of this agent answers yet."""
        return self._workers.get(kind)

    def reports(self) -> tuple[JobReport, ...]:
        """Of everything that is asked of this node and that it has taken on."""
        return tuple(self._reports.values())

    async def run(self, store: Store) -> NoReturn:
        """Until cancelled."""
        await self._recall()
        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            while True:
                since = (await store.info()).update_seq
                asked = await self._asked(store)
                if asked is not None:
                    self._forget_all_but(asked)
                    may_be_unknown = trio.current_time() - began >= UNKNOWN_AFTER_S
                    for job_id, request in self._due(asked, may_be_unknown=may_be_unknown):
                        await self._take_on(nursery, job_id, request)
                await store.wait_until_changed(since, PAUSE_S if self._waits_for_worker(asked) else LOOK_S)
                await trio.sleep(PAUSE_S)

    def _due(self, asked: Mapping[str, WorkRequest], *, may_be_unknown: bool) -> list[tuple[str, WorkRequest]]:
        """New ones, the oldest first."""
        found = [
            (job_id, each)
            for job_id, each in asked.items()
            if job_id not in self._ids and (may_be_unknown or each.kind in self._workers)
        ]
        return sorted(found, key=lambda one: one[1].at)

    def _waits_for_worker(self, asked: Mapping[str, WorkRequest] | None) -> bool:
        return any(job_id not in self._ids for job_id in asked or ())

    async def _take_on(self, nursery: trio.Nursery, job_id: str, request: WorkRequest) -> None:
        self._ids.append(job_id)
        worker = self._workers.get(request.kind)
        if worker is None:
            error = f"This node does not know the request “{request.kind}”. Is its MosaicFS older than the server's?"
            await self._tell(JobReport(job_id=job_id, state="failed", errors=(error,)))
            return
        await self._tell(JobReport(job_id=job_id, state="running"))
        nursery.start_soon(self._do, job_id, request, worker)

    async def _do(self, job_id: str, request: WorkRequest, work: Work) -> None:
        def progress(members: JsonObject) -> None:
            if job_id in self._reports:
                self._reports[job_id] = structs.replace(self._reports[job_id], progress=members)

        try:
            result = await work(request.args, progress)
        except MosaicError as trouble:
            _log.info("a request failed", job=job_id, kind=request.kind, cause=str(trouble))
            end = JobReport(job_id=job_id, state="failed", errors=(str(trouble),))
        except Exception as trouble:  # noqa: BLE001 - whatever a part stumbles over, who asked must hear of it
            _log.exception("a request fell over", job=job_id, kind=request.kind)
            end = JobReport(job_id=job_id, state="failed", errors=(f"The agent fell over it: {trouble!r}",))
        else:
            end = JobReport(job_id=job_id, state="done", **_parted(result))
        await self._tell(end)

    async def _tell(self, report: JobReport) -> None:
        """A stop waits for the disk: what was done must not be told as cut short."""
        self._reports[report.job_id] = report
        with trio.CancelScope(shield=True):
            await self._save()
        self.on_news()

    def _forget_all_but(self, asked: Mapping[str, WorkRequest]) -> None:
        """An entry is taken away by who has heard how it ended. What still runs is told all the same."""
        self._reports = {
            job_id: report for job_id, report in self._reports.items() if job_id in asked or report.state == "running"
        }

    async def _asked(self, store: Store) -> Mapping[str, WorkRequest] | None:
        """None where nothing is known: there is no document of this node yet, or it cannot be read."""
        document = await store.get(node_doc_id(self.node_id))
        if document is None or document.deleted:
            return None
        try:
            node = wire.decode(document.id, document.body)
        except MosaicError as trouble:
            _log.info("the document of this node cannot be read", cause=str(trouble))
            return None
        return (node.requests or {}) if isinstance(node, Node) else None

    # --- the file --------------------------------------------------------------------------------------------------

    async def _recall(self) -> None:
        """What was running when the agent ended is not any more. After a death of this task alone, nothing is lost."""
        if not self._ids:
            kept = await trio.to_thread.run_sync(_read, self.file)
            self._ids, self._reports = kept.ids, kept.reports
        for job_id, report in self._reports.items():
            if report.state == "running":
                self._reports[job_id] = JobReport(job_id=job_id, state="failed", errors=(CUT_SHORT,))

    async def _save(self) -> None:
        async with self._saving:
            self._ids = self._ids[-max(MOST_KEPT, len(self._reports)) :]
            await trio.to_thread.run_sync(write_whole, self.file, msgspec.json.encode(_Kept(self._ids, self._reports)))


class _Parts(TypedDict):
    result: JsonObject
    errors: tuple[str, ...]


def _parted(answered: JsonObject) -> _Parts:
    """The result, and what failed of it."""
    errors = answered.get("errors")
    told = tuple(str(each) for each in errors) if isinstance(errors, list | tuple) else ()
    return {"result": {name: value for name, value in answered.items() if name != "errors"}, "errors": told}


def _read(file: Path) -> _Kept:
    """A file that makes no sense counts as none: at worst something is done again that is good to do again."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Kept)
    except (FileNotFoundError, msgspec.DecodeError):
        return _Kept()
