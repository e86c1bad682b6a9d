"""Processes of MosaicFS with a home of their own, and the lightest way to ask a server.

The client is one connection that stays open, so that what is measured is the server.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

MOSAICFS = str(Path(sys.executable).with_name("mosaicfs"))
START_S = 60.0
IDLE_S = 10.0
"""A server closes a connection that nobody uses; a benchmark that was busy elsewhere opens another."""


class Home:
    """All that processes keep is below `folder`; `state` is where the database belongs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state" / "mosaicfs"
        self._runtime = folder / "run"
        for made in (self.state, self._runtime):
            made.mkdir(mode=0o700, parents=True)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self._runtime),
            **{f"XDG_{kind}_HOME": str(self.folder / kind.lower()) for kind in ("STATE", "CONFIG", "CACHE", "DATA")},
            "MOSAICFS_CRAWL_NIGHTLY": "false",
        }

    @property
    def socket(self) -> Path:
        return self._runtime / "mosaicfs" / "api.sock"


class Api:
    """At a Unix socket, or a host and a port.

    Answers must say their length, as those of the server do, which also says when it wants a new connection.
    """

    def __init__(self, place: Path | tuple[str, int]) -> None:
        self._family, self._address = _address(place)
        self._host = "localhost" if isinstance(place, Path) else f"{place[0]}:{place[1]}"
        self._connect()

    def _connect(self) -> None:
        self._socket = socket.socket(self._family, socket.SOCK_STREAM)
        self._socket.settimeout(START_S)
        try:
            self._socket.connect(self._address)
        except OSError:
            self.close()
            raise
        self._used = time.monotonic()

    def close(self) -> None:
        self._socket.close()

    def search(self, word: str, limit: int) -> bytes:
        """The page as it came; it is the name as a whole that the word is looked for in, whatever it holds."""
        return self.get(f"/api/search?q={quote(word, safe='')}&match=substring&limit={limit}")

    def total(self, word: str) -> int:
        return int(_object(self.search(word, 1))["total"])

    def files(self) -> int:
        """How many are known."""
        return int(_object(self.get("/api/files?limit=1"))["total"])

    def get(self, target: str, authorization: str = "") -> bytes:
        return self.ask("GET", target, authorization)

    def post(self, target: str, wish: object) -> dict[str, Any]:
        return _object(self.ask("POST", target, body=json.dumps(wish).encode()))

    def ask(self, method: str, target: str, authorization: str = "", body: bytes = b"") -> bytes:
        """The body of the answer, which must be a good one."""
        login = f"Authorization: {authorization}\r\n" if authorization else ""
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        asked = f"{method} {target} HTTP/1.1\r\nHost: {self._host}\r\n{login}{kind}\r\n"
        if time.monotonic() - self._used > IDLE_S:
            self.close()
            self._connect()
        self._used = time.monotonic()
        found = self._begun(asked.encode() + body, again=method == "GET")
        while b"\r\n\r\n" not in found:
            found += self._received()
        head, _, body = found.partition(b"\r\n\r\n")
        assert head.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 201 ")), found
        fields = _fields(head)
        parts = [body]
        missing = int(fields[b"content-length"]) - len(body)
        while missing > 0:
            parts.append(self._received())
            missing -= len(parts[-1])
        if fields.get(b"connection") == b"close":
            self.close()
            self._connect()
        return b"".join(parts)

    def _begun(self, asked: bytes, *, again: bool) -> bytes:
        """The first part. A server that is busy may close what was idle just when it is used."""
        self._socket.sendall(asked)
        found = self._socket.recv(1 << 18)
        if found or not again:
            assert found, "the server has closed the connection"
            return found
        self.close()
        self._connect()
        return self._begun(asked, again=False)

    def _received(self) -> bytes:
        part = self._socket.recv(1 << 18)
        assert part, "the server has closed the connection"
        return part


def _address(place: Path | tuple[str, int]) -> tuple[int, str | tuple[str, int]]:
    """The family of a socket, and what it connects to."""
    return (socket.AF_UNIX, str(place)) if isinstance(place, Path) else (socket.AF_INET, place)


def _fields(head: bytes) -> dict[bytes, bytes]:
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n")[1:])
    return {name: value.strip() for name, _, value in lines}


def _object(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body)
    return found


@contextmanager
def process(home: Home, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Until the end of the block. `settings` are environment variables."""
    with (home.folder / f"{arguments[0]}.log").open("w") as log:
        command = [MOSAICFS, *arguments, "--log-level", "warning"]
        started = subprocess.Popen(command, env={**home.environment, **settings}, stdout=log, stderr=log)
    try:
        yield started
    finally:
        started.terminate()
        started.wait()


@contextmanager
def server(
    home: Home, listen: str = "http://127.0.0.1:0", **settings: str
) -> Iterator[tuple[Api, subprocess.Popen[bytes]]]:
    """A connection to it, as soon as there is one."""
    with process(home, "server", "--listen", listen, **settings) as started:
        api = _connected(home, started)
        try:
            yield api, started
        finally:
            api.close()


def _connected(home: Home, started: subprocess.Popen[bytes]) -> Api:
    until = time.monotonic() + START_S
    while True:
        assert started.poll() is None, (home.folder / "server.log").read_text(encoding="utf-8")
        try:
            return Api(home.socket)
        except OSError:
            assert time.monotonic() < until, "the server does not start"
            time.sleep(0.002)


def memory_mb(pid: int) -> float:
    """What the process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
