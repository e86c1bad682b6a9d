"""Looking through a tree of files, first and again without changes, against `find` printing size, time and path.

What is measured is the walk and the comparison of the plugin `disk`, with a sink that only keeps marks; what writing
documents costs is in `store`.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

import trio

from bench import folders
from bench.harness import Comparison, Side, Target, compare, report
from mosaicfs.model.crawling import Change, Source
from mosaicfs_disk.crawling import crawl_folder

RESCAN = Target(1 / 1.5, "at most 1.5 times as long as find")


class Marks:
    """A sink that keeps marks, and counts."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}
        self.unchanged = 0
        self.sent = 0

    async def marks(self) -> Mapping[str, bytes]:
        return self.known

    async def folder(self, export_path: str, files: Sequence[Change], mark: bytes) -> None:
        self.known[export_path] = mark
        self.sent += len(files)

    async def no_folder(self, export_path: str) -> None:
        raise AssertionError(f"{export_path} is there")

    async def seen(self, files: int) -> None:
        self.unchanged += files

    async def send(self, change: Change) -> None:
        raise AssertionError("whole folders are taken")

    def progress(self) -> None:
        """Nothing is kept of it."""


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=3)


def run(options: argparse.Namespace) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    try:
        folders.plant(folder, options.files)
        return report("index", [_first(folder, options), _again(folder, options)])
    finally:
        shutil.rmtree(folder)


def _first(root: Path, options: argparse.Namespace) -> Comparison:
    def ours() -> float:
        sink = Marks()
        seconds = _crawled(root, sink)
        assert sink.sent == options.files
        return seconds

    title = "first crawl, a change for each file"
    sides = (Side("the hook crawl", ours), Side("find -printf", lambda: _found(root)))
    return compare(title, *sides, amount=options.files, unit="files", repeats=options.repeats)


def _again(root: Path, options: argparse.Namespace) -> Comparison:
    sink = Marks()
    _crawled(root, sink)

    def ours() -> float:
        sink.unchanged = sink.sent = 0
        seconds = _crawled(root, sink)
        assert (sink.unchanged, sink.sent) == (options.files, 0)
        return seconds

    title = "crawl again, nothing changed"
    sides = (Side("the hook crawl", ours), Side("find -printf", lambda: _found(root)))
    return compare(title, *sides, amount=options.files, unit="files", repeats=options.repeats, target=RESCAN)


def _crawled(root: Path, sink: Marks) -> float:
    prefix = str(root)
    source = Source(name=prefix, backend="disk", node_id="node-laptop", prefix=prefix, options={"pace": "full"})
    begun = perf_counter()
    trio.run(crawl_folder, source, sink)
    return perf_counter() - begun


def _found(root: Path) -> float:
    begun = perf_counter()
    subprocess.run(["find", root, "-printf", "%s %T@ %p\n"], stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - begun
