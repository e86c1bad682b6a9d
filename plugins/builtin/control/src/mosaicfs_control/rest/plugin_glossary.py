"""What members of annotations and of jobs of plugins mean; a part of the glossary."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OF_SHAPES_OF_PLUGINS: Mapping[str, str] = MappingProxyType(
    {
        "ShownAnnotation.plugin_name": "The plugin that said it, by its whole name.",
        "ShownAnnotation.source": "`node_id`: the node whose plugin said it.",
        "ShownAnnotation.data": "What the plugin said, as it said it; empty where it failed.",
        "ShownAnnotation.status": "`ok`, or `failed` once every attempt was used up.",
        "ShownAnnotation.error": "Why it failed.",
        "ShownAnnotation.annotated_at": "When the plugin said it.",
        "ShownAnnotation.updated_at": "When it was written.",
        "ShownAnnotation.source_mtime": "`mtime` of the file that it speaks of.",
        "ShownAnnotation.source_size": "Size of the file that it speaks of.",
        "ShownAnnotation.source_version": "The source's token of the file that it speaks of.",
        "ShownAnnotation.annotation_version": "By which version of the plugin's facts.",
        "Refreshed.plugin": "Only this plugin, by its whole name.",
        "SyncAsked.force": "Also about files whose facts are current.",
        "PluginJob.id": "Id of the job on its node.",
        "PluginJob.event_type": "The event, such as `file.added`.",
        "PluginJob.status": "`pending`, `in_flight`, `acked` or `failed`.",
        "PluginJob.attempts": "How often it was begun.",
        "PluginJob.next_attempt": "When it is tried again, where it waits for that.",
        "PluginJob.last_error": "What went wrong the last time.",
        "PluginJob.created_at": "When the event was noticed.",
        "Retried.ids": "Only these jobs; without it all that have failed.",
        "Requeued.requeued": "How many jobs were put back.",
    }
)
