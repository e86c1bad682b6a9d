"""A server that speaks CouchDB's protocol: a real one where the environment names it, else pouchdb-server in memory."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest

REAL = "MOSAICFS_TEST_COUCHDB_URL"
"""With name and password, such as `http://admin:secret@127.0.0.1:5984`. Databases `mosaicfs-test-…` are made there."""
_PROGRAM = Path("tests/journeys/peers/node_modules/pouchdb-server/bin/pouchdb-server")
_START_S = 60.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A server is a process of its own, and not there before `make peers`."""
    for item in items:
        if isinstance(item, pytest.Function) and "couch_server" in item.fixturenames:
            item.add_marker(pytest.mark.journey)


class CouchServer(NamedTuple):
    url: str
    user: str
    secret: str
    real: bool


@pytest.fixture(scope="session")
def couch_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CouchServer]:
    if given := os.environ.get(REAL):
        parts = urlsplit(given)
        url = f"{parts.scheme}://{parts.hostname}:{parts.port or 5984}"
        yield CouchServer(url, parts.username or "", parts.password or "", real=True)
        return
    folder, port = tmp_path_factory.mktemp("pouchdb-server"), _free_port()
    arguments = ["--in-memory", "--port", str(port), "--host", "127.0.0.1", "--no-stdout-logs"]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(["node", _program(), *arguments], cwd=folder, stdout=output, stderr=output)
    try:
        _wait_for(f"http://127.0.0.1:{port}/", process)
        yield CouchServer(f"http://127.0.0.1:{port}", "", "", real=False)
    finally:
        process.terminate()
        process.wait()


def _program() -> Path:
    for folder in Path(__file__).parents:
        if (folder / _PROGRAM).exists():
            return folder / _PROGRAM
    pytest.fail(f"{_PROGRAM} is not installed. Type: make peers")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    began = time.monotonic()
    while time.monotonic() - began < _START_S:
        assert process.poll() is None, "pouchdb-server has ended by itself"
        try:
            httpx.get(url, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"pouchdb-server was not ready after {_START_S:g} s")
