"""Real processes for the journeys: ours, PouchDB in Node and in Chromium, and pouchdb-server.

Each has folders and a port of its own and is gone when the test is.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.journeys.door import Door
from tests.journeys.waiting import until

PROGRAM = str(Path(sys.executable).with_name("mosaicfs"))
PEERS = Path(__file__).parent / "peers"
Leaves = dict[str, tuple[tuple[str, ...], bool]]
"""By id: the winner and the other leaves in order, and whether the winner is a tombstone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


def in_full() -> bool:
    return os.environ.get("MOSAICFS_SOAK") == "1"


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a short name: the address of a socket below it may have only 107 bytes."""
    return tmp_path_factory.mktemp("j")


@pytest.fixture
def full() -> bool:
    """Whether there is time for the sizes that the promises are about."""
    return in_full()


@pytest.fixture
def peers() -> Path:
    if not (PEERS / "node_modules" / "pouchdb").is_dir():
        pytest.fail("The peers are not installed. Type: make peers")
    return PEERS


def free_port() -> int:
    """Below those that the system gives to whoever connects: nobody is given it between this and its use."""
    while True:
        port = 10_000 + secrets.randbelow(22_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@pytest.fixture
def within() -> Callable[..., float]:
    return until


class Database:
    """A database of any CouchDB-protocol server, as a person with curl sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(timeout=120, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def answers(self) -> bool:
        try:
            return self._client.get(self.url.rsplit("/", 1)[0] + "/").status_code < 500
        except httpx.HTTPError:
            return False

    def create(self) -> None:
        assert self._client.put(self.url).status_code == 201

    def info(self) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.get(self.url).raise_for_status().json()
        return answer

    def write(self, docs: list[dict[str, Any]], *, force: bool = False) -> dict[str, str]:
        """The revisions that were acknowledged."""
        answer = self._client.post(f"{self.url}/_bulk_docs", json={"docs": docs, "new_edits": not force})
        rows = answer.raise_for_status().json()
        return {row["id"]: row["rev"] for row in rows if "error" not in row}

    def post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        return self._client.post(self.url + path, json=body)

    def has(self, doc_id: str) -> bool:
        return self._client.get(f"{self.url}/{quote(doc_id, safe='')}").status_code == 200

    def get(self, doc_id: str) -> dict[str, Any]:
        """With what a replication needs to write it elsewhere."""
        answer = self._client.get(f"{self.url}/{quote(doc_id, safe='')}", params={"revs": "true"})
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def rev(self, doc_id: str) -> str:
        answer = self._client.get(f"{self.url}/{quote(doc_id, safe='')}")
        return str(answer.json()["_rev"]) if answer.status_code == 200 else ""

    def ids(self, **limits: str) -> list[str]:
        """Live ones, between `startkey` and `endkey`."""
        query = {name: json.dumps(value) for name, value in limits.items()}
        answer = self._client.get(f"{self.url}/_all_docs", params=query).raise_for_status()
        return [row["id"] for row in answer.json()["rows"]]

    def leaves(self) -> Leaves:
        """PouchDB does not put the winner first among the changes, so the document itself is asked."""
        query = {"style": "all_docs", "include_docs": "true"}
        answer = self._client.get(f"{self.url}/_changes", params=query).raise_for_status()
        found: Leaves = {}
        for row in answer.json()["results"]:
            winner = row["doc"]["_rev"]
            others = sorted(change["rev"] for change in row["changes"] if change["rev"] != winner)
            found[row["id"]] = ((winner, *others), row.get("deleted", False))
        return found


class Process:
    """What is started can be killed at any moment and started again."""

    def __init__(self, command: list[str], folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.log = folder / f"{Path(command[0]).name}-{Path(command[1]).name}.log"
        self._command = command
        self._environment = {**os.environ, **(environment or {})}
        self._running: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                self._command, cwd=self.folder, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def kill(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    def stop(self) -> int:
        """In order; the exit code."""
        assert self._running is not None
        self._running.terminate()
        code = self._running.wait(30)
        self._running = None
        return code


class Ours(Process):
    """`mosaicfs DUTY` with a state directory of its own."""

    def __init__(self, duty: str, folder: Path, port: int, settings: Mapping[str, str]) -> None:
        self.port = port
        self.tls_port = 0
        self.state = folder / "state" / "mosaicfs"
        runtime = folder / "run"
        self.door = Door(runtime / "mosaicfs" / "api.sock")
        runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
        environment = {
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(runtime),
            **{f"XDG_{kind.upper()}_HOME": str(folder / kind) for kind in ("state", "config", "cache", "data")},
            "MOSAICFS_SERVER_LISTEN": f"http://127.0.0.1:{port}",
            "MOSAICFS_LOGGING_FORMAT": "text",
            "MOSAICFS_TRANSFER_LISTEN": "127.0.0.1:0",
            **settings,
        }
        self.environment = environment
        super().__init__([PROGRAM, duty], folder, environment)

    @property
    def api(self) -> str:
        """As its owner."""
        return f"http://127.0.0.1:{self.door.port}/api"

    @property
    def address(self) -> str:
        """Of its database, as its owner."""
        return f"{self.api}/replication/mosaicfs"

    @property
    def network(self) -> str:
        """Of its database, as somebody who must log in."""
        return f"http://127.0.0.1:{self.port}/api/replication/mosaicfs"

    def type(self, *arguments: str, **environment: str) -> Any:
        """A command on this machine; the one JSON object that it answers with."""
        command = [PROGRAM, *arguments, "--json"]
        told = subprocess.run(
            command, env={**os.environ, **self.environment, **environment}, capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, told.stderr + told.stdout
        return json.loads(told.stdout)

    def session(self) -> str:
        """The `Authorization` of a page that its owner has logged in to."""
        with httpx.Client(base_url=self.api, trust_env=False) as owner:
            made = owner.post("/credentials", json={"name": "the page"}).raise_for_status().json()
        login = {"access_key_id": made["key_id"], "secret_key": made["secret_key"]}
        with httpx.Client(trust_env=False) as page:
            answer = page.post(f"http://127.0.0.1:{self.port}/api/auth/login", json=login).raise_for_status().json()
        return f"MOSAICFS-SESSION {answer['replication']['token']}"


class Window(Process):
    """The database of a node, as whoever sits there could see it. No server runs on a node for that."""

    def __init__(self, node: Ours, port: int) -> None:
        self.port = port
        bells = node.folder / "run" / "mosaicfs" / "bell"
        program = str(Path(__file__).with_name("window.py"))
        super().__init__([sys.executable, program, str(node.state / "mosaicfs.db"), str(bells), str(port)], node.folder)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/replication/mosaicfs"


class Pouch:
    """PouchDB somewhere else, asked line by line."""

    def __init__(self, command: list[str]) -> None:
        self._node = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, call: str, **given: object) -> Any:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps({"call": call, **given}).encode() + b"\n")
        self._node.stdin.flush()
        told = json.loads(self._node.stdout.readline() or b'{"error":"PouchDB is gone"}')
        assert "error" not in told, told["error"]
        return told["ok"]

    def leaves(self, name: str) -> Leaves:
        return {doc_id: (tuple(row["revs"]), row["deleted"]) for doc_id, row in self.ask("leaves", name=name).items()}

    def close(self) -> None:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        with suppress(BrokenPipeError):
            self._node.stdin.close()
        try:
            self._node.wait(15)
        except subprocess.TimeoutExpired:
            self._node.kill()
            self._node.wait()
        self._node.stdout.close()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def database(stack: ExitStack) -> Callable[[str], Database]:
    def reach(url: str) -> Database:
        found = Database(url)
        stack.callback(found.close)
        return found

    return reach


@pytest.fixture
def ours(tmp_path: Path, stack: ExitStack) -> Callable[..., Ours]:
    """A duty in a process of its own; a server that is started is ready when this returns."""

    def make(
        duty: str = "server",
        name: str = "",
        *,
        beside: Ours | None = None,
        start: bool = True,
        tls: bool = False,
        **settings: str,
    ) -> Ours:
        """`beside` another duty of the same machine, with the same folders; `tls` at a second port."""
        port = free_port()
        tls_port = free_port() if tls else 0
        if tls:
            settings["MOSAICFS_SERVER_LISTEN"] = f"http://127.0.0.1:{port},https://127.0.0.1:{tls_port}"
        folder = beside.folder if beside else tmp_path / (name or f"{duty}-{port}")
        process = Ours(duty, folder, port, settings)
        process.tls_port = tls_port
        stack.callback(process.door.close)
        stack.callback(process.kill)
        if start:
            process.start()
        if start and duty != "agent":
            wait_for_server(process)
        return process

    return make


@pytest.fixture
def window(stack: ExitStack) -> Callable[[Ours], Window]:
    def open_window(node: Ours) -> Window:
        process = Window(node, free_port())
        stack.callback(process.kill)
        process.start()
        wait_for_server(process)
        return process

    return open_window


def wait_for_server(process: Ours | Window) -> None:
    database = Database(f"http://127.0.0.1:{process.port}/api/replication/mosaicfs")
    try:
        until(database.answers, f"The start of {process.folder}")
    finally:
        database.close()


@pytest.fixture
def restarted() -> Callable[[Ours | Window], None]:
    """Dead without a word, and back."""

    def restart(process: Ours | Window) -> None:
        process.kill()
        process.start()
        wait_for_server(process)

    return restart


@pytest.fixture
def pouchdb_server(tmp_path: Path, stack: ExitStack, peers: Path) -> Callable[[], Database]:
    """An empty database in a server of its own."""

    def start() -> Database:
        port = free_port()
        folder = tmp_path / f"pouchdb-server-{port}"
        program = str(peers / "node_modules" / ".bin" / "pouchdb-server")
        options = ["--host", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--no-stdout-logs"]
        process = Process([program, *options], folder)
        stack.callback(process.kill)
        process.start()
        found = Database(f"http://127.0.0.1:{port}/db")
        stack.callback(found.close)
        until(found.answers, "The start of pouchdb-server")
        found.create()
        return found

    return start


@pytest.fixture
def pouch(stack: ExitStack, peers: Path) -> Pouch:
    """PouchDB in Node."""
    running = Pouch([node(), str(peers / "pouch.js")])
    stack.callback(running.close)
    return running


@pytest.fixture
def chromium(tmp_path: Path, stack: ExitStack, peers: Path) -> Callable[[str], Pouch]:
    """PouchDB in Chromium, on a page of the given origin."""

    def start(origin: str) -> Pouch:
        profile = tmp_path / "chromium"
        running = Pouch([node(), str(peers / "chromium.js"), origin, str(profile), browser()])
        stack.callback(running.close)
        return running

    return start


def browser() -> str:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("There is no Chromium here. Type: make browser")
    return found


def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.fail("There is no node here. Type: make peers")
    return found
