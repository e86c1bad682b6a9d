"""A second machine joins, over real TLS with a real signature, and lives through what happens to a node."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import free_port
from tests.journeys.machine import PROGRAM, Machine

pytestmark = pytest.mark.journey


class Duty:
    """One duty of a machine, in a process of its own."""

    def __init__(self, machine: Machine, *command: str) -> None:
        self.log = machine.folder / f"{command[0]}.log"
        self._file = self.log.open("a")
        self._process = subprocess.Popen(
            [PROGRAM, *command], env=machine.environment, stdin=subprocess.DEVNULL, stdout=self._file, stderr=self._file
        )

    def tell(self, what: int) -> None:
        self._process.send_signal(what)

    def stop(self, how: int = signal.SIGTERM) -> int:
        if self._process.poll() is None:
            self._process.send_signal(how)
        code = self._process.wait(30)
        self._file.close()
        return code


class TwoMachines:
    def __init__(self, folder: Path) -> None:
        self.nas = Machine(folder / "nas", MOSAICFS_AGENT_NAME="nas")
        self.laptop = Machine(folder / "laptop", MOSAICFS_AGENT_NAME="laptop")
        self.url = f"https://127.0.0.1:{free_port()}"
        assert self.nas.run("init", "--listen", self.url).returncode == 0
        self.duties: dict[str, Duty] = {}
        self.start_server()
        self.join()

    def start_server(self) -> None:
        self.duties["server"] = Duty(self.nas, "server")
        self.nas.until(lambda: self.nas.run("nodes", "list").returncode == 0, "the server")

    def start_agent(self) -> None:
        self.duties["agent"] = Duty(self.laptop, "agent")

    def join(self) -> None:
        invited = self.nas.ask("nodes", "invite")
        joined = subprocess.run(
            [PROGRAM, "join", invited["join_url"], "--watch", str(self.laptop.files)],
            env={**self.laptop.environment, "MOSAICFS_JOIN_CODE": invited["code"]},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert joined.returncode == 0, joined.stderr

    def status(self) -> str:
        found = self.nas.ask("api", "GET", "/api/nodes/node-laptop")
        return str(found["status"])

    def knows(self, name: str) -> bool:
        return str(self.laptop.files / name) in self.nas.paths(name)

    def close(self) -> None:
        for duty in self.duties.values():
            duty.stop(signal.SIGKILL)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoMachines]:
    made = TwoMachines(tmp_path)
    yield made
    made.close()


def test_what_a_joined_node_finds_is_known_at_the_control_plane(two: TwoMachines) -> None:
    nas = two.nas
    (two.laptop.files / "before.txt").write_text("a")
    two.start_agent()
    nas.until(lambda: two.knows("before.txt"), "the first push")
    nas.until(lambda: two.status() == "online", "the first heartbeat")

    # A request comes by replication and its end by heartbeat.
    nas.ask("api", "POST", "/api/system/reindex")
    nas.until(
        lambda: [
            job for job in nas.ask("api", "GET", "/api/jobs")["items"]
            if job["node_id"] == "node-laptop" and job["state"] == "done"
        ],
        "the crawl that was asked for",
    )  # fmt: skip

    # The control plane is away; what is found meanwhile arrives later.
    two.duties["server"].stop()
    (two.laptop.files / "meanwhile.txt").write_text("b")
    two.start_server()
    nas.until(lambda: two.knows("meanwhile.txt"), "the push after the break")

    # A clean stop is known at once, without the ninety seconds after which a silent node counts as away.
    nas.until(lambda: two.status() == "online", "the heartbeat after the break")
    assert two.duties["agent"].stop() == 0
    assert two.status() == "offline"


def test_a_machine_that_has_not_joined_names_the_command(two: TwoMachines) -> None:
    (two.laptop.folder / "state" / "mosaicfs" / "keys" / "control_plane.pub").unlink()
    told = two.laptop.run("agent", timeout=30)
    assert told.returncode != 0
    assert "mosaicfs join" in told.stderr
    assert "Traceback" not in told.stderr
