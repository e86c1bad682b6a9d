"""Waiting for a job: its progress on one line, and at the end the exit code that it deserves.

Whoever stops waiting leaves the job running; that is said, with how to watch it or cancel it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from mosaicfs.errors import GiveUpError, RefusedError
from mosaicfs_cli import showing
from mosaicfs_cli.client import segment
from mosaicfs_cli.errors import PartlyDoneError
from mosaicfs_cli.output import print_json, print_note, printable
from mosaicfs_cli.reading import count, items, part, text, texts
from mosaicfs_cli.terminal_line import TerminalLine

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api
    from mosaicfs_cli.options import Call, Parser

FINAL = ("done", "done_with_errors", "cancelled", "failed")
WAIT_S = 30

Told = Callable[["JsonObject"], str]
"""What a job that has ended came to, in words."""


def add_waiting(parser: Parser) -> None:
    parser.add_argument("--no-wait", action="store_true", help="print the id of the job and end; it goes on")


def follow(call: Call, api: Api, started: JsonObject, told: Told | None = None) -> int:
    """Wait for the job that a call has just started, unless that is not wanted."""
    if call.given.no_wait:
        if call.json:
            print_json(started)
        else:
            sys.stdout.write(f"{text(started, 'job_id')}\n")
        return 0
    return wait(call, api, started, told)


def wait(call: Call, api: Api, job: JsonObject, told: Told | None = None) -> int:
    line = TerminalLine(is_wanted=not (call.json or call.quiet))
    job_id = text(job, "job_id")
    try:
        while text(job, "state") not in FINAL:
            line.show(progress(job))
            job = api.get(f"/api/jobs/{segment(job_id)}", [("wait_s", str(WAIT_S))], more_s=WAIT_S)
    except KeyboardInterrupt:
        line.show("")
        print_note(f"The job goes on. Watch it: mosaicfs jobs wait {job_id}; stop it: mosaicfs jobs cancel {job_id}")
        raise
    line.show("")
    return ended(call, job, told)


def ended(call: Call, job: JsonObject, told: Told | None = None) -> int:
    """Print how it ended. A job that failed is an error with its own code."""
    state = text(job, "state")
    if call.json:
        print_json(job)
    elif not call.quiet and state in ("done", "done_with_errors"):
        sys.stdout.write(printable(told(job) if told else f"{text(job, 'kind')}: {_sums(job)}") + "\n")
    trouble = next(items(job, "errors"), {})
    if state == "failed":
        code = text(trouble, "code") or "internal"
        raise RefusedError(code, text(trouble, "message") or f"The job {text(job, 'job_id')} failed: {code}.")
    if state == "cancelled":
        raise GiveUpError(f"The job {text(job, 'job_id')} was cancelled. What was done stays done.")
    if state == "done_with_errors":
        see = f"See: mosaicfs jobs show {text(job, 'job_id')}"
        raise PartlyDoneError(
            f"{count(part(job, 'counts'), 'failed'):,} of it failed: {text(trouble, 'message')} {see}"
        )
    return 0


def progress(job: JsonObject) -> str:
    """`copying 300 of 812, 3.0 of 9.0 GiB, 3 min left: report.pdf`."""
    counts, sizes = part(job, "counts"), part(job, "bytes")
    said = [text(job, "phase") or text(job, "state")]
    if count(counts, "planned"):
        said.append(f"{count(counts, 'done'):,} of {count(counts, 'planned'):,}")
    if count(sizes, "planned"):
        said.append(f"{showing.size(count(sizes, 'done'))} of {showing.size(count(sizes, 'planned'))}")
    if count(job, "eta_s"):
        said.append(f"{showing.duration(count(job, 'eta_s'))} left")
    current = ", ".join(texts(job, "current"))
    return f"{text(job, 'kind')}: {', '.join(said)}" + (f": {current}" if current else "")


def _sums(job: JsonObject) -> str:
    counts = part(job, "counts")
    said = [f"{count(counts, name):,} {name}" for name in ("done", "skipped", "failed") if count(counts, name)]
    return ", ".join(said) or "done"
