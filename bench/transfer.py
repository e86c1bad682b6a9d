"""Files of another node, read through the mount over our own TLS, beside `rclone serve http`, which has neither TLS nor
anybody to know. The same copier, `rclone copy`, takes them from both, cold and again.

What it copies from a folder it would read once more on both sides, to compare MD5; over HTTP it cannot. So it compares
nothing in either case: over our line all that comes has been checked already.

Cold means that nothing of the files is on the machine that reads; again means that they are in its cache.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Final

from bench.harness import Comparison, Target, report
from bench.replicate import free_port
from bench.server import MOSAICFS, START_S, Home, process, server

SMALL_SIZE: Final = 20 << 10
LEVEL: Final = Target(1, "at least level")
NODE: Final = "nas"


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--megabytes", type=int, default=1_024)
    parser.add_argument("--small", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=3)


def run(options: argparse.Namespace) -> bool:
    if shutil.which("rclone") is None:
        print("transfer: rclone is not installed, so there is nobody to compare with.")
        return False
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    try:
        shared = _planted(folder / "shared", options)
        with ExitStack() as opened:
            reader = opened.enter_context(_two_nodes(folder, shared, options.small + 1))
            url = opened.enter_context(_served(shared))
            turns = [_turn(folder, reader, url, options) for _ in range(options.repeats)]
        return report("transfer", list(_compared(turns, options)))
    finally:
        shutil.rmtree(folder)


def _planted(shared: Path, options: argparse.Namespace) -> Path:
    chance = Random(3)
    (shared / "small").mkdir(parents=True)
    (shared / "large").mkdir()
    with (shared / "large" / "film.bin").open("wb") as out:
        for _ in range(options.megabytes):
            out.write(chance.randbytes(1 << 20))
    for number in range(options.small):
        (shared / "small" / f"note {number:05}.txt").write_bytes(chance.randbytes(SMALL_SIZE))
    return shared


Turn = dict[tuple[str, str], float]


def _turn(folder: Path, reader: Home, url: str, options: argparse.Namespace) -> Turn:
    """Seconds by what was copied, and from where."""
    seconds: Turn = {}
    shutil.rmtree(reader.folder / "cache", ignore_errors=True)
    with _mounted(reader, folder / "tree", options.small) as tree:
        for what in ("large", "small"):
            seconds[what, "rclone"] = _copied([f":http:{what}", "--http-url", url], folder / "copy")
            for when in ("cold", "again"):
                seconds[what, when] = _copied([str(tree / "shared" / what)], folder / "copy")
    return seconds


def _copied(source: list[str], to: Path) -> float:
    begun = perf_counter()
    command = ["rclone", "copy", "--config", "/dev/null", "--ignore-checksum", *source, str(to)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = perf_counter() - begun
    shutil.rmtree(to)
    return seconds


def _compared(turns: list[Turn], options: argparse.Namespace) -> Iterator[Comparison]:
    amounts = {"large": (options.megabytes, "MiB"), "small": (options.small, "files")}
    for what, (amount, unit) in amounts.items():
        for when in ("cold", "again"):
            ours = tuple(turn[what, when] for turn in turns)
            peer = tuple(turn[what, "rclone"] for turn in turns)
            title = f"{'one large file' if what == 'large' else 'many small files'}, {when}"
            yield Comparison(title, unit, amount, "mosaicfs mount", "rclone serve http", ours, peer, LEVEL)


# --- both sides ------------------------------------------------------------------------------------------------------


@contextmanager
def _served(shared: Path) -> Iterator[str]:
    port = free_port()
    command = ["rclone", "serve", "http", "--config", "/dev/null", "--addr", f"127.0.0.1:{port}", str(shared)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process_:
        try:
            time.sleep(1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process_.terminate()


@contextmanager
def _two_nodes(folder: Path, shared: Path, files: int) -> Iterator[Home]:
    """The first has the files and is the control plane; the second one reads."""
    home, reader = Home(folder / "has"), Home(folder / "reads")
    listen = f"https://127.0.0.1:{free_port()}"
    has = {"MOSAICFS_TRANSFER_LISTEN": "127.0.0.1:0", "MOSAICFS_AGENT_NAME": NODE}
    _said(home, "init", "--listen", listen, "--watch", str(shared), **has)
    with server(home, listen), process(home, "agent", **has):
        invited = json.loads(_said(home, "nodes", "invite", "--json"))
        own = reader.folder / "files"
        own.mkdir()
        _said(reader, "join", invited["join_url"], "--watch", str(own), MOSAICFS_JOIN_CODE=invited["code"])
        with process(reader, "agent", MOSAICFS_TRANSFER_LISTEN="127.0.0.1:0"):
            _said(home, "vfs", "mkdir", "/shared")
            _said(home, "vfs", "mount-add", "/shared", f"*:{shared}")
            _until(lambda: _files(home) >= files)
            node = json.loads(_said(home, "nodes", "list", "--json"))["items"][0]["node_id"]
            _until(lambda: b'"transfer"' in _said(home, "api", "GET", f"/api/nodes/{node}"))
            yield reader


def _files(home: Home) -> int:
    return int(json.loads(_said(home, "api", "GET", "/api/files?limit=1"))["total"])


@contextmanager
def _mounted(home: Home, at: Path, small: int) -> Iterator[Path]:
    at.mkdir(exist_ok=True)
    _said(home, "mount", str(at))
    try:
        _until(lambda: len(list((at / "shared" / "small").glob("*"))) == small)
        yield at
    finally:
        _said(home, "unmount", str(at))


def _until(true: object) -> None:
    until = time.monotonic() + START_S
    assert callable(true)
    while not true():
        assert time.monotonic() < until, "it takes too long to set up"
        time.sleep(0.2)


def _said(home: Home, *arguments: str, **settings: str) -> bytes:
    told = subprocess.run(
        [MOSAICFS, *arguments], env={**home.environment, **settings}, capture_output=True, check=False
    )
    assert told.returncode == 0, told.stderr.decode()
    return told.stdout
