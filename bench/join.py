"""A new node's cold start against a control plane that has everything, beside pouchdb-server replicating a part of it.

The node joins as a person lets it, by an invitation, and pulls over TLS with a signature on every request, each byte
counted on its way. Somebody uses the API of the control plane meanwhile. pouchdb-server has HTTP alone and nobody to
know; its time is that of fewer documents, taken for as many.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count, cycle
from pathlib import Path
from typing import Final

import trio

from bench import files
from bench.harness import Side, Target, compare, report
from bench.relay import Relay, relay_to
from bench.replicate import free_port, most_memory_mb, pouchdb
from bench.server import MOSAICFS, Api, Home, process, server
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.role import CONTROL

BATCH: Final = 1_000
FASTER: Final = Target(10, "at least 10 times as fast")
MOST_P95_MS: Final = 200.0
PULL_S: Final = 3_600.0
LOOK_S: Final = 0.1
REST_S: Final = 1.0
LITTLE_CPU_S: Final = 0.05
PAUSE_S: Final = 0.02
"""Between two calls of the person at the API."""

Facts = dict[str, float | str]


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--documents", type=int, default=500_000)
    parser.add_argument("--peer-documents", type=int, default=50_000, help="as many as pouchdb-server replicates")
    parser.add_argument("--repeats", type=int, default=1)


def run(options: argparse.Namespace) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    facts: Facts = {}
    few = files.documents(options.peer_documents)
    try:
        home = Home(folder / "control-plane")
        with _control_plane(home, options.documents, facts) as join, pouchdb(folder, few) as replicate:
            scale = options.documents / options.peer_documents
            comparison = compare(
                f"cold, {options.documents:,} documents; the peer's time is that of {options.peer_documents:,}, scaled",
                Side("a node joins", join),
                Side("pouchdb-server", lambda: replicate() * scale),
                amount=options.documents,
                unit="documents",
                repeats=options.repeats,
                target=FASTER,
            )
        met = report("join", [comparison], facts)
        return met and float(facts["API meanwhile, p95 ms"]) < MOST_P95_MS
    finally:
        shutil.rmtree(folder)


async def _fill(home: Home, amount: int) -> None:
    documents = files.documents(amount)
    async with open_store(home.state / "mosaicfs.db", home.folder / "bell") as store:
        for start in range(0, amount, BATCH):
            await store.write(documents[start : start + BATCH], writer=CONTROL)


# --- a turn ----------------------------------------------------------------------------------------------------------


@contextmanager
def _control_plane(home: Home, amount: int, facts: Facts) -> Iterator[Callable[[], float]]:
    """A turn: from the start of a node's agent until all is in its database. `facts` are of the last one."""
    port = free_port()
    listen = f"https://127.0.0.1:{port}"
    turns = count()
    with relay_to(port) as relay, ExitStack() as opened:
        _said(home, "init", "--listen", listen, "--names", f"127.0.0.1:{relay.port}")
        trio.run(_fill, home, amount)
        api, started = opened.enter_context(server(home, listen))
        api.search("summer", 1)  # the index of names is there
        _until_at_rest(started.pid)
        facts["control plane before, MB"] = most_memory_mb(started.pid)

        def turn() -> float:
            node = Home(home.folder.with_name(f"node-{next(turns)}"))
            _join(home, node, relay)
            sent, received, spent = relay.sent, relay.received, _cpu_s(started.pid)
            with _somebody(home) as waits, process(node, "agent") as agent:
                begun = time.perf_counter()
                trio.run(_until_all_is_there, node, amount, agent)
                seconds = time.perf_counter() - begun
                facts["node, most MB"] = most_memory_mb(agent.pid)
                facts["node, CPU seconds"] = _cpu_s(agent.pid)
            facts["control plane, CPU seconds"] = _cpu_s(started.pid) - spent
            facts["control plane, most MB"] = most_memory_mb(started.pid)
            facts["seconds"] = f"{seconds:.1f}"
            facts["bytes to the node, a document"] = (relay.received - received) / amount
            facts["bytes to the node, MB"] = (relay.received - received) / 1e6
            facts["bytes from the node, MB"] = f"{(relay.sent - sent) / 1e6:.2f}"
            facts["API meanwhile, calls"] = len(waits)
            facts["API meanwhile, p95 ms"] = _p95(waits) * 1_000
            facts["API meanwhile, longest ms"] = max(waits) * 1_000
            return seconds

        yield turn


def _join(home: Home, node: Home, relay: Relay) -> None:
    """By the line that the owner is given, with the port of the relay."""
    invited = json.loads(_said(home, "nodes", "invite", "--json"))
    fingerprint = invited["join_url"].partition("#")[2]
    watched = node.folder / "files"
    watched.mkdir()
    url = f"https://127.0.0.1:{relay.port}#{fingerprint}"
    _said(node, "join", url, "--watch", str(watched), MOSAICFS_JOIN_CODE=invited["code"])


async def _until_all_is_there(node: Home, amount: int, agent: subprocess.Popen[bytes]) -> None:
    bell = node.folder / "run" / "mosaicfs" / "bell"  # the agent's: who does not hear it would work beside it
    bell.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = time.monotonic() + PULL_S
    async with open_store(node.state / "mosaicfs.db", bell) as store:
        while (await store.info()).live < amount:
            assert agent.poll() is None, (node.folder / "agent.log").read_text(encoding="utf-8")
            assert time.monotonic() < until, "the node does not get everything"
            await trio.sleep(LOOK_S)


@contextmanager
def _somebody(home: Home) -> Iterator[list[float]]:
    """Uses the API of the control plane; the seconds of each call."""
    waits: list[float] = []
    over = threading.Event()

    def use() -> None:
        api = Api(home.socket)
        targets = ("/api/auth/whoami", "/api/files?limit=100", "/api/search?q=summer&limit=20", "/api/nodes")
        for target in cycle(targets):
            if over.wait(PAUSE_S):
                break
            begun = time.perf_counter()
            api.get(target)
            waits.append(time.perf_counter() - begun)
        api.close()

    person = threading.Thread(target=use)
    person.start()
    try:
        yield waits
    finally:
        over.set()
        person.join()


# --- reading ---------------------------------------------------------------------------------------------------------


def _said(home: Home, *arguments: str, **settings: str) -> bytes:
    told = subprocess.run(
        [MOSAICFS, *arguments], env={**home.environment, **settings}, capture_output=True, check=False
    )
    assert told.returncode == 0, told.stderr.decode()
    return told.stdout


def _until_at_rest(pid: int) -> None:
    """What a server does once after so many documents came, such as listing files, is no part of a node's start."""
    before = -1.0
    while (spent := _cpu_s(pid)) - before > LITTLE_CPU_S:
        before = spent
        time.sleep(REST_S)


def _p95(each: list[float]) -> float:
    return sorted(each)[math.ceil(0.95 * len(each)) - 1]


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
