"""Searching names in the store, against `plocate` with a database of the same paths and a process a query.

Both get the same words, from rare to very common. The two do not do the same: plocate stops at a hundred names in the
order of its database, while a search counts them all and finds the best hundred. So it is also asked for all that fit,
which is what choosing would have to begin with, and once with upper and lower case told apart, which is less work.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple, TypeAlias

import trio

from bench import files
from bench.harness import Comparison, report
from mosaicfs.documents.sqlite import SqliteStore, open_store
from mosaicfs.model.role import CONTROL
from mosaicfs.model.search import Search, Word

BATCH: Final = 1_000
LIMIT: Final = 100
PATH: Final = "/usr/bin:/usr/sbin:/bin:/sbin:/usr/local/bin:/usr/local/sbin"

QUERIES: Final = (
    "zanzibar-199", "zq", "walrus 2021", "_0012345", "tax 2019", "ledger_20", "quokka", "passport", "invoice-0042",
    "minutes", "summer", "2021", "report", "draft", ".pdf", "img_", "jpg", "00", "e", "1",
)  # fmt: skip
"""From one to twelve characters, from names that nobody has to nearly every name."""

Ask: TypeAlias = Callable[[str], Awaitable[int | None]]
"""Asks for one word and tells how many names fit, None where that is not told."""


class Asked(NamedTuple):
    """Milliseconds of each query, the median of its turns."""

    title: str
    each: dict[str, float]

    @property
    def median(self) -> float:
        return median(self.each.values())

    @property
    def p95(self) -> float:
        return sorted(self.each.values())[math.ceil(0.95 * len(self.each)) - 1]


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=5)


def run(options: argparse.Namespace) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    try:
        facts = trio.run(_filled, folder, options.files)
        ours, totals, found = trio.run(_ours, folder, options.repeats, through_the_store)
        facts |= found
        peers = _peers(folder, options.files, options.repeats)
        if not peers:
            facts["plocate"] = "is not installed (apt-get install plocate): nothing to compare with"
        _print([ours, *peers], totals)
        facts |= {f"{ours.title}, median ms": ours.median, f"{ours.title}, p95 ms": ours.p95}
        comparisons = [each for peer in peers for each in _comparisons(ours, peer)]
        return report("search", comparisons, {name: _rounded(value) for name, value in facts.items()})
    finally:
        shutil.rmtree(folder)


# --- ours --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def through_the_store(store: SqliteStore) -> AsyncIterator[Ask]:
    async def ask(word: str) -> int | None:
        page = await store.search(Search(words=(Word(word),), limit=LIMIT))
        return page.total

    yield ask


Way: TypeAlias = Callable[[SqliteStore], AbstractAsyncContextManager[Ask]]
"""How a word reaches the store: directly, or through whatever somebody puts before it."""


async def _filled(folder: Path, count: int) -> dict[str, float | str]:
    documents = files.documents(count, files.mixed_name)
    async with open_store(folder / "mosaicfs.db", folder / "bell") as store:
        for start in range(0, count, BATCH):
            await store.write(documents[start : start + BATCH], writer=CONTROL)
    return {"files": float(count)}


async def _ours(folder: Path, repeats: int, way: Way) -> tuple[Asked, dict[str, int | None], dict[str, float | str]]:
    async with open_store(folder / "mosaicfs.db", folder / "bell") as store:
        before = _memory_mb()
        begun = perf_counter()
        await store.warm()
        built = perf_counter() - begun
        facts: dict[str, float | str] = {"index, seconds to build": built, "index, MB more": _memory_mb() - before}
        async with way(store) as ask:
            totals = {word: await ask(word) for word in QUERIES}
            each = {word: await _timed(ask, word, repeats) for word in QUERIES}
    return Asked("store.search", each), totals, facts


async def _timed(ask: Ask, word: str, repeats: int) -> float:
    turns = []
    for _ in range(repeats):
        begun = perf_counter()
        await ask(word)
        turns.append(perf_counter() - begun)
    return median(turns) * 1_000


def _memory_mb() -> float:
    """What the process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


# --- plocate -----------------------------------------------------------------------------------------------------


def _peers(folder: Path, count: int, repeats: int) -> list[Asked]:
    search, build = (shutil.which(name, path=PATH) for name in ("plocate", "plocate-build"))
    if search is None or build is None:
        return []
    listed, database = folder / "paths", folder / "plocate.db"
    listed.write_text("".join(f"{files.path(number, files.mixed_name)}\n" for number in range(count)), encoding="utf-8")
    subprocess.run([build, "-p", listed, database], check=True)
    ways = ("-i -b", f"-i -b -l {LIMIT}", f"-b -l {LIMIT}")
    commands = {f"plocate {way}": [search, "-d", str(database), *way.split()] for way in ways}
    return [
        Asked(title, {word: _spawned(command, word, repeats) for word in QUERIES})
        for title, command in commands.items()
    ]


def _spawned(command: list[str], word: str, repeats: int) -> float:
    """Patterns with a `*` would be globs; none of ours has one. Exit status 1 means that nothing fits."""
    turns = []
    for _ in range(repeats):
        begun = perf_counter()
        subprocess.run([*command, "--", word], check=False, stdout=subprocess.PIPE)
        turns.append(perf_counter() - begun)
    return median(turns) * 1_000


# --- telling -----------------------------------------------------------------------------------------------------


def _comparisons(ours: Asked, peer: Asked) -> list[Comparison]:
    """`report` prints rates, so a query is the unit."""
    return [
        Comparison(f"{name} query", "queries", 1, ours.title, peer.title, (mine / 1_000,), (theirs / 1_000,))
        for name, mine, theirs in (("median", ours.median, peer.median), ("p95", ours.p95, peer.p95))
    ]


def _print(sides: list[Asked], totals: dict[str, int | None]) -> None:
    print(f"\n  {'milliseconds a query':<22}{'fit':>10}" + "".join(f"{side.title:>24}" for side in sides))
    for word, total in totals.items():
        print(
            f"  {word:<22}{total if total is not None else '?':>10}" + "".join(f"{s.each[word]:>24.2f}" for s in sides)
        )
    for name in ("median", "p95"):
        print(f"  {name:<32}" + "".join(f"{getattr(side, name):>24.2f}" for side in sides))


def _rounded(value: float | str) -> float | str:
    return value if isinstance(value, str) or value >= 1_000 else f"{value:.2f}"
