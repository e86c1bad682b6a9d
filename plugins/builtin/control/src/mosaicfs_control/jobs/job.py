"""One job: what it is, and how its state may move. Values only.

Work goes forward, from `queued` to one of the four ends; it may wait for a node or for a person beside running. What is
to be cancelled ends as `cancelled`, whatever came of it meanwhile: what was done stays done and is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from msgspec import Struct, structs

from mosaicfs.errors import GiveUpError
from mosaicfs.model.json import JsonObject
from mosaicfs.model.noun import Count

JobKind = Literal[
    "reindex",
    "node_sync",
    "node_forget",
    "hold_confirm",
    "path_accept",
    "plugin_sync",
    "annotate",
    "replication_sync",
    "replica_delete",
    "verify",
    "restore",
    "migration",
    "evacuate",
    "backup",
    "backup_verify",
    "system_restore",
    "digest",
    "label_bulk",
    "label_rename",
]
JobState = Literal[
    "queued",
    "planning",
    "running",
    "waiting",
    "awaiting_confirmation",
    "cancelling",
    "done",
    "done_with_errors",
    "cancelled",
    "failed",
]
STATES: frozenset[str] = frozenset(get_args(JobState))
FINAL: frozenset[str] = frozenset(("done", "done_with_errors", "cancelled", "failed"))
MOST_ERRORS = 1_000
"""Those that a job shows; all of them are listed at an address of their own."""

_ENDS: frozenset[JobState] = frozenset(("done", "done_with_errors", "failed"))
_AT_WORK: frozenset[JobState] = frozenset(("running", "waiting", "awaiting_confirmation"))
_STOPPABLE: frozenset[JobState] = frozenset(("cancelling",))
_NEXT: Mapping[JobState, frozenset[JobState]] = MappingProxyType(
    {
        "queued": frozenset[JobState](("planning",)) | _AT_WORK | _ENDS | _STOPPABLE,
        "planning": _AT_WORK | _ENDS | _STOPPABLE,
        **{state: (_AT_WORK - {state}) | _ENDS | _STOPPABLE for state in _AT_WORK},
        "cancelling": frozenset[JobState](("cancelled",)),
    }
)


class IllegalMoveError(GiveUpError):
    def __init__(self, job_id: str, before: str, after: str) -> None:
        super().__init__(f"The job {job_id} is {before} and cannot become {after}.")


class Tally(Struct, frozen=True, kw_only=True):
    """Things of the job, mostly files. `planned` is 0 as long as nobody knows."""

    planned: Count = 0
    done: Count = 0
    skipped: Count = 0
    failed: Count = 0


class Amount(Struct, frozen=True, kw_only=True):
    """Bytes of the job."""

    planned: Count = 0
    done: Count = 0


class JobError(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that went wrong. `code` is one of the API's, `message` says what to do where something can be done."""

    code: str
    message: str
    file_id: str | None = None
    name: str | None = None


class Job(Struct, frozen=True, kw_only=True):
    """`node_id` is the node that does it; without one the control plane does. `current` names what is worked on."""

    job_id: str
    kind: JobKind
    state: JobState
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None
    created_by: str
    node_id: str | None = None
    cancellable: bool
    request: JsonObject
    phase: str | None = None
    counts: Tally = Tally()
    bytes: Amount = Amount()
    rate_bps: Count | None = None
    eta_s: Count | None = None
    current: tuple[str, ...] = ()
    result: JsonObject | None = None
    errors: tuple[JobError, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.state in FINAL


def moved(job: Job, state: JobState, now: str) -> Job:
    """`IllegalMoveError` for a move that no job makes. A job that is in that state already stays as it is."""
    if state == job.state:
        return job
    if state not in _NEXT.get(job.state, ()):
        raise IllegalMoveError(job.job_id, job.state, state)
    began = now if state not in ("cancelling", "cancelled") and job.started_at is None else job.started_at
    after = structs.replace(job, state=state, started_at=began)
    if state in FINAL:
        return structs.replace(after, finished_at=now, cancellable=False, current=(), eta_s=None)
    return structs.replace(after, cancellable=job.cancellable and state != "cancelling")
