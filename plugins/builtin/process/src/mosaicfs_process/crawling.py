"""A crawl that a process answers page by page: what it sends, and what of that may be taken."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from mosaicfs.model.crawling import Change, CrawlEnd, Quota, Skipped, Source, Usage
from mosaicfs.model.json import Json
from mosaicfs.model.names import covers, is_path
from mosaicfs.model.sink import Sink
from mosaicfs_process.envelopes import crawl_payload
from mosaicfs_process.exchange import Exchange, Facts
from mosaicfs_process.troubles import garbled

CRAWL = "crawl_requested"
MOST_FILES = 10_000
MOST_SKIPPED = 1_000


async def crawled(exchange: Exchange, source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
    """None where the process says that the source is not its own."""
    skipped: list[Skipped] = []
    page: Json = None
    while True:
        end = await _page(exchange, source, crawl_payload(source, since, page), into, skipped)
        if end is None:
            return None
        page = end.get("page")
        if end.get("more") is not True:
            return _end(exchange.instance.name, end, skipped)
        if page is None:
            raise garbled(exchange.instance.name, "`more` without a `page`")


async def _page(exchange: Exchange, source: Source, payload: Facts, into: Sink, skipped: list[Skipped]) -> Facts | None:
    end: Facts | None = None
    async with exchange.parts(CRAWL, payload, into.progress) as parts:
        async for part in parts:
            end = part
            await _send(exchange.instance.name, source, part, into, skipped)
    return end


async def _send(plugin: str, source: Source, part: Facts, into: Sink, skipped: list[Skipped]) -> None:
    into.progress()
    files = part.get("files", [])
    if not isinstance(files, list) or len(files) > MOST_FILES:
        raise garbled(plugin, f"`files` that is no list of at most {MOST_FILES}")
    for each in files:
        change, trouble = _change(source, each)
        if change is not None:
            await into.send(change)
        elif len(skipped) < MOST_SKIPPED:
            skipped.append(Skipped(_path_in(each), trouble))


def _change(source: Source, told: Json) -> tuple[Change | None, str]:
    try:
        change = msgspec.convert(told, Change)
    except msgspec.ValidationError as trouble:
        return None, str(trouble)
    moved_from = change.moved_from or change.export_path
    for path in (change.export_path, moved_from):
        if not is_path(path) or path == source.prefix or not covers(source.prefix, path):
            return None, f"not a path below {source.prefix}"
    return change, ""


def _path_in(told: Json) -> str:
    path = told.get("export_path") if isinstance(told, dict) else None
    return str(path)[:1000]


def _end(plugin: str, end: Facts, skipped: list[Skipped]) -> CrawlEnd:
    cursor, complete = end.get("cursor"), end.get("complete", False)
    if not isinstance(complete, bool) or not (cursor is None or isinstance(cursor, str)):
        raise garbled(plugin, "a `complete` that is no truth value, or a `cursor` that is no text")
    try:
        quota = msgspec.convert(end.get("quota"), Quota | None)
        usage = msgspec.convert(end.get("usage"), Usage | None)
        told = msgspec.convert(end.get("skipped", []), list[Skipped])
    except msgspec.ValidationError as trouble:
        raise garbled(plugin, f"a `quota`, `usage` or `skipped` that makes no sense: {trouble}") from None
    all_skipped = (*skipped, *told[:MOST_SKIPPED])
    return CrawlEnd(complete=complete, cursor=cursor, quota=quota, usage=usage, skipped=all_skipped)


async def one_part(answer: Facts | None) -> AsyncIterator[Facts]:
    """An answer that comes whole, as `Exchange.parts` hands it over."""
    if answer is not None:
        yield answer
