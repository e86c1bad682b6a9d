"""Connects the plugin: a text goes to the model that the owner named, its answer becomes facts."""

from __future__ import annotations

from pathlib import Path

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs_annotators.arrivals import ARRIVALS
from mosaicfs_annotators.summary.answers import facts_of
from mosaicfs_annotators.summary.options import NAME, Options
from mosaicfs_extraction.types import DOCUMENTS, XHTML

TYPES = ("text/*", XHTML, *DOCUMENTS)
PLUGIN = PluginInfo(
    name=NAME,
    title="Summaries",
    summary="Lets a language model write a few sentences about each text.",
    version=mosaicfs.__version__,
    api=1,
    options=Options,
    events=ARRIVALS,
    mime_globs=TYPES,
    network=True,
)


@hookimpl
async def annotate(event: Event, entry: Entry | None, path: Path | None, options: Options) -> JsonObject | None:
    if event.name not in ARRIVALS or entry is None or path is None:
        return None
    options.check()
    from mosaicfs_annotators.texts import text_of  # noqa: PLC0415 - who is not asked starts no readers

    text = await text_of(entry, path, options.max_input_chars)
    if not text.body.strip():
        return {}
    from mosaicfs_annotators.summary.asking import complete  # noqa: PLC0415 - who is not asked speaks no HTTP

    answer = await complete(options, entry.name, text.body)
    facts = facts_of(answer.choices[0].message.content or "")
    model = answer.model or options.model
    return {**facts, **({"model": model} if model else {}), "truncated": text.truncated} if facts else {}
