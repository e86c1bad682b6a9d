"""`mosaicfs status` for people: this machine, the nodes, and what needs somebody."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli import showing
from mosaicfs_cli.asking import Shown
from mosaicfs_cli.output import is_for_people, print_table, printable
from mosaicfs_cli.reading import text
from mosaicfs_cli.supervising.progress import Progress, read_progress
from mosaicfs_cli.verbs.nodes.list import HEADER, row

if TYPE_CHECKING:
    from mosaicfs_cli.in_step import InStep
    from mosaicfs_cli.machine import Machine
    from mosaicfs_cli.options import Call
    from mosaicfs_cli.painting import Style

_WIDTH = 16


def print_machine(call: Call, machine: Machine) -> None:
    shown = Shown(call)
    _line("This machine", _here(machine))
    if not machine.is_only_a_client:
        _line("  Index", _index(machine))
    for hint in read_progress(machine.agent).hints if machine.agent is not None else ():
        _line("", hint)
    if machine.mount:
        _line("  Mount", f"{machine.mount}, read-only")
    _line("  Control plane", _control_plane(machine))
    if machine.replica is not None:
        _line("  Replica", _replica(machine, machine.replica))
    if machine.nodes:
        _line("Nodes", "")
        indent = "  " if is_for_people() else ""
        print_table(HEADER, [row(node, shown) for node in machine.nodes], indent=indent, paint=shown.paint)
    for note in machine.notifications:
        severity = text(note, "severity")
        about = f"{text(note, 'title') or text(note, 'message')}, since {shown.time(text(note, 'first_seen'))}"
        style: Style = "bad" if severity in ("error", "critical") else "warning" if severity == "warning" else "bold"
        sys.stdout.write(f"{'Needs you'.ljust(_WIDTH)}{shown.paint(printable(severity), style)}  {printable(about)}\n")


def _control_plane(machine: Machine) -> str:
    if not machine.is_reachable:
        return f"{machine.elsewhere} does not answer".strip()
    return machine.url or "answers"


def _replica(machine: Machine, replica: InStep) -> str:
    if replica.age_s is None:
        said = ["was never in step with the control plane"]
    else:
        old = f"{showing.duration(replica.age_s)} old"
        in_step = f"in step with {machine.url}" if machine.is_replica_fresh and not replica.trouble else old
        said = [f"answers here, {old}" if machine.is_from_replica else in_step]
    said += [] if replica.waiting is None else [f"{replica.waiting:,} waiting to be sent"]
    return ", ".join(said) + (f": {replica.trouble}" if replica.trouble else "")


def _here(machine: Machine) -> str:
    if machine.is_only_a_client:
        return "runs nothing; its commands ask elsewhere"
    if not machine.is_running:
        return "nothing is running. Start with: mosaicfs up"
    duties = ", ".join(_duty(text(duty, "duty"), text(duty, "state")) for duty in machine.duties)
    since = f" since {showing.clock(machine.note.since)} (pid {machine.note.pid})" if machine.note else ""
    return f"{machine.node_id} {duties}{since}".strip()


def _duty(duty: str, state: str) -> str:
    return f"{duty} {state}"


def _index(machine: Machine) -> str:
    if machine.agent is None:
        return "the agent does not answer"
    progress = read_progress(machine.agent)
    paths = len(progress.watched)
    said = [showing.files(progress.files), _crawl(progress), f"watching {paths} path{'' if paths == 1 else 's'}"]
    said += [f"{progress.held:,} deletions held (mosaicfs agent holds)"] if progress.held else []
    return "; ".join(said)


def _crawl(progress: Progress) -> str:
    if progress.phase == "idle":
        return "crawl idle"
    return f"crawl {progress.phase} {progress.path}, {progress.seen:,} seen"


def _line(label: str, text: str) -> None:
    sys.stdout.write(printable(label.ljust(_WIDTH) + text).rstrip() + "\n")
