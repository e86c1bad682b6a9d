"""What `up` and `agent crawl` say of a crawl, and that who waits for one may leave."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mosaicfs_cli.agent_socket import ask_agent
from tests.journeys.machine import PROGRAM, Machine, make_files


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine")
    yield found
    found.close()


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """What it has begun does not end meanwhile, however long others take."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_the_summary_of_up_counts_files_and_bytes(machine: Machine) -> None:
    make_files(machine.files, 30)
    (machine.files / "large").write_bytes(b"x" * 5000)
    machine.up("--listen", "http://127.0.0.1:0")
    told = machine.event("indexed")
    assert (told["files"], told["bytes"]) == (31, 5030)


def test_a_crawl_goes_on_when_nobody_waits_for_it_any_more(machine: Machine) -> None:
    machine.environment |= {"MOSAICFS_CRAWL_MAX_FILES_PER_S": "40", "MOSAICFS_WATCH_ENABLED": "0"}
    make_files(machine.files, 10)
    machine.up("--listen", "http://127.0.0.1:0")
    machine.event("indexed")
    make_files(machine.files / "more", 200)
    (agent,) = [
        pid for pid in machine.processes() if b"agent" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    ]

    def crawler() -> dict[str, Any]:
        """Asked without a program, which might not have started before the crawl is over."""
        found: Any = ask_agent(machine.runtime / "agent.sock", "status")["crawler"]
        return dict(found)

    with subprocess.Popen(
        [PROGRAM, "agent", "crawl", "--now"],
        env=machine.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as waiting:
        machine.until(lambda: crawler()["phase"] == "walking", "The crawl")
        with stopped(agent):
            waiting.send_signal(signal.SIGINT)
            said, told = waiting.communicate(timeout=60)
    assert (said, told) == ("", "The crawl goes on. How far it is: mosaicfs status\n")
    assert waiting.returncode == 130
    machine.until(lambda: crawler()["phase"] == "idle", "Its end")
    assert (crawler()["complete"], machine.total()) == (True, 210)
