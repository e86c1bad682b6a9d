"""What members of annotations and of jobs of plugins mean; a part of the glossary."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_OF_DOCUMENTS: Mapping[str, str] = MappingProxyType(
    {
        "name": "What people call it.",
        "enabled": "Whether it runs; disabled it is told of nothing.",
        "subscribed_events": "Events that it is told of, such as `file.added`; unknown ones never happen.",
        "mime_globs": "Types of files that it is told of; none: of all.",
        "dispatch_rules": "Rules of which at least one must match a file; none: all files.",
        "scope": "`own`: files of its node. `all`: every file; then no other node may enable it.",
        "config": "More options, as an object; none of them is a secret.",
        "settings": "Its options. One that is a secret is sealed for the node, and shows only as being set.",
        "workers": "Jobs at once, 1 to 32.",
        "timeout_s": "Seconds that a job may take.",
        "max_attempts": "How often a job is tried.",
        "batch_size": "Events in one call of an executable, 1 to 100.",
        "health_check_interval_s": "Seconds between two looks at a process at a socket.",
        "query_endpoints": "Kinds of questions that a program answers.",
        "provides_filesystem": "Whether it lists files of its own.",
        "file_path_prefix": "Below which path of the node these are.",
        "socket_address": "Of the type `tcp`: its host and port.",
        "tls_fingerprint": "Of the type `tcp`: SHA-256 of its certificate.",
    }
)
_OF_ITS_IDENTITY: Mapping[str, str] = MappingProxyType(
    {
        "plugin_name": "Its whole name; what follows an `@` is an instance.",
        "plugin_type": "How it is installed: `python`, `executable`, `socket` or `tcp`.",
    }
)
_SECRETS = "Settings that are sealed for the node, by their names; they show only as being set."

OF_SHAPES_OF_PLUGINS: Mapping[str, str] = MappingProxyType(
    {
        **{f"NewPlugin.{name}": text for name, text in {**_OF_ITS_IDENTITY, **_OF_DOCUMENTS}.items()},
        **{f"PluginPatch.{name}": text for name, text in _OF_DOCUMENTS.items()},
        **{f"ShownPlugin.{name}": text for name, text in {**_OF_ITS_IDENTITY, **_OF_DOCUMENTS}.items()},
        "NewPlugin.secrets": _SECRETS,
        "PluginPatch.secrets": _SECRETS,
        "ShownPlugin.node_id": "The node that it runs on.",
        "ShownPlugin.type": "`plugin`.",
        "ShownPlugin.settings_schema": "Its options as it declares them, where the control plane knows the plugin.",
        "ShownPlugin.created_at": "When it was set up.",
        "ShownPlugin.updated_at": "When it was changed last.",
        "ShownPlugin.standing": "How it fares, as its node told last: `ready`, or why it is not asked.",
        "ShownPlugin.reason": "Why it is not ready.",
        "ShownPlugin.warnings": "`not_installed`: its node has not found it; it begins when it is installed there.",
        "AvailablePlugin.name": "Its name, with the instance where that is one.",
        "AvailablePlugin.kind": "`distribution`, `file`, `executable` or `socket`.",
        "AvailablePlugin.version": "Its version.",
        "AvailablePlugin.title": "What people call it.",
        "AvailablePlugin.standing": "How it fares.",
        "AvailablePlugin.reason": "Why it is not ready.",
        "AvailablePlugin.settings_schema": "Its options as it declares them; those of a bridge are of its backends.",
        "AvailablePlugin.backends": "Types of storage backends that it serves.",
        "ServedBackend.backend": "The type.",
        "ServedBackend.modes": "Whether files can come from it, go to it, or both.",
        "AvailablePlugin.events": "Events that it suggests to be told of.",
        "AvailablePlugin.mime_globs": "Types of files that it suggests to be told of.",
        "AvailablePlugin.configured": "Whether a document of the node names it, or an instance of it.",
        "DispatchRule.name": "Name of the rule; those that matched are told to the plugin.",
        "DispatchRule.source": "Which files it is about.",
        "DispatchRule.steps": "Steps that a file goes through.",
        "QueryEndpoint.name": "What the program calls it.",
        "QueryEndpoint.capability": "Kind of question that it answers, such as `search`.",
        "QueryEndpoint.description": "What it finds, for people.",
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
