"""Words inside files, against `recoll` over the same folder in the same run: indexing everything, and asking.

Both read the same files: text, Markdown, pages, source, mail, and PDF and Word where recoll has what it needs for them.
Ours is asked as the agent asks it, with as many files at once as it wants; recoll as anybody asks it, with a process a
query. That both find the same number of files is looked at, so that nobody is quick by reading less.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

import trio

from bench import texts
from bench.harness import Comparison, Side, Target, compare, report
from mosaicfs import PluginHost, host_of
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.query import Query
from mosaicfs_sdk.fakes.given_module import GivenModule
from mosaicfs_search_fulltext import plugin
from mosaicfs_search_fulltext.options import WINDOW

NAME: Final = "fulltext-search"
PATH: Final = "/usr/bin:/bin:/usr/local/bin"
LEVEL: Final = Target(1, "indexing at least level with recollindex")
FIVE_TIMES: Final = Target(5, "queries at least 5 times as fast as recollq")
LIMIT: Final = 20
QUERIES: Final = (
    "w10",
    "w150",
    "w1000",
    "w9000",
    "w25000",
    "w20 w300",
    "w40 w41 w42",
    '"anchor phrase"',
    "needle77",
    "zq",
)
"""From words of nearly every file to one of none; and several at once, and side by side."""


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=4_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--asked", type=int, default=7, help="how often each query is asked")


def run(options: argparse.Namespace) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    try:
        return _run(options, folder)
    finally:
        shutil.rmtree(folder)


def _run(options: argparse.Namespace, folder: Path) -> bool:
    has_recoll = shutil.which("recollindex", path=PATH) is not None
    with_pdf = shutil.which("pdftotext", path=PATH) is not None
    kinds = [kind for kind in texts.SHARES if kind not in texts.OFFICE and (with_pdf or kind != "pdf")]
    corpus = texts.made(folder / "files", options.files, kinds)
    facts: dict[str, float | str] = {"files": len(corpus.entries), "MB": corpus.megabytes}
    if not has_recoll:
        print("  recoll is not installed and left out; on Debian: apt-get install recollcmd poppler-utils")
        seconds = _Ours(folder, corpus).index()
        return report("fulltext", [], {**facts, "files a second, ours": len(corpus.entries) / seconds})
    ours, recoll = _Ours(folder, corpus), _Recoll(folder, corpus)
    indexing = compare(
        f"index {len(corpus.entries):,} files, {corpus.megabytes:,.0f} MB",
        Side("fulltext-search", ours.index),
        Side("recollindex", recoll.index),
        amount=len(corpus.entries),
        unit="files",
        repeats=options.repeats,
        target=LEVEL,
    )
    asking, counts = _asked(ours, recoll, options.asked)
    ours.close()
    sizes = {"index of ours, MB": ours.megabytes, "index of recoll, MB": recoll.megabytes}
    return report("fulltext", [indexing, asking], {**facts, **sizes, **counts})


def _asked(ours: _Ours, recoll: _Recoll, times: int) -> tuple[Comparison, dict[str, float | str]]:
    """The median of each query on both sides, in turns."""
    counts: dict[str, float | str] = {}
    seconds: list[tuple[float, float]] = []

    async def ask_all() -> None:
        for query in QUERIES:
            found = await ours.ask(query)
            turns = [(await _timed(ours, query), _timed_process(recoll, query)) for _ in range(times)]
            mine, theirs = (median(side) for side in zip(*turns, strict=True))
            seconds.append((mine, theirs))
            counts[query] = (
                f"{mine * 1000:.2f} ms, recollq {theirs * 1000:.2f} ms; found {found} and {recoll.count(query)}"
            )

    trio.run(ask_all)
    mine, theirs = zip(*seconds, strict=True)
    return (
        Comparison(f"ask {len(QUERIES)} questions", "questions", 1, NAME, "recollq", mine, theirs, FIVE_TIMES),
        counts,
    )


async def _timed(ours: _Ours, query: str) -> float:
    began = perf_counter()
    await ours.ask(query)
    return perf_counter() - began


def _timed_process(recoll: _Recoll, query: str) -> float:
    began = perf_counter()
    recoll.ask(query)
    return perf_counter() - began


class _Ours:
    """The plugin in a host of its own, with a new index for each turn."""

    def __init__(self, folder: Path, corpus: texts.Corpus) -> None:
        self._folder = folder
        self._corpus = corpus
        self._turn = 0
        self._host: PluginHost | None = None

    @property
    def _state(self) -> Path:
        return self._folder / f"state-{self._turn}"

    @property
    def megabytes(self) -> float:
        return _megabytes(self._state)

    def index(self) -> float:
        """From nothing at all, the processes that read files included."""
        self.close()
        self._turn += 1
        self._host = host_of([GivenModule(plugin)], state_dir=self._state)
        began = perf_counter()
        trio.run(self._tell_all, self._host)
        return perf_counter() - began

    async def _tell_all(self, host: PluginHost) -> None:
        window = trio.CapacityLimiter(WINDOW)

        async def tell(entry: Entry, path: Path) -> None:
            try:
                await host.hooks.annotate(NAME, Event(name="file.added"), entry, path)
            finally:
                window.release_on_behalf_of(entry.file_id)

        async with trio.open_nursery() as nursery:
            for entry, path in self._corpus.entries:
                await window.acquire_on_behalf_of(entry.file_id)
                nursery.start_soon(tell, entry, path)

    async def ask(self, text: str) -> int:
        assert self._host is not None
        (reply,) = await self._host.hooks.query(Query(capability="search", query=text, limit=LIMIT))
        assert reply.answer is not None
        return reply.answer.total or 0

    def close(self) -> None:
        for state_dir in list(plugin._engines):
            plugin.close(state_dir)


class _Recoll:
    """As it is installed, over the one folder."""

    def __init__(self, folder: Path, corpus: texts.Corpus) -> None:
        self._conf = folder / "recoll"
        self._corpus = corpus

    @property
    def megabytes(self) -> float:
        return _megabytes(self._conf / "xapiandb")

    def index(self) -> float:
        shutil.rmtree(self._conf, ignore_errors=True)
        self._conf.mkdir()
        settings = f"topdirs = {self._corpus.folder}\nfollowLinks = 0\nloglevel = 1\n"
        (self._conf / "recoll.conf").write_text(settings, encoding="utf-8")
        began = perf_counter()
        subprocess.run(
            ["recollindex", "-c", str(self._conf), "-z"],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return perf_counter() - began

    def ask(self, text: str) -> bytes:
        """With a snippet for each hit, as ours has."""
        command = ["recollq", "-c", str(self._conf), "-n", str(LIMIT), "-A", "-q", text]
        return subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    def count(self, text: str) -> int:
        for line in self.ask(text).decode("utf-8", "replace").splitlines():
            first = line.split(" ", 1)[0]
            if first.isdigit() and "result" in line:
                return int(first)
        return 0


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
