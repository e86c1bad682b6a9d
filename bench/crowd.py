"""Half a million files in the mount: its memory after a walk over all, and `stat` beside a crawl and without one."""

from __future__ import annotations

import argparse
import math
import os
import random
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from time import perf_counter
from typing import Final

from bench import folders
from bench.harness import Comparison, Target, report
from bench.mount import indexed, memory_mb, ours
from bench.server import MOSAICFS, Home

MOST_MEMORY_MB: Final = 150
ASKED: Final = 3_000
TITLE: Final = "stat that the system does not know, 95 of 100"


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=500_000)


def run(options: argparse.Namespace) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    try:
        shown = folder / "shown"
        folders.plant(shown, options.files)
        with indexed(folder / "home", shown, options.files) as home:
            with ours(home, folder / "walked") as mounted:
                begun = perf_counter()
                subprocess.run(["find", str(mounted.root), "-printf", "%s\n"], check=True, stdout=subprocess.DEVNULL)
                facts: dict[str, float | str] = {"files walked a second": options.files / (perf_counter() - begun)}
                memory = memory_mb(mounted.pid)
            facts["memory after the walk, MB"] = memory
            paths = random.Random(3).sample(_paths(options.files), min(ASKED, options.files))
            alone = asked(home, folder / "alone", paths)
            crawl = threading.Thread(target=_crawl, args=(home, shown))
            crawl.start()
            beside = asked(home, folder / "beside", paths, lasts=crawl.is_alive)
            crawl.join()
        target = Target(1 / 3, "at most 3 times as long")
        compared = Comparison(TITLE, "stat", 1, "beside a crawl", "without", (beside,), (alone,), target)
        return report("crowd", [compared], facts) and memory < MOST_MEMORY_MB
    finally:
        shutil.rmtree(folder)


def _paths(files: int) -> list[str]:
    root = Path("/")
    return [
        str(path / name)[1:]
        for number, path in enumerate(folders.folders(root, files))
        for name in folders.names(number, min(folders.FILES_A_FOLDER, files - number * folders.FILES_A_FOLDER))
    ]


def asked(home: Home, at: Path, paths: list[str], lasts: Callable[[], bool] = lambda: True) -> float:
    """What 95 of 100 take at most, over a fresh mount, so that the system has to ask."""
    with ours(home, at) as mounted:
        seconds = []
        for path in takewhile(lambda _: lasts(), paths):
            whole = f"{mounted.root}/{path}"
            begun = perf_counter()
            os.stat(whole)  # noqa: PTH116 - a Path costs more than what is measured
            seconds.append(perf_counter() - begun)
    return sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1]


def _crawl(home: Home, shown: Path) -> None:
    """All over again, and of a fifth as many new files too."""
    folders.plant(shown / "new", 100_000)
    subprocess.run([MOSAICFS, "agent", "crawl", "--quiet"], env=home.environment, check=True)
