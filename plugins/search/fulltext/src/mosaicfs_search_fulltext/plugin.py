"""Connects the index to the events of files and to the questions of people."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.query import Query, QueryAnswer
from mosaicfs_search_fulltext import __version__
from mosaicfs_search_fulltext.options import WINDOW, FulltextOptions

if TYPE_CHECKING:
    from mosaicfs_search_fulltext.engine import Engine
    from mosaicfs_search_fulltext.index import Hit

PLUGIN = PluginInfo(
    name="fulltext-search",
    title="Full text",
    summary="Finds files by the words inside them.",
    version=__version__,
    api=1,
    capabilities=("search", "dashboard_widget"),
    options=FulltextOptions,
    events=("file.added", "file.modified", "file.moved", "file.deleted"),
    content="local",
    window=WINDOW,
)
ARRIVALS = frozenset({"file.added", "file.modified", "file.moved"})

_engines: dict[Path, Engine] = {}
_opening = threading.Lock()


@hookimpl
async def annotate(
    event: Event, entry: Entry | None, path: Path | None, options: FulltextOptions, state_dir: Path
) -> JsonObject | None:
    """An answer says that the file can be found from now on, also after a crash."""
    if event.name in ARRIVALS and entry is not None:
        return await (await _engine(state_dir)).put(entry, path, options)
    if event.name == "file.deleted":
        file_id = event.payload.get("file_id") if entry is None else entry.file_id
        await (await _engine(state_dir)).remove(str(file_id), options)
    return None


@hookimpl
async def query(question: Query, options: FulltextOptions, state_dir: Path) -> QueryAnswer | None:
    match question.capability:
        case "search":
            engine = await _engine(state_dir)
            found = await engine.search(question.query, min(question.limit or options.max_results, 500))
            return QueryAnswer(
                description=PLUGIN.title, results=tuple(_result(hit) for hit in found.hits), total=found.total
            )
        case "dashboard_widget":
            engine = await _engine(state_dir)
            return await trio.to_thread.run_sync(_widget, engine)
    return None


def close(state_dir: Path) -> None:
    """What is open of an instance. The end of the process does the same."""
    with _opening:
        engine = _engines.pop(state_dir, None)
    if engine is not None:
        engine.close()


def _result(hit: Hit) -> JsonObject:
    fragments = {} if hit.fragment is None else {"fragments": [hit.fragment]}
    return {"file_id": hit.file_id, "score": round(hit.score, 4), "name": hit.name, "path": hit.path, **fragments}


def _widget(engine: Engine) -> QueryAnswer:
    data = {"Files indexed": f"{engine.index.size:,}", "Size of the index": _size(engine.index.bytes_on_disk)}
    return QueryAnswer(
        description=PLUGIN.title, results=({"status": "healthy", "description": PLUGIN.title, "data": data},)
    )


def _size(count: int) -> str:
    return f"{count / (1 << 20):,.1f} MiB"


async def _engine(state_dir: Path) -> Engine:
    found = _engines.get(state_dir)
    return found if found is not None else await trio.to_thread.run_sync(_opened, state_dir)


def _opened(state_dir: Path) -> Engine:
    from mosaicfs_search_fulltext.engine import Engine  # noqa: PLC0415 - every duty loads this, and only one searches

    with _opening:
        if state_dir not in _engines:
            _engines[state_dir] = Engine(state_dir)
        return _engines[state_dir]
