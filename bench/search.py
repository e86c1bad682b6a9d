"""Searching names over the socket of a server, against `plocate` with a database of the same paths, query by query.

Both get the same words, from rare to very common, in turns, each a few times in a row: whoever is asked after a pause
pays for the sleep of the machine, which is more than a rare word costs. The two do not do the same: plocate stops at a
hundred names in the order of its database, while a search counts them all and finds the best hundred. So it is also
asked for all that fit, which is what choosing would have to begin with.
"""

from __future__ import annotations

import argparse
import math
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple

import trio

from bench import files, folders
from bench.harness import Comparison, Target, report
from bench.plocate import Plocate, plocate_over
from bench.server import MOSAICFS, Api, Home, memory_mb, process, server
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.role import CONTROL

BATCH: Final = 1_000
LIMIT: Final = 100
IN_A_ROW: Final = 3
NO_SLOWER: Final = Target(1, "no query is slower than plocate")
FIVE_TIMES: Final = Target(5, "the median at least 5 times as fast")
MOST_PROCESS_S: Final = 0.3
CRAWL_S: Final = 600.0
MOST_SLOWED: Final = 5.0
"""How many times as long a query may take while an agent crawls."""

QUERIES: Final = (
    "zanzibar-199", "zq", "walrus 2021", "_0012345", "tax 2019", "ledger_20", "quokka", "passport", "invoice-0042",
    "minutes", "summer", "2021", "report", "draft", ".pdf", "img_", "jpg", "00", "e", "1",
)  # fmt: skip
"""From one to twelve characters, from names that nobody has to nearly every name."""
TYPED: Final = ("passport", "invoice-0042", "e")


class Side(NamedTuple):
    title: str
    ask: Callable[[str], object]


class Asked(NamedTuple):
    """Seconds of each query, the median of its turns."""

    title: str
    each: dict[str, float]

    @property
    def median(self) -> float:
        return median(self.each.values())

    @property
    def p95(self) -> float:
        return _p95(self.each.values())


def _p95(each: Collection[float]) -> float:
    return sorted(each)[math.ceil(0.95 * len(each)) - 1]


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--crawled", type=int, default=150_000, help="new files of the crawl; 0 leaves it out")


def run(options: argparse.Namespace) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    try:
        home = Home(folder / "home")
        trio.run(_fill, home, options.files)
        peer = plocate_over(folder, (files.path(number, files.mixed_name) for number in range(options.files)))
        facts: dict[str, float | str] = {"files": float(options.files)}
        begun = perf_counter()
        with server(home) as (api, started):
            api.search(QUERIES[0], LIMIT)
            facts["server, seconds until it answers a search"] = perf_counter() - begun
            ours, *peers = _in_turns(_sides(api, peer), options.repeats)
            facts["server, MB"] = memory_mb(started.pid)
            _print([ours, *peers], {word: api.total(word) for word in QUERIES})
            slow, facts["mosaicfs search WORD, seconds"] = _whole_process(home, options.repeats)
            slowed, more = _while_crawling(home, api, options) if options.crawled else (0.0, {})
        facts |= {f"{ours.title}, median ms": ours.median * 1_000, f"{ours.title}, p95 ms": ours.p95 * 1_000, **more}
        if peer is None:
            facts["plocate"] = "is not installed (apt-get install plocate): nothing to compare with"
        comparisons = [] if peer is None else _comparisons(ours, *peers)
        met = report("search", comparisons, {name: _rounded(value) for name, value in facts.items()})
        return met and slow < MOST_PROCESS_S and slowed < MOST_SLOWED
    finally:
        shutil.rmtree(folder)


async def _fill(home: Home, count: int) -> None:
    documents = files.documents(count, files.mixed_name)
    async with open_store(home.state / "mosaicfs.db", home.folder / "bell") as store:
        for start in range(0, count, BATCH):
            await store.write(documents[start : start + BATCH], writer=CONTROL)


# --- in turns ----------------------------------------------------------------------------------------------------


