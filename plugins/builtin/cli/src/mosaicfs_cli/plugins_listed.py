"""The plugins of this machine as `plugins list` shows them: what was found here, what the agent tells, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mosaicfs import Reported, ReportedPlugin
    from mosaicfs.model.plugin_item import PluginItem

ASLEEP = "enabled; no agent runs on this machine that would ask it"
SOON = "enabled; the agent takes it up within seconds"
UNKNOWN = "a document enables it, and nothing of that name is installed"

NEXT: Mapping[str, str] = MappingProxyType(
    {
        "refused": "Look closer, mend it and look again: mosaicfs plugins check {code}",
        "missing": "Put it there with `mosaicfs plugins install`, or give it up: mosaicfs plugins rm {node} {name}",
        "paused": "Set it right with `mosaicfs plugins set {node} {name} KEY=VALUE`, "
        "or let it try again: mosaicfs plugins retry {node} {name}",
        "failing": "It is asked again after a rest, and sooner with: mosaicfs plugins retry {node} {name}",
        "disconnected": "Start its program; the agent comes back by itself.",
        "restart_needed": "Stop MosaicFS and start it again, and the newer code is used.",
    }
)
"""By standing."""


class Listed(NamedTuple):
    item: PluginItem
    pending: int
    failed: int
    next_step: str

    @property
    def jobs(self) -> str:
        told = {"waiting": self.pending, "failed": self.failed}
        return ", ".join(f"{count} {word}" for word, count in told.items() if count)

    @property
    def is_trouble(self) -> bool:
        """A plugin that is ready may have a reason too: how it failed last."""
        return bool(self.item.reason) and not self.is_available

    @property
    def is_available(self) -> bool:
        return self.item.standing == "disabled" and self.item.reason.startswith("available")

    @property
    def word(self) -> str:
        """One or two words of how it fares."""
        if self.item.reason in (ASLEEP, SOON):
            return "enabled"
        return "available" if self.is_available else self.item.standing.replace("_", " ")

    def members(self) -> dict[str, object]:
        more = {"pending": self.pending, "failed": self.failed, "next_step": self.next_step}
        return {**self.item._asdict(), **more}


def listed(found: Iterable[PluginItem], told: Reported) -> list[Listed]:
    """By name. The agent knows better than what a process finds by itself."""
    by_name: dict[str, ReportedPlugin] = {each.item.name: each for each in told.plugins}
    items = {item.name: item for item in found}
    waiting = {name for name in told.enabled if name not in by_name or _rests(by_name[name])}
    items |= {name: each.item for name, each in by_name.items()}
    items |= {item.name: item for item in _not_taken_up(waiting, items, SOON if told.agent_runs else ASLEEP)}
    return [_listed(item, by_name.get(name), told.node_id) for name, item in sorted(items.items())]


def _rests(plugin: ReportedPlugin) -> bool:
    """What the agent told last may be older than the document."""
    return Listed(plugin.item, 0, 0, "").is_available


def _not_taken_up(names: Iterable[str], items: Mapping[str, PluginItem], why: str) -> Iterator[PluginItem]:
    for name in names:
        known = items.get(name) or items.get(name.partition("@")[0])
        if known is not None and known.standing in ("disabled", "ready"):
            yield known._replace(name=name, standing="disabled", reason=why)
        elif known is None:
            yield _missing(name)


def _missing(name: str) -> PluginItem:
    from mosaicfs.model.plugin_item import PluginItem  # noqa: PLC0415 - the help of the command loads none of this

    return PluginItem(name, "file", "", name, (), "missing", UNKNOWN)


def _listed(item: PluginItem, told: ReportedPlugin | None, node: str) -> Listed:
    step = NEXT.get(item.standing, "").format(node=node or "NODE", name=item.name, code=item.name.partition("@")[0])
    return Listed(item, told.pending if told else 0, told.failed if told else 0, step)
