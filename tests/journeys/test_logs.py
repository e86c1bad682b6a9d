"""Log files under `up`: each is written and put aside by one process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.machine import Machine, make_files


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine")
    yield found
    found.close()


def writers(log: Path) -> set[str]:
    """The processes of this machine that have it open."""
    found = set()
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if descriptor.resolve() == log:
                found.add(descriptor.parts[2])
        except OSError:
            continue  # it ended while we looked
    return found


def test_a_duty_and_its_supervisor_do_not_write_one_file(machine: Machine) -> None:
    machine.environment |= {"MOSAICFS_LOGGING_FILE": "default", "MOSAICFS_LOGGING_LEVEL": "debug"}
    machine.environment |= {"MOSAICFS_LOGGING_FORMAT": "json", "MOSAICFS_TRACE_HOOKS": "1"}
    make_files(machine.files, 10)
    machine.up("--listen", "http://127.0.0.1:0")
    machine.event("indexed")
    logs = Path(machine.ask("paths")["log_dir"])
    duties = {duty["duty"]: str(duty["pid"]) for duty in machine.ask("status")["here"]["duties"]}
    assert {path.name for path in logs.iterdir()} == {
        f"{duty}{ending}" for duty in duties for ending in (".log", ".stderr.log")
    }
    for duty, pid in duties.items():
        assert writers(logs / f"{duty}.log") == {pid}
        assert writers(logs / f"{duty}.stderr.log") == {pid}
        assert [json.loads(line) for line in (logs / f"{duty}.stderr.log").read_text().splitlines()] == []
    assert (logs / "agent.log").read_text()
    assert machine.stop() == 0
