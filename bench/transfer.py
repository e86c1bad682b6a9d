"""Files of another node, brought here over our own TLS, beside `rclone copy` from `rclone serve http` with TLS.

First the transfer itself: a pin keeps a folder of the other node on this one, which is how a program of ours brings
many files. They are compared with their digests and flushed to the disk; rclone compares nothing over HTTP and flushes
nothing. Counted is from the first bytes that are noted to the last, for how soon a pin is noticed is no transfer.

Then the same files through the mount, taken by the same copier, which pays for the way through the system as well. What
it copies from a folder it would read once more on both sides, to compare MD5; over HTTP it cannot. So it compares
nothing in either case: over our line all that comes has been checked already. What the way through a mount costs
anybody is told by `rclone mount` of the same remote, from which the same copier takes the same files.

Small files that were copied or cached stay until the end: to give some thousands back makes some file systems slow for
whoever makes files next, and we make twice as many as a copier does.

Cold means that nothing of the files is on the machine that reads; again means that they are in its cache.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Final

from bench.harness import Comparison, Target, report
from bench.mount import until_mounted
from bench.replicate import free_port
from bench.server import MOSAICFS, START_S, Home, process, server

SMALL_SIZE: Final = 20 << 10
LEVEL: Final = Target(1, "at least level")
NODE: Final = "nas"
READER: Final = "laptop"
PEER: Final = "rclone mount"


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
            home, reader = opened.enter_context(_two_nodes(folder, shared, options.small + 1))
            source = opened.enter_context(_served(folder, shared))
            turns = [
                {**_pinned(home, reader, shared), **_turn(folder, reader, source, options)}
                for _ in range(options.repeats)
            ]
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


def _pinned(home: Home, reader: Home, shared: Path) -> Turn:
    """Seconds until all of each folder is noted in the cache of the reader."""
    seconds: Turn = {}
    for what in ("large", "small"):
        _put_aside(reader.folder / "cache")
        size = sum(each.stat().st_size for each in (shared / what).iterdir())
        added = json.loads(
            _said(home, "pin", "add", f"/shared/{what}", "--node", f"node-{READER}", "--budget", "100G", "--json")
        )
        seconds[what, "pin"] = _noted(reader, size)
        _said(home, "pin", "rm", added["pin_id"])
        _until(lambda: not _bytes_noted(reader, "cache_pinned"))
    return seconds


def _noted(reader: Home, size: int) -> float:
    """What was there at the first look is counted at the pace of the rest."""
    _until(lambda: _bytes_noted(reader) > 0, 0.002)
    first, begun = _bytes_noted(reader), perf_counter()
    _until(lambda: _bytes_noted(reader) >= size, 0.002)
    return (perf_counter() - begun) * size / (size - first)


def _bytes_noted(reader: Home, table: str = "cache_totals") -> int:
    """By the index of the cache: all of it is on disk."""
    place = reader.folder / "cache" / "mosaicfs" / "index.db"
    try:
        with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as index:
            return int(index.execute(f"SELECT bytes FROM {table}").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0


def _turn(folder: Path, reader: Home, source: list[str], options: argparse.Namespace) -> Turn:
    """Seconds by what was copied, and from where."""
    seconds: Turn = {}
    _put_aside(reader.folder / "cache")
    with (
        _mounted(reader, folder / "tree", options.small) as tree,
        _mounted_by_rclone(folder, source, options.small) as theirs,
    ):
        for what in ("large", "small"):
            seconds[what, "rclone"] = _copied([f":http:{what}", *source], folder / "copy")
            for when in ("cold", "again"):
                seconds[what, when] = _copied([str(tree / "shared" / what)], folder / "copy")
            for when in ("cold", "again"):
                seconds[what, f"{PEER} {when}"] = _copied([str(theirs / what)], folder / "copy")
    return seconds


def _copied(source: list[str], to: Path) -> float:
    begun = perf_counter()
    command = ["rclone", "copy", "--config", "/dev/null", "--ignore-checksum", *source, str(to)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = perf_counter() - begun
    if len(list(to.iterdir())) == 1:
        shutil.rmtree(to)  # or its way to the disk would be in the way of the next
    else:
        _put_aside(to)
    return seconds


_numbers = count()


def _put_aside(folder: Path) -> None:
    if folder.exists():
        folder.rename(folder.with_name(f"{folder.name} {next(_numbers)}"))


WAYS: Final = {
    "pin": ("brought here", "mosaicfs pin"),
    "cold": ("through the mount, cold", "mosaicfs mount"),
    "again": ("through the mount, again", "mosaicfs mount"),
}


def _compared(turns: list[Turn], options: argparse.Namespace) -> Iterator[Comparison]:
    amounts = {"large": (options.megabytes, "MiB"), "small": (options.small, "files")}
    for way, (title, who) in WAYS.items():
        for what, (amount, unit) in amounts.items():
            ours = tuple(turn[what, way] for turn in turns)
            peer = tuple(turn[what, "rclone"] for turn in turns)
            named = f"{'one large file' if what == 'large' else 'many small files'}, {title}"
            yield Comparison(named, unit, amount, who, "rclone serve http, TLS", ours, peer, LEVEL)
            if (what, f"{PEER} {way}") in turns[0]:
                peer = tuple(turn[what, f"{PEER} {way}"] for turn in turns)
                yield Comparison(named, unit, amount, who, f"{PEER} of the same", ours, peer, LEVEL)


# --- both sides ------------------------------------------------------------------------------------------------------


@contextmanager
def _served(folder: Path, shared: Path) -> Iterator[list[str]]:
    """With a certificate of the kind that our nodes have; what a client has to be told."""
    port, key, certificate = free_port(), folder / "rclone.key", folder / "rclone.crt"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=rclone", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, *names, "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
    tls = ["--cert", str(certificate), "--key", str(key)]
    command = ["rclone", "serve", "http", "--config", "/dev/null", "--addr", f"127.0.0.1:{port}", *tls, str(shared)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process_:
        try:
            time.sleep(1)
            yield ["--http-url", f"https://127.0.0.1:{port}", "--ca-cert", str(certificate)]
        finally:
            process_.terminate()


@contextmanager
def _two_nodes(folder: Path, shared: Path, files: int) -> Iterator[tuple[Home, Home]]:
    """The first has the files and is the control plane; the second one reads."""
    home, reader = Home(folder / "has"), Home(folder / "reads")
    listen = f"https://127.0.0.1:{free_port()}"
    has = {"MOSAICFS_TRANSFER_LISTEN": "127.0.0.1:0", "MOSAICFS_AGENT_NAME": NODE}
    _said(home, "init", "--listen", listen, "--watch", str(shared), **has)
    with server(home, listen), process(home, "agent", **has):
        invited = json.loads(_said(home, "nodes", "invite", "--json"))
        own = reader.folder / "files"
        own.mkdir()
        _said(
            reader,
            "join",
            invited["join_url"],
            "--watch",
            str(own),
            MOSAICFS_JOIN_CODE=invited["code"],
            MOSAICFS_AGENT_NAME=READER,
        )
        with process(reader, "agent", MOSAICFS_TRANSFER_LISTEN="127.0.0.1:0"):
            _said(home, "vfs", "mkdir", "/shared")
            _said(home, "vfs", "mount-add", "/shared", f"*:{shared}")
            _until(lambda: _files(home) >= files)
            node = json.loads(_said(home, "nodes", "list", "--json"))["items"][0]["node_id"]
            _until(lambda: b'"transfer"' in _said(home, "api", "GET", f"/api/nodes/{node}"))
            yield home, reader


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


@contextmanager
def _mounted_by_rclone(folder: Path, source: list[str], small: int) -> Iterator[Path]:
    at, cache = folder / "theirs", folder / "their cache"
    at.mkdir(exist_ok=True)
    keeping = ["--read-only", "--vfs-cache-mode", "full", "--dir-cache-time", "1h", "--attr-timeout", "1h"]
    command = ["rclone", "mount", "--config", "/dev/null", "--cache-dir", str(cache), *keeping, ":http:", str(at)]
    with subprocess.Popen([*command, *source], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process_:
        try:
            until_mounted(at)
            _until(lambda: len(list((at / "small").glob("*"))) == small)
            yield at
        finally:
            subprocess.run(["fusermount3", "-u", "-z", str(at)], check=True)
            process_.wait(START_S)
    _put_aside(cache)


def _until(true: Callable[[], object], look_s: float = 0.2) -> None:
    until = time.monotonic() + 2 * START_S
    while not true():
        assert time.monotonic() < until, "it takes too long"
        time.sleep(look_s)


def _said(home: Home, *arguments: str, **settings: str) -> bytes:
    told = subprocess.run(
        [MOSAICFS, *arguments], env={**home.environment, **settings}, capture_output=True, check=False
    )
    assert told.returncode == 0, told.stderr.decode()
    return told.stdout
