"""What `up` and `agent crawl` say of a crawl, and that who waits for one may leave."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.machine import PROGRAM, Machine, make_files


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine")
    yield found
    found.close()


def test_the_summary_of_up_counts_files_and_bytes(machine: Machine) -> None:
    make_files(machine.files, 30)
    (machine.files / "large").write_bytes(b"x" * 5000)
    machine.up("--listen", "http://127.0.0.1:0")
    told = machine.event("indexed")
    assert (told["files"], told["bytes"]) == (31, 5030)


def test_a_crawl_goes_on_when_nobody_waits_for_it_any_more(machine: Machine) -> None:
    machine.environment |= {"MOSAICFS_CRAWL_MAX_FILES_PER_S": "60", "MOSAICFS_WATCH_ENABLED": "0"}
    make_files(machine.files, 10)
    machine.up("--listen", "http://127.0.0.1:0")
    machine.event("indexed")
    make_files(machine.files / "more", 200)

    def crawler() -> dict[str, Any]:
        found: dict[str, Any] = machine.ask("status")["here"]["crawl"]
        return found

    with subprocess.Popen(
        [PROGRAM, "agent", "crawl", "--now"],
        env=machine.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as waiting:
        machine.until(lambda: crawler()["phase"] == "walking", "The crawl")
        waiting.send_signal(signal.SIGINT)
        said, told = waiting.communicate(timeout=30)
    assert (said, told) == ("", "The crawl goes on. How far it is: mosaicfs status\n")
    assert waiting.returncode == 130
    machine.until(lambda: crawler()["phase"] == "idle", "Its end")
    assert (crawler()["complete"], machine.total()) == (True, 210)
