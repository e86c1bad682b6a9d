"""A house with a control plane and the machines that joined it, each with folders and an address of its own.

Everything is started by the installed program, as people start it.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

from tests.journeys.machine import PROGRAM, Machine
from tests.journeys.three_machines.couch import Couch
from tests.journeys.three_machines.network import Network
from tests.journeys.waiting import START_S

STOP_S = 30.0


class Networked(Machine):
    """A machine of a network. `address` is where others would find it."""

    def __init__(self, folder: Path, network: Network, number: int, **settings: str) -> None:
        super().__init__(folder, MOSAICFS_AGENT_NAME=folder.name, **settings)
        self.number = number
        self.address = network.address(number)
        self.environment["MOSAICFS_TRANSFER_LISTEN"] = f"{self.address}:0"
        self.state = folder / "state" / "mosaicfs"
        self.inside = network.attach(number)
        """What a command of it begins with."""
        self._duties: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def node_id(self) -> str:
        return (self.state / "node_id").read_text().strip()

    def run(self, *arguments: str, timeout: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.run_here([PROGRAM, *arguments], timeout, **environment)

    def run_here(self, command: list[str], timeout: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
        """Any program, on this machine and its network."""
        return subprocess.run(
            [*self.inside, *command],
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip

    def start(self, duty: str) -> None:
        with self.log(duty).open("ab") as log:
            self._duties[duty] = subprocess.Popen(
                [*self.inside, PROGRAM, duty], env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def end(self, duty: str, how: int = signal.SIGTERM) -> int:
        process = self._duties.pop(duty)
        process.send_signal(how)
        try:
            return process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def processes(self) -> list[int]:
        return [*super().processes(), *(process.pid for process in self._duties.values())]

    def close(self) -> None:
        super().close()
        for duty in list(self._duties):
            with suppress(subprocess.TimeoutExpired):
                self.end(duty, signal.SIGKILL)

    def log(self, duty: str) -> Path:
        return self.folder / f"{duty}.log"

    def logged(self, duty: str, event: str, **facts: str) -> bool:
        return any(line["event"] == event and facts.items() <= line.items() for line in self._lines(duty))

    def defects(self, duty: str) -> list[dict[str, Any]]:
        """What it logged as an error of its own, not as a wait."""
        return [line for line in self._lines(duty) if line["level"] == "error"]

    def _lines(self, duty: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log(duty).read_text().splitlines() if line.startswith("{")]

    def write(self, name: str) -> str:
        """A new file; its path."""
        path = self.files / name
        path.write_text(name)
        return str(path)

    def has_crawled(self) -> bool:
        """Whether the first look at its folder is over, as this machine remembers it."""
        memory = self.state / "agent.db"
        if not memory.exists():
            return False
        with closing(sqlite3.connect(f"file:{memory}?mode=ro", uri=True)) as opened:
            try:
                return opened.execute("SELECT 1 FROM crawls").fetchone() is not None
            except sqlite3.OperationalError:
                return False

    def holds(self, doc_id: str, text: str) -> bool:
        """Whether a document of its own store, whose id begins like that, has the text in it; nobody need run."""
        with closing(sqlite3.connect(f"file:{self.state / 'mosaicfs.db'}?mode=ro", uri=True)) as opened:
            asked = "SELECT 1 FROM docs WHERE id LIKE ? || '%' AND NOT deleted AND instr(body, ?)"
            return opened.execute(asked, (doc_id, text)).fetchone() is not None


class House:
    """`nas` is the control plane, with files and an agent of its own. Its documents lie in `couch`, if one is given."""

    def __init__(self, folder: Path, network: Network, stack: ExitStack, couch: Couch | None = None) -> None:
        self.network = network
        self._folder = folder
        self._stack = stack
        self.nas = self.machine("nas")
        if couch is not None:
            self.nas.environment |= couch.beside(self.nas.inside)
        self.url = f"https://{self.nas.address}:{network.port(1)}"
        self.founded = self.nas.ask("init", "--listen", self.url, "--watch", str(self.nas.files))
        self.nas.start("server")
        self.wait_for_server()

    def machine(self, name: str, **settings: str) -> Networked:
        made = Networked(self._folder / name, self.network, len(list(self._folder.iterdir())) + 1, **settings)
        self._stack.callback(made.close)
        return made

    def invited(self) -> tuple[str, str]:
        """The line and the code."""
        told = self.nas.ask("nodes", "invite")
        return told["join_url"], told["code"]

    def joined(self, name: str, **settings: str) -> Networked:
        machine = self.machine(name, **settings)
        url, code = self.invited()
        told = machine.run("join", url, "--watch", str(machine.files), MOSAICFS_JOIN_CODE=code)
        assert told.returncode == 0, told.stderr
        return machine

    def wait_for_server(self) -> None:
        self.nas.until(lambda: self.nas.run("nodes", "list").returncode == 0, "The start of the server")

    def api(self, path: str) -> Any:
        return self.nas.ask("api", "GET", path)

    def status(self, machine: Networked) -> str:
        return str(self.api(f"/api/nodes/{machine.node_id}")["status"])

    def wait_until_online(self, machine: Networked, within_s: float = START_S) -> None:
        self.nas.until(lambda: self.status(machine) == "online", f"The heartbeat of {machine.folder.name}", within_s)

    def knows(self, paths: Iterable[str], word: str) -> bool:
        """In one search."""
        return set(paths) <= self.nas.paths(word)
