"""A machine whose power went: what it left behind says the truth as soon as a control plane runs again."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.journeys.machine import PROGRAM, Machine, make_files


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine")
    yield found
    found.close()


def status(machine: Machine) -> str:
    told = machine.run("nodes", "list", "--json")
    return next((word for word in ("online", "offline") if f'"status": "{word}"' in told.stdout), told.stderr)


def test_a_killed_node_is_offline_until_its_agent_is_back(machine: Machine) -> None:
    make_files(machine.files, 20)
    machine.up()
    machine.event("indexed")
    machine.until(lambda: status(machine) == "online", "The first heartbeat")
    asked = ["pgrep", "-P", str(machine.pid)]
    duties = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    machine.stop(signal.SIGKILL)
    for pid in duties:
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    server = subprocess.Popen(
        [PROGRAM, "server", "--listen", "http://127.0.0.1:0"],
        env=machine.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        machine.until(lambda: status(machine) == "offline", "The verdict")
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    machine.up()
    machine.until(lambda: status(machine) == "online", "The next heartbeat")
