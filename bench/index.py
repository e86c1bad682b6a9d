"""Indexing a tree of files by a real agent, first and again without changes, against `find` that prints size and time.

The agent is a process of its own with an empty state, as `mosaicfs agent` starts it: walk, comparison, documents on
disk, watches. The tree is warm for both sides.
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
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import folders
from bench.harness import Comparison, Side, Target, compare, report

FIRST = Target(1 / 8, "at most 8 times as long as find")
AGAIN = Target(1 / 2.5, "at most 2.5 times as long as find")
MOST_MEMORY_MB = 250
MOST_BYTES_A_FILE = 1_000
START_S = 60.0


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=3)


def run(options: argparse.Namespace) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    tree = folder / "tree"
    facts: dict[str, float | str] = {}
    try:
        folders.plant(tree, options.files)
        _found(tree)
        comparisons = [_first(folder, tree, options, facts), _again(folder, tree, options, facts)]
        small = (
            float(facts["memory, MB"]) < MOST_MEMORY_MB and float(facts["database, bytes a file"]) < MOST_BYTES_A_FILE
        )
        return report("index", comparisons, facts) and small
    finally:
        shutil.rmtree(folder)


def _first(folder: Path, tree: Path, options: argparse.Namespace, facts: dict[str, float | str]) -> Comparison:
    turns = count()

    def ours() -> float:
        state = folder / f"first-{next(turns)}"
        begun = perf_counter()
        with _agent(state, tree) as agent:
            agent.until_indexed(options.files)
            seconds = perf_counter() - begun
            facts["memory, MB"] = max(agent.most_memory(), float(facts.get("memory, MB", 0)))
        facts["database, bytes a file"] = _size(state, "mosaicfs.db") / options.files
        facts["memory of the agent on disk, bytes a file"] = _size(state, "agent.db") / options.files
        shutil.rmtree(state)
        return seconds

    sides = (Side("mosaicfs agent, from its start", ours), Side("find -printf", lambda: _found(tree)))
    title = "first crawl, every file a new document"
    return compare(title, *sides, amount=options.files, unit="files", repeats=options.repeats, target=FIRST)


def _again(folder: Path, tree: Path, options: argparse.Namespace, facts: dict[str, float | str]) -> Comparison:
    with _agent(folder / "again", tree) as agent:
        agent.until_indexed(options.files)

        def ours() -> float:
            begun = perf_counter()
            (crawl,) = agent.ask("crawl", now=True)["crawls"]
            seconds = perf_counter() - begun
            assert (crawl["seen"], crawl["new"], crawl["changed"]) == (options.files, 0, 0), crawl
            return seconds

        sides = (Side("mosaicfs agent crawl --now", ours), Side("find -printf", lambda: _found(tree)))
        title = "crawl again, nothing changed"
        found = compare(title, *sides, amount=options.files, unit="files", repeats=options.repeats, target=AGAIN)
        facts["memory, MB"] = max(agent.most_memory(), float(facts["memory, MB"]))
    return found


class _Agent:
    def __init__(self, pid: int, control: Path) -> None:
        self._pid = pid
        self._control = control

    def ask(self, what: str, **more: object) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._control))
            connection.sendall(json.dumps({"do": what, **more}).encode() + b"\n")
            with connection.makefile() as answers:
                answer: dict[str, Any] = json.loads(answers.readline())
        assert "error" not in answer, answer
        return answer

    def until_indexed(self, files: int) -> None:
        until = time.monotonic() + START_S
        while not self._control.exists():
            assert time.monotonic() < until, "the agent does not start"
            time.sleep(0.01)
        while True:
            crawl = self.ask("status")["crawler"]
            if crawl["phase"] == "idle" and crawl["complete"]:
                assert crawl["seen"] == files, crawl
                return
            time.sleep(0.02)

    def most_memory(self) -> float:
        """In MB, of all its life."""
        lines = Path(f"/proc/{self._pid}/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


@contextmanager
def _agent(state: Path, tree: Path) -> Iterator[_Agent]:
    runtime = state / "run"
    runtime.mkdir(mode=0o700, parents=True)
    environment = {
        **os.environ,
        "HOME": str(state),
        "XDG_RUNTIME_DIR": str(runtime),
        **{f"XDG_{kind}_HOME": str(state / kind.lower()) for kind in ("STATE", "CONFIG", "CACHE", "DATA")},
        "MOSAICFS_AGENT_WATCH_PATHS": str(tree),
        "MOSAICFS_CRAWL_NIGHTLY": "false",
    }
    command = [str(Path(sys.executable).with_name("mosaicfs")), "agent", "--log-level", "warning"]
    with (state / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield _Agent(process.pid, runtime / "mosaicfs" / "agent.sock")
    finally:
        process.terminate()
        process.wait()


def _size(state: Path, name: str) -> int:
    """With its log, after a clean stop."""
    return sum(path.stat().st_size for path in (state / "state" / "mosaicfs").glob(f"{name}*"))


def _found(root: Path) -> float:
    begun = perf_counter()
    subprocess.run(["find", root, "-printf", "%s %T@ %p\n"], stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - begun
