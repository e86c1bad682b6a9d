"""`stat` in the mount while the words of 20,000 documents are read in the background, and before that and after it.

The documents are of all kinds that are read: text, pages, source, mail, PDF, Word, Excel, OpenDocument. Each turn is
over a mount of its own, so that the system has to ask; turns go on for as long as there are documents left to read.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from bench import texts
from bench.crowd import asked
from bench.harness import Comparison, Target, report
from bench.mount import indexed
from bench.server import MOSAICFS, START_S, Api, Home

PLUGIN: Final = "fulltext-search"
IN_EACH: Final = "file"
"""A word that stands in the name of every document."""
TURNS: Final = 3
ASKED: Final = 2_000
SLOWEST: Final = 50
"""Documents a second; slower is broken."""
THREE_TIMES: Final = Target(1 / 3, "at most 3 times as long")


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=20_000)


def run(options: argparse.Namespace) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    try:
        return _run(options.files, folder)
    finally:
        shutil.rmtree(folder)


def _run(files: int, folder: Path) -> bool:
    corpus = texts.made(folder / "shown", files)
    paths = [str(path.relative_to(corpus.folder)) for _, path in corpus.entries]
    paths = random.Random(3).sample(paths, min(ASKED, files))
    with indexed(folder / "home", corpus.folder, files) as home:
        alone = [asked(home, folder / "alone", paths) for _ in range(TURNS)]
        begun = perf_counter()
        _enable(home)
        beside = []
        while (known := _known(home)) < files:
            assert perf_counter() - begun < START_S + files / SLOWEST, (
                f"only {known} documents are found by their words"
            )
            if known:
                beside.append(asked(home, folder / "beside", paths))
            else:
                time.sleep(0.05)
        took = perf_counter() - begun
        alone += [asked(home, folder / "alone", paths) for _ in range(TURNS)]
    compared = Comparison(
        "stat that the system does not know, 95 of 100",
        "stat",
        1,
        "while words are read",
        "without",
        tuple(beside),
        tuple(alone),
        THREE_TIMES,
    )
    facts: dict[str, float | str] = {
        "documents": files,
        "MB": corpus.megabytes,
        "documents a second": files / took,
        "turns beside": len(beside),
        "worst turn beside, us": max(beside, default=math.nan) * 1e6,
        "median turn without, us": median(alone) * 1e6,
    }
    return report("background", [compared], facts)


def _enable(home: Home) -> None:
    api = Api(home.socket)
    (node,) = json.loads(api.get("/api/nodes"))["items"]
    api.close()
    command = [MOSAICFS, "plugins", "add", str(node["node_id"]), PLUGIN]
    subprocess.run(command, env=home.environment, check=True, stdout=subprocess.DEVNULL)


def _known(home: Home) -> int:
    """How many are found by their words already."""
    api = Api(home.socket)
    found = api.post("/api/query", {"capability": "search", "query": IN_EACH, "limit": 1})
    api.close()
    return sum(int(answer["total"]) for answer in found["results"])
