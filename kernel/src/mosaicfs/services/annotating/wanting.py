"""What one subscription wants of the feed: whose files, of which types, and those that its rules let through."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mosaicfs.model.filing import Filed, FileRow, Filing
from mosaicfs.model.ids import EVERY_NODE, file_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.plugin import DispatchRule
from mosaicfs.model.step import StepResult
from mosaicfs.model.store import Store
from mosaicfs.model.subscription import Subscription
from mosaicfs.services.annotating.job import ACCESS, FILE
from mosaicfs.services.annotating.noticing import FileFacts
from mosaicfs.tree.asking import Asking
from mosaicfs.tree.knowledge import Knowledge
from mosaicfs.tree.steps import Asked, Needs, Steps, compile_steps
from mosaicfs.tree.steps.mimes import Mime
from mosaicfs.tree.whereabouts import Whereabouts

_MOST_TYPES = 4_096


class _Rule(NamedTuple):
    name: str
    node_id: str
    prefix: str
    steps: Steps
    default: StepResult

    def takes(self, row: FileRow, asked: Asked) -> bool:
        if self.node_id not in (EVERY_NODE, row.node_id) or not row.path.startswith(self.prefix):
            return False
        outcome = self.steps.verdict(row, asked).outcome
        return (self.default if outcome == "through" else outcome) == "include"


class Wanting:
    """Compiled once for each subscription."""

    def __init__(self, subscription: Subscription, node_id: str) -> None:
        self.subscription = subscription
        self.events = frozenset(subscription.events)
        self.hears_of_files = bool(self.events & FILE.events)
        self.hears_of_accesses = ACCESS.added in self.events
        self.rules = tuple(map(_rule, subscription.dispatch_rules))
        self._own = node_id if subscription.scope == "own" else ""
        globs = frozenset("*/*" if glob == "*" else glob for glob in subscription.mime_globs)
        self._mime = Mime(globs) if globs else None
        self._types: dict[str | None, bool] = {}

    def covers(self, file: FileFacts) -> bool:
        """By owner and type. Few types are met and many files."""
        body = file.body
        if self._own and body.source.node_id != self._own:
            return False
        if self._mime is None:
            return True
        known = self._types.get(body.mime_type)
        if known is None:
            if len(self._types) >= _MOST_TYPES:
                self._types.clear()
            known = self._types[body.mime_type] = self._mime.matches(file.row, _Plain(0.0))
        return known

    async def matched(self, files: Sequence[FileFacts], store: Store, now: float) -> Mapping[str, tuple[str, ...]]:
        """Of files that are covered: those that at least one rule lets through, and the names of those rules."""
        if not self.rules:
            return {file.uuid: () for file in files}
        needs = Needs()
        for rule in self.rules:
            needs |= rule.steps.needs
        if not files or needs == Needs(time=needs.time) or not isinstance(store, Filed):
            return _named([(file.uuid, self._names(file.row, _Plain(now))) for file in files])
        return await store.filed(lambda filing: self._matched(files, filing, now, needs))

    def _matched(
        self, files: Sequence[FileFacts], filing: Filing, now: float, needs: Needs
    ) -> Mapping[str, tuple[str, ...]]:
        """Rules may ask for labels and accesses, and those are read as they are now."""
        knowledge = Knowledge()
        if needs.labels:
            knowledge.parties.load(filing)
            knowledge.labels.load(filing)
        if needs.access:
            knowledge.accesses.load(filing)
        asking = Asking(filing, now, knowledge, Whereabouts())
        rows = {row.file_id: row for row in filing.rows_of([file_id(file.uuid) for file in files])}
        return _named([(f.uuid, self._names(rows.get(file_id(f.uuid), f.row), asking)) for f in files])

    def _names(self, row: FileRow, asked: Asked) -> tuple[str, ...]:
        return tuple(rule.name for rule in self.rules if rule.takes(row, asked))


def _named(found: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    return {uuid: names for uuid, names in found if names}


def _rule(rule: DispatchRule) -> _Rule:
    source = rule.source
    node_id = EVERY_NODE if source is None else source.node_id
    prefix = "" if source is None else source.path_prefix or ""
    return _Rule(rule.name, node_id, prefix, compile_steps(rule.steps), rule.default_result)


@dataclass(frozen=True, slots=True)
class _Plain:
    """What steps may ask that look at the file alone."""

    now: float

    def labels(self, row: FileRow) -> Collection[str]:
        return ()

    def last_access(self, file_id: str) -> float | None:
        return None

    def replicas(self, file_id: str) -> Sequence[tuple[str, str]]:
        return ()

    def annotation(self, file_id: str, plugin_name: str) -> JsonObject | None:
        return None
