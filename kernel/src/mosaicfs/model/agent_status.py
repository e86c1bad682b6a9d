"""How an agent fares, as it tells itself."""

from __future__ import annotations

from typing import Literal

from mosaicfs.model.noun import Noun
from mosaicfs.model.times import Time


class Subsystem(Noun, frozen=True, kw_only=True):
    """`status` is an open list; the counters of each subsystem are its own and lie in `unknown`."""

    status: str
    since: Time
    message: str | None = None


class RecentError(Noun, frozen=True, kw_only=True):
    time: Time
    subsystem: str
    level: str
    message: str


class AgentStatus(Noun, frozen=True, kw_only=True, tag_field="type", tag="agent_status"):
    node_id: str
    updated_at: Time
    overall: Literal["healthy", "degraded", "unhealthy"]
    subsystems: dict[str, Subsystem]
    recent_errors: tuple[RecentError, ...]
    available_plugins: tuple[str, ...]
    watch_paths: tuple[str, ...]