def _sides(api: Api, peer: Plocate | None) -> Iterator[Side]:
    yield Side("GET /api/search", lambda word: api.search(word, LIMIT))
    if peer is not None:
        yield Side(f"plocate -i -b -l {LIMIT}", lambda word: peer.search(word, LIMIT))
        yield Side("plocate -i -b", peer.search)


def _in_turns(sides: Iterator[Side], repeats: int) -> list[Asked]:
    chosen = [*sides]
    turns: dict[tuple[str, str], list[float]] = {(side.title, word): [] for side in chosen for word in QUERIES}
    for _ in range(repeats):
        for word in QUERIES:
            for side in chosen:
                turns[side.title, word].append(median(_seconds(side.ask, word) for _ in range(IN_A_ROW)))
    return [Asked(side.title, {word: median(turns[side.title, word]) for word in QUERIES}) for side in chosen]


def _seconds(ask: Callable[[str], object], word: str) -> float:
    begun = perf_counter()
    ask(word)
    return perf_counter() - begun


# --- what else a person meets ------------------------------------------------------------------------------------


def _whole_process(home: Home, repeats: int) -> tuple[float, float]:
    """The slowest of a few words and the median, from the start of a program to its end."""

    def typed(word: str) -> None:
        command = [MOSAICFS, "search", word]
        subprocess.run(command, env=home.environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    each = [median([_seconds(typed, word) for _ in range(repeats)]) for word in TYPED]
    return max(each), median(each)


def _while_crawling(home: Home, api: Api, options: argparse.Namespace) -> tuple[float, dict[str, float | str]]:
    """How many times as long the median query takes while an agent finds new files, and the facts of it."""
    tree = home.folder / "tree"
    folders.plant(tree, options.crawled)
    known = api.files()

    def ask(word: str) -> bytes:
        return api.search(word, LIMIT)

    (idle,) = _in_turns(iter([Side("idle", ask)]), options.repeats)
    turns: list[float] = []
    until = perf_counter() + CRAWL_S
    with process(home, "agent", MOSAICFS_AGENT_WATCH_PATHS=str(tree)):
        while api.files() == known:
            assert perf_counter() < until, "the agent does not begin"
        found = perf_counter()
        while True:
            assert perf_counter() < until, "the agent does not come to an end"
            turns += [_seconds(ask, word) for word in QUERIES for _ in range(IN_A_ROW)]
            if api.files() == known + options.crawled:
                break
        seconds = perf_counter() - found
    slowed = median(turns) / idle.median
    return slowed, {
        "while crawling, median ms": median(turns) * 1_000,
        "while crawling, p95 ms": _p95(turns) * 1_000,
        "while crawling, times as long": slowed,
        "while crawling, queries": float(len(turns)),
        "while crawling, new files/s": options.crawled / seconds,
    }


# --- telling -----------------------------------------------------------------------------------------------------


def _comparisons(ours: Asked, peer: Asked, all_of_them: Asked) -> list[Comparison]:
    """`report` prints rates, so a query is the unit."""
    worst = min(QUERIES, key=lambda word: peer.each[word] / ours.each[word])
    pairs = (
        (f"the worst query, “{worst}”", ours.each[worst], peer, peer.each[worst], NO_SLOWER),
        ("median query", ours.median, peer, peer.median, FIVE_TIMES),
        ("p95 query", ours.p95, peer, peer.p95, None),
        ("median query", ours.median, all_of_them, all_of_them.median, None),
    )
    return [
        Comparison(title, "queries", 1, ours.title, side.title, (mine,), (theirs,), target)
        for title, mine, side, theirs, target in pairs
    ]


def _print(sides: list[Asked], totals: dict[str, int]) -> None:
    print(f"\n  {'milliseconds a query':<22}{'fit':>10}" + "".join(f"{side.title:>24}" for side in sides))
    for word, total in totals.items():
        print(f"  {word:<22}{total:>10}" + "".join(f"{side.each[word] * 1_000:>24.2f}" for side in sides))
    for name in ("median", "p95"):
        print(f"  {name:<32}" + "".join(f"{getattr(side, name) * 1_000:>24.2f}" for side in sides))


def _rounded(value: float | str) -> float | str:
    return value if isinstance(value, str) or value >= 1_000 else f"{value:.2f}"
