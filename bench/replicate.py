"""A cold copy of a whole database from one node to another, against one pouchdb-server that pulls from another.

On both sides two processes, HTTP between them, and the one that pulls writes into its own empty database on disk. The
documents are the same.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpx
import trio

from bench import files
from bench.harness import Side, Target, compare, report
from mosaicfs import wire
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.document import Document
from mosaicfs.model.role import CONTROL, UPSTREAM
from mosaicfs_sync.carrier import http_peer
from mosaicfs_sync.carrying import replicate
from mosaicfs_sync.local import LocalPeer

BATCH = 1_000
START_S = 30.0
MOST_MEMORY_MB = 200
FASTER = Target(10, "at least 10 times as fast")
POUCHDB_SERVER = Path(__file__).parents[1] / "tests" / "journeys" / "peers" / "node_modules" / ".bin" / "pouchdb-server"


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)


def run(options: argparse.Namespace) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    documents = files.documents(options.documents)
    try:
        with _ours(folder, documents) as (ours, memory), pouchdb(folder, documents) as theirs:
            comparison = compare(
                f"cold, {options.documents:,} documents of about {_size(documents)} bytes",
                Side("node to node", ours),
                Side("pouchdb-server", theirs),
                amount=options.documents,
                unit="documents",
                repeats=options.repeats,
                target=FASTER,
            )
        facts: dict[str, float | str] = {f"memory of the {name}, MB": size for name, size in memory.items()}
        return report("replicate", [comparison], facts) and max(memory.values()) < MOST_MEMORY_MB
    finally:
        shutil.rmtree(folder)


# --- ours ------------------------------------------------------------------------------------------------------------


@contextmanager
def _ours(folder: Path, documents: list[Document]) -> Iterator[tuple[Callable[[], float], dict[str, float]]]:
    """A turn, and the most memory that either process has ever had."""
    state = folder / "state" / "mosaicfs"
    trio.run(_fill, state / "mosaicfs.db", _made(folder / "bell"), documents)
    port = free_port()
    runtime = _made(folder / "run")
    places = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("STATE", "CONFIG", "CACHE", "DATA")}
    command = [str(Path(sys.executable).with_name("mosaicfs")), "server", "--listen", f"http://127.0.0.1:{port}"]
    memory = {"node that is read": 0.0, "node that reads": 0.0}
    turns = count()
    with _running(command, port, folder, places | {"XDG_RUNTIME_DIR": str(runtime)}) as pid:
        url = f"http://{_mirror_key(runtime)}@127.0.0.1:{port}/api/replication/mosaicfs"

        def turn() -> float:
            place = _made(folder / f"reader-{next(turns)}")
            database, bell = str(place / "mosaicfs.db"), str(_made(place / "bell"))
            reader = [sys.executable, "-m", "bench.replicate", url, database, bell]
            told = json.loads(subprocess.run(reader, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1])
            assert told["written"] >= len(documents)  # and what the server wrote itself, such as the key
            memory["node that reads"] = max(memory["node that reads"], told["memory"])
            memory["node that is read"] = most_memory_mb(pid)
            return float(told["seconds"])

        yield turn, memory


def _mirror_key(runtime: Path) -> str:
    """An access key that may replicate everything, as the owner makes one: its id and its secret."""
    transport = httpx.HTTPTransport(uds=str(runtime / "mosaicfs" / "api.sock"))
    with httpx.Client(transport=transport, base_url="http://localhost", trust_env=False) as owner:
        asked = {"name": "the bench", "scope": "mirror"}
        made = owner.post("/api/credentials", json=asked).raise_for_status().json()
    return f"{made['key_id']}:{made['secret_key']}"


async def _fill(database: Path, bell: Path, documents: list[Document]) -> None:
    async with open_store(database, bell) as store:
        for start in range(0, len(documents), BATCH):
            await store.write(documents[start : start + BATCH], writer=CONTROL)


async def _read(url: str, database: Path, bell: Path) -> None:
    """The process that reads: what the agent does, once."""
    async with open_store(database, bell) as store, http_peer(url) as source:
        begun = time.perf_counter()
        counters = await replicate(source, LocalPeer(store, role=UPSTREAM))
        seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "written": counters.docs_written, "memory": most_memory_mb(os.getpid())}))


# --- pouchdb-server --------------------------------------------------------------------------------------------------


@contextmanager
def pouchdb(folder: Path, documents: list[Document]) -> Iterator[Callable[[], float]]:
    """A turn between two servers, of which the first has all documents."""
    ports = [free_port(), free_port()]
    turns = count()
    with _pouchdb_server(folder, ports[0]), _pouchdb_server(folder, ports[1]), httpx.Client(timeout=3_600) as client:
        source, reader = (f"http://127.0.0.1:{port}" for port in ports)
        client.put(f"{source}/db").raise_for_status()
        for start in range(0, len(documents), BATCH):
            docs = b",".join(map(wire.document_to_json, documents[start : start + BATCH]))
            headers = {"Content-Type": "application/json"}
            content = b'{"docs":[' + docs + b"]}"
            client.post(f"{source}/db/_bulk_docs", content=content, headers=headers).raise_for_status()

        def turn() -> float:
            name = f"db{next(turns)}"
            client.put(f"{reader}/{name}").raise_for_status()
            begun = time.perf_counter()
            told = client.post(f"{reader}/_replicate", json={"source": f"{source}/db", "target": name}).json()
            seconds = time.perf_counter() - begun
            assert told["docs_written"] == len(documents), told
            return seconds

        yield turn


@contextmanager
def _pouchdb_server(folder: Path, port: int) -> Iterator[int]:
    data = folder / f"pouchdb-{port}"
    data.mkdir()
    command = [str(POUCHDB_SERVER), "--host", "127.0.0.1", "--port", str(port), "--dir", str(data)]
    with _running([*command, "--no-stdout-logs"], port, data, {}) as pid:
        yield pid


# --- processes -------------------------------------------------------------------------------------------------------


@contextmanager
def _running(command: list[str], port: int, folder: Path, environment: dict[str, str]) -> Iterator[int]:
    # Not `log.txt`: pouchdb-server copies that file to its output, and would copy its own words for ever.
    with (folder / "output").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, stdout=log, stderr=log)
    try:
        _wait_for(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
        time.sleep(0.05)


def most_memory_mb(pid: int) -> float:
    """In MB, of all its life."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


def _size(documents: list[Document]) -> int:
    return sum(len(document.body) for document in documents) // max(len(documents), 1)


if __name__ == "__main__":
    trio.run(_read, sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
