"""Connects the server to the events of files and to the questions of people."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from mosaicfs.errors import MosaicError
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject
from mosaicfs.model.notices import Notices
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.query import Query, QueryAnswer
from mosaicfs_search_meilisearch import __version__
from mosaicfs_search_meilisearch.options import NAME, WINDOW, MeilisearchOptions

if TYPE_CHECKING:
    from mosaicfs_search_meilisearch.engine import Engine

PLUGIN = PluginInfo(
    name=NAME,
    title="Full text (Meilisearch)",
    summary="Finds files by the words inside them, with a Meilisearch server of yours.",
    version=__version__,
    api=1,
    capabilities=("search", "dashboard_widget"),
    options=MeilisearchOptions,
    events=("file.added", "file.modified", "file.moved", "file.deleted"),
    content="local",
    window=WINDOW,
    network=True,
)
ARRIVALS = frozenset({"file.added", "file.modified", "file.moved"})
LAG = "index_lag"

_engines: dict[Path, Engine] = {}
_opening = threading.Lock()


@hookimpl
async def annotate(  # noqa: PLR0917 - what it wants, by name
    event: Event,
    entry: Entry | None,
    path: Path | None,
    options: MeilisearchOptions,
    notices: Notices,
    state_dir: Path,
) -> JsonObject | None:
    """An answer says that the server has made its task."""
    if event.name not in ARRIVALS and event.name != "file.deleted":
        return None
    options.check()
    engine = _engine(state_dir, options)
    try:
        if event.name in ARRIVALS and entry is not None:
            return await engine.put(entry, path, options)
        file_id = event.payload.get("file_id") if entry is None else entry.file_id
        await engine.remove(str(file_id), options)
    finally:
        _tell(engine, notices)
    return None


@hookimpl
async def query(question: Query, options: MeilisearchOptions, state_dir: Path) -> QueryAnswer | None:
    match question.capability:
        case "search" if options.answers:
            options.check()
            limit = min(question.limit or options.max_results, 500)
            return await _engine(state_dir, options).search(question.query, limit, PLUGIN.title)
        case "dashboard_widget":
            return await _widget(_engine(state_dir, options))
    return None


def close(state_dir: Path) -> None:
    """What is open of an instance. The end of the process does the same."""
    with _opening:
        engine = _engines.pop(state_dir, None)
    if engine is not None:
        engine.close()


def _tell(engine: Engine, notices: Notices) -> None:
    if engine.lags:
        message = (
            f"{engine.server.host} is still at work on the last batch, {engine.waiting} files wait. "
            "Nothing is lost. Give the server more memory or a faster disk if this comes often."
        )
        notices.observe(LAG, "warning", "The search index lags behind", message)
    else:
        notices.clear(LAG)


async def _widget(engine: Engine) -> QueryAnswer:
    try:
        figures = await engine.figures()
    except MosaicError as trouble:
        return _shown("error", str(trouble), {"Server": engine.server.host})
    data: JsonObject = {
        "Files indexed": f"{figures.number_of_documents:,}",
        "Files waiting": f"{engine.waiting:,}",
        "Server": engine.server.host,
    }
    if engine.lags:
        return _shown("warning", "The server lags behind", data)
    return _shown("healthy", "The server is at work" if figures.is_indexing else PLUGIN.title, data)


def _shown(status: str, description: str, data: JsonObject) -> QueryAnswer:
    return QueryAnswer(
        description=PLUGIN.title, results=({"status": status, "description": description[:200], "data": data},)
    )


def _engine(state_dir: Path, options: MeilisearchOptions) -> Engine:
    """Another server, key or index is another engine; whoever waits at the old one ends there."""
    from mosaicfs_search_meilisearch.engine import Engine  # noqa: PLC0415 - every duty loads this, and only one searches

    with _opening:
        found = _engines.get(state_dir)
        if found is None or found.options.place != options.place:
            if found is not None:
                found.close()
            found = _engines[state_dir] = Engine(state_dir, options)
        return found
