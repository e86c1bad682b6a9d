"""Work that the control plane asks of a node: an entry in its document, until the node has said how it ended.

A request reaches a node that is away when it returns, and through any firewall. What the node says of it comes with
its heartbeat; the agent of this machine is another process and leaves it in the store.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from time import time
from typing import NoReturn, TypeAlias

import anyio
import structlog
from msgspec import structs

from mosaicfs import Store, read_reports, revise
from mosaicfs.errors import MosaicError
from mosaicfs.model.heartbeat import JobReport
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.node import Node, WorkRequest
from mosaicfs.model.role import CONTROL
from mosaicfs.model.times import Clock, now_text
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import ApiError, not_found

FINAL = frozenset({"done", "done_with_errors", "failed", "cancelled"})
ANSWER_S = 10.0
LOOK_S = 0.5
"""Between looks at what the agent of this machine has left; only while something is asked of it."""

OnReport: TypeAlias = Callable[[str, JobReport], Awaitable[object]]
"""Is given the id of the node too."""

_log = structlog.get_logger(component="requests")


class Requests:
    """`here` is the node of this machine. A report is told once for each change of it."""

    def __init__(self, store: Store, here: str, on_report: OnReport, clock: Clock = time) -> None:
        self._store = store
        self._here = here
        self._on_report = on_report
        self._clock = clock
        self._last: dict[tuple[str, str], JobReport] = {}
        self._open_here: set[str] = set()
        self._asked_here = anyio.Event()
        self._news = anyio.Event()

    async def ask(self, node_id: str, job_id: str, kind: str, args: JsonObject) -> None:
        """Return when the request is on disk. `ApiError`: 404 for no such node, 409 for one that was removed."""
        request = WorkRequest(kind=kind, args=args, at=now_text(self._clock))

        def decide(before: Node | None) -> Node:
            if before is None:
                raise not_found(f"The node {node_id[:100]}")
            if before.status == "disabled":
                message = f"{before.friendly_name} is disabled and does no work. Enable it first."
                raise ApiError("conflict", message, {"reason": "node_disabled"})
            return structs.replace(before, requests={**(before.requests or {}), job_id: request})

        await revise(self._store, node_doc_id(node_id), CONTROL, Node, decide)
        if node_id == self._here:
            self._open_here.add(job_id)
            self._asked_here.set()

    async def answer_of(self, node_id: str, job_id: str, within_s: float = ANSWER_S) -> JobReport:
        """What the node said at the end. `ApiError` 504 where it says nothing so soon; the request stays."""
        with anyio.move_on_after(within_s):
            while (found := self._last.get((node_id, job_id))) is None or found.state not in FINAL:
                await self._news.wait()
            return found
        message = (
            f"{node_id} did not answer within {within_s:g} s. It does the work when it can; see /api/jobs/{job_id}"
        )
        raise ApiError("timeout", message, {"job_id": job_id})

    async def withdraw(self, node_id: str, job_ids: Iterable[str]) -> None:
        """Nobody waits for these any more."""
        gone = set(job_ids)

        def decide(before: Node | None) -> Node | None:
            if before is None or not before.requests or gone.isdisjoint(before.requests):
                return None
            left = {job_id: request for job_id, request in before.requests.items() if job_id not in gone}
            return structs.replace(before, requests=left or None)

        await revise(self._store, node_doc_id(node_id), CONTROL, Node, decide)
        self._open_here -= gone if node_id == self._here else set()

    async def reported(self, node_id: str, reports: Iterable[JobReport]) -> None:
        """What a node says of its work. An entry is removed after everybody has been told how it ended."""
        asked = await self._asked_of(node_id)
        told = [report for report in reports if report.job_id in asked]
        for report in told:
            if self._last.get((node_id, report.job_id)) != report:
                await self._on_report(node_id, report)
                self._last[node_id, report.job_id] = report
        self._news.set()
        self._news = anyio.Event()
        if ended := [report.job_id for report in told if report.state in FINAL]:
            await self.withdraw(node_id, ended)
            self._forget(node_id, ended)

    async def run(self) -> NoReturn:
        """Until cancelled: look for what the agent of this machine has left."""
        self._open_here |= set(await self._asked_of(self._here))
        while True:
            if not self._open_here:
                self._asked_here = anyio.Event()
                await self._asked_here.wait()
            try:
                await self.reported(self._here, await read_reports(self._store, self._here))
            except MosaicError as trouble:
                _log.info("reports of work wait for the store", error=str(trouble))
            await anyio.sleep(LOOK_S)

    async def _asked_of(self, node_id: str) -> frozenset[str]:
        node = noun_of(await self._store.get(node_doc_id(node_id)), Node)
        return frozenset((node.requests or {}) if node is not None else ())

    def _forget(self, node_id: str, ended: Iterable[str]) -> None:
        """All but the newest ends, which somebody may just be waiting for."""
        for job_id in ended:
            self._last[node_id, job_id] = self._last.pop((node_id, job_id))
        over = [key for key, report in self._last.items() if report.state in FINAL]
        for key in over[:-100]:
            del self._last[key]
