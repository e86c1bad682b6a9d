"""Two machines with real files, and the page of the one that the other has joined."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

from tests.journeys.conftest import free_port
from tests.journeys.machine import Machine
from tests.journeys.test_joined_node import Duty
from tests.journeys.web import samples


class Household:
    """`nas` is the control plane with papers; `laptop` has pictures and films. Browsers come by plain loopback to
    `page`, or by `tls` with a certificate of the instance's own `authority`."""

    def __init__(self, folder: Path) -> None:
        self.page = f"http://127.0.0.1:{free_port()}"
        self.tls = f"https://127.0.0.1:{free_port()}"
        self.nas = Machine(folder / "nas", MOSAICFS_AGENT_NAME="nas")
        self.laptop = Machine(folder / "laptop", MOSAICFS_AGENT_NAME="laptop")
        self._duties: dict[str, Duty] = {}
        self._furnish()
        self._found()
        self._join()
        self._settle()

    def _furnish(self) -> None:
        samples.papers(self.nas.files / "papers")
        samples.strange_things(self.nas.files / "strange")
        samples.photographs(self.laptop.files / "photographs")
        samples.films(self.laptop.files / "films")

    def _settle(self) -> None:
        self.nas.until(lambda: self.nas.paths("walk.mp4"), "the films of the laptop")
        self.nas.until(lambda: self.nas.paths("handbook.pdf"), "the papers of the nas")

    def _found(self) -> None:
        self.founded = self.nas.ask("init", "--listen", self.tls, "--watch", str(self.nas.files))
        self.authority = self.nas.folder / "state" / "mosaicfs" / "keys" / "ca.crt"
        self.nas.environment["MOSAICFS_SERVER_LISTEN"] = f"{self.page},{self.tls}"
        self.nas.environment["MOSAICFS_SERVER_TRUSTED_PROXIES"] = "127.0.0.1"
        self.start("server")
        self.start("nas")

    def _join(self) -> None:
        invited = self.nas.ask("nodes", "invite")
        self.laptop.environment["MOSAICFS_JOIN_CODE"] = invited["code"]
        told = self.laptop.run("join", invited["join_url"], "--watch", str(self.laptop.files))
        assert told.returncode == 0, told.stderr
        del self.laptop.environment["MOSAICFS_JOIN_CODE"]
        self.start("laptop")

    # --- processes -----------------------------------------------------------------------------------------------

    def start(self, who: str) -> None:
        """`server`, or the agent of `nas` or `laptop`."""
        machine = self.laptop if who == "laptop" else self.nas
        self._duties[who] = Duty(machine, "server" if who == "server" else "agent")
        if who == "server":
            self.nas.until(lambda: self.nas.run("nodes", "list").returncode == 0, "the server")
        else:
            node = f"node-{who}"
            self.nas.until(lambda: self.status(node) == "online", f"the heartbeat of {who}")

    def stop(self, who: str, how: int = signal.SIGTERM) -> None:
        self._duties.pop(who).stop(how)

    def close(self) -> None:
        for who in list(self._duties):
            self.stop(who, signal.SIGKILL)

    # --- what the owner types ------------------------------------------------------------------------------------

    def key(self, scope: str = "full") -> tuple[str, str]:
        made = self.nas.ask("credentials", "create", "--name", "a tester", "--scope", scope)
        return made["key_id"], made["secret_key"]

    def link(self) -> str:
        """Good once."""
        code = self.nas.ask("open")["url"].partition("#")[2]
        return f"{self.page}/#{code}"

    def get(self, path: str) -> Any:
        return self.nas.ask("api", "GET", path)

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The answer, or `None` for one without content."""
        data = () if body is None else ("--data", json.dumps(body))
        told = self.nas.run("api", method, path, *data, "--json")
        assert told.returncode == 0, told.stderr
        return json.loads(told.stdout) if told.stdout else None

    def status(self, node: str) -> str:
        told = self.nas.run("api", "GET", f"/api/nodes/{node}", "--json")
        return str(json.loads(told.stdout)["status"]) if told.returncode == 0 else "unknown"

    def file_id(self, name: str) -> str:
        (found,) = self.nas.found(name)
        return str(found["file_id"])
