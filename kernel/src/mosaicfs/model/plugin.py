"""One plugin on one node, and the settings that a plugin shares on all nodes."""

from __future__ import annotations

from typing import Literal

from mosaicfs.model.json import JsonObject
from mosaicfs.model.noun import Count, Noun, written, written_object
from mosaicfs.model.replication_rule import RuleSource
from mosaicfs.model.step import Step, StepResult
from mosaicfs.model.times import Time


class DispatchRule(Noun, frozen=True, kw_only=True):
    """Narrows further which files a plugin is asked about."""

    name: str
    source: RuleSource | None = None
    steps: tuple[Step, ...] = written(())
    default_result: StepResult = written("include")


class QueryEndpoint(Noun, frozen=True, kw_only=True):
    name: str
    capability: str
    description: str


class Plugin(Noun, frozen=True, kw_only=True, tag_field="type", tag="plugin"):
    """`plugin::{node_id}::{plugin_name}`. Values of `settings` win over `config`; secrets in them are sealed."""

    node_id: str
    plugin_name: str
    name: str
    plugin_type: Literal["executable", "socket", "python", "tcp"]
    enabled: bool
    subscribed_events: tuple[str, ...] = written(())
    mime_globs: tuple[str, ...] = written(())
    dispatch_rules: tuple[DispatchRule, ...] = written(())
    scope: Literal["own", "all"] = written("own")
    config: JsonObject = written_object()
    workers: Count = written(2)
    timeout_s: Count = written(60)
    max_attempts: Count = written(3)
    batch_size: Count = written(1)
    health_check_interval_s: Count = written(300)
    query_endpoints: tuple[QueryEndpoint, ...] | None = None
    settings_schema: JsonObject | None = None
    settings: JsonObject | None = None
    provides_filesystem: bool | None = None
    file_path_prefix: str | None = None
    socket_address: str | None = None
    tls_fingerprint: str | None = None
    created_at: Time
    updated_at: Time | None = None


class SharedPlugin(Noun, frozen=True, kw_only=True, tag_field="type", tag="plugin"):
    """`plugin::{plugin_name}`: settings for that plugin on every node. Starts nothing."""

    plugin_name: str | None = None
    name: str | None = None
    settings: JsonObject
    created_at: Time | None = None
    updated_at: Time | None = None
