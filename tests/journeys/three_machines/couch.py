"""A CouchDB for a control plane: a real one where the environment names it, else pouchdb-server in memory.

Journeys share the server; each has a database of its own, and reaches it as if it lay on the machine of the control
plane.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import httpx
import pytest

from tests.journeys.conftest import PEERS, Database, Process, free_port, in_full
from tests.journeys.waiting import until

REAL = "MOSAICFS_TEST_COUCHDB_URL"
"""With name and password, as for the tests of the driver. Databases `mosaicfs-test-…` are made there and deleted."""

IN_FULL = pytest.mark.skipif(not in_full(), reason="over CouchDB in the full run alone: MOSAICFS_SOAK=1")


def _kept_in(*keepers: object) -> pytest.MarkDecorator:
    """What keeps the documents of the control plane."""
    return pytest.mark.parametrize("keeper", keepers, indirect=True)


BOTH = _kept_in("sqlite", "couchdb")
BOTH_IN_FULL = _kept_in("sqlite", pytest.param("couchdb", marks=IN_FULL))
ON_COUCHDB = _kept_in("couchdb")
IN_A_FILE = _kept_in(
    "sqlite",
    pytest.param("couchdb", marks=pytest.mark.skip("a copy of its state holds no documents: they lie in CouchDB")),
)


class Server(NamedTuple):
    url: str
    user: str
    secret: str


class Couch:
    def __init__(self, server: Server) -> None:
        self._server = server
        self._database = f"mosaicfs-test-{uuid4().hex}"
        self._command: list[str] = []
        self._port = free_port()
        self._relay: subprocess.Popen[bytes] | None = None

    def beside(self, inside: Sequence[str]) -> Mapping[str, str]:
        """The settings of a control plane on the machine whose commands begin with `inside`."""
        self._command = [*inside, sys.executable, str(Path(__file__).with_name("relay.py"))]
        self.come_back()
        return {
            "MOSAICFS_STORE_DRIVER": "couchdb",
            "MOSAICFS_STORE_URL": f"http://127.0.0.1:{self._port}",
            "MOSAICFS_STORE_USER": self._server.user,
            "MOSAICFS_STORE_SECRET": self._server.secret,
        }

    def go_away(self) -> None:
        """As when the server is killed: what is open breaks, and nobody listens."""
        assert self._relay is not None
        assert self._relay.stdout is not None
        self._relay.kill()
        self._relay.wait()
        self._relay.stdout.close()
        self._relay = None

    def come_back(self) -> None:
        namespace = f"/proc/{os.getpid()}/ns/net" if "nsenter" in self._command else ""
        reached = [str(self._port), self._server.url, self._database, namespace]
        self._relay = subprocess.Popen([*self._command, *reached], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert self._relay.stdout is not None
        assert self._relay.stdout.readline() == b"ready\n"

    def close(self) -> None:
        if self._relay is not None:
            self.go_away()
        login = (self._server.user, self._server.secret) if self._server.user else None
        with httpx.Client(auth=login, trust_env=False) as client:
            client.delete(f"{self._server.url}/{self._database}")


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    if given := os.environ.get(REAL):
        parts = urlsplit(given)
        login = unquote(parts.username or ""), unquote(parts.password or "")
        yield Server(f"{parts.scheme}://{parts.hostname}:{parts.port or 5984}", *login)
        return
    program, port = PEERS / "node_modules" / ".bin" / "pouchdb-server", free_port()
    if not program.exists():
        pytest.fail("The peers are not installed. Type: make peers")
    options = ["--in-memory", "--host", "127.0.0.1", "--port", str(port), "--no-stdout-logs"]
    process, answers = Process([str(program), *options], folder), Database(f"http://127.0.0.1:{port}/any")
    process.start()
    try:
        until(answers.answers, "The start of pouchdb-server")
        yield Server(f"http://127.0.0.1:{port}", "", "")
    finally:
        answers.close()
        process.kill()
