"""Instances of plugins: what the documents of this node, and what is installed, make together.

One enabled document is one instance; several may share a code. Who follows the documents is `following`; here one set
of them is put in place of another, so that what has not changed goes on as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import NamedTuple, cast

from mosaicfs.model.json import JsonObject
from mosaicfs.model.names import is_plugin_name
from mosaicfs.model.notices import Notices
from mosaicfs.model.plugin import Plugin, SharedPlugin
from mosaicfs.model.plugin_item import PluginItem, PluginKind, PluginStanding
from mosaicfs.model.plugin_kind import JoinedPlugin, PluginGround, PluginInstance, PluginJoiner
from mosaicfs.plugin_host.contract import RefusedError, contract_of
from mosaicfs.plugin_host.effective_config import Given, Unseal, effective_config, plain
from mosaicfs.plugin_host.host import PluginHost
from mosaicfs.plugin_host.kinds import found_of, resting_item, with_resting
from mosaicfs.plugin_host.loading import Loaded, read_options


class Wish(NamedTuple):
    """An enabled document; `stamp` is another one when it, or what is shared with it, has changed."""

    document: Plugin
    shared: SharedPlugin | None
    stamp: str

    @property
    def name(self) -> str:
        return self.document.plugin_name

    @property
    def code(self) -> str:
        return self.name.partition("@")[0]


@dataclass(slots=True)
class Outcome:
    """`asked` are those that may be; `documents` are those of all enabled, `lacking` their unset secrets."""

    asked: list[Loaded] = field(default_factory=list)
    others: list[PluginItem] = field(default_factory=list)
    documents: dict[str, Plugin] = field(default_factory=dict)
    lacking: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class Instances:
    """`kinds` by `plugin_type`; `begin` and `end` are told of what must run while it is joined."""

    host: PluginHost
    ground: PluginGround
    kinds: Mapping[str, PluginJoiner]
    options: Mapping[str, JsonObject]
    unseal: Unseal
    conditions: Notices
    on_news: Callable[[], None]
    begin: Callable[[str, JoinedPlugin], None]
    end: Callable[[str], None]
    _joined: dict[str, tuple[str, JoinedPlugin]] = field(default_factory=dict)
    _stamps: dict[str, str] = field(default_factory=dict)

    def put(self, wishes: Sequence[Wish]) -> Outcome:
        """Make it so, and say what came of it."""
        outcome = Outcome()
        wanted = {wish.name: wish for wish in wishes}
        for name in self._joined.keys() - wanted.keys():
            self._part(name)
        for name in self._stamps.keys() - wanted.keys():
            del self._stamps[name]
            self.host.standing.forgive(name)
        for wish in wanted.values():
            self._put_one(wish, outcome)
        self._add_those_without_document({wish.code for wish in wishes}, outcome)
        self.host.hold(outcome.asked, outcome.others)
        return outcome

    def _put_one(self, wish: Wish, outcome: Outcome) -> None:
        outcome.documents[wish.name] = wish.document
        is_new = self._stamps.get(wish.name) != wish.stamp
        self._stamps[wish.name] = wish.stamp
        if is_new:
            self.host.standing.forgive(wish.name)
        try:
            plugin, given = self._loaded(wish)
            _require_free_backends(plugin, outcome.asked)
        except RefusedError as refusal:
            self._part(wish.name)
            outcome.others.append(_item(wish, *_why(refusal)))
            return
        if given.lacking:
            outcome.lacking[wish.name] = given.lacking
        if is_new and plugin.trouble:
            self.host.standing.pause(wish.name, plugin.trouble)
        outcome.asked.append(plugin)

    def _loaded(self, wish: Wish) -> tuple[Loaded, Given]:
        if not is_plugin_name(wish.name):
            raise RefusedError(f"{wish.name[:80]!r} is no name of a plugin")
        if objection := self.host.wanted.objection(wish.code):
            raise StandingError("disabled", objection)
        own = self.options.get(wish.name) or self.options.get(wish.code) or {}
        given = effective_config(wish.document, wish.shared, own, self.unseal)
        self.host.discretion.learn_given(given.config, given.sealed)
        if wish.document.plugin_type != "python":
            return self._of_a_kind(wish, given), given
        base = next((each for each in self.host.loading.loaded if each.candidate.name == wish.code), None)
        if base is None:
            raise self._not_loaded(wish)
        options, trouble = read_options(wish.name, base.contract, given.config)
        return replace(base, options=options, trouble=trouble, given=given.config, called=wish.name), given

    def _not_loaded(self, wish: Wish) -> RefusedError:
        known = next((each for each in self.host.loading.others if each.name == wish.code), None)
        if known is not None and known.standing in ("refused", "disabled"):
            return StandingError(known.standing, known.reason)
        return StandingError("missing", "a document enables it, and nothing of that name is installed")

    # --- what runs in another process ------------------------------------------------------------------------------

    def _of_a_kind(self, wish: Wish, given: Given) -> Loaded:
        kind = wish.document.plugin_type
        joiner = self.kinds.get(kind)
        if joiner is None:
            raise StandingError("missing", f"nothing that is installed here joins plugins of the type {kind}")
        instance = self._instance(wish, given)
        known = self._joined.get(wish.name)
        if known is not None and known[0] == kind:
            joined = known[1]
        else:
            self._part(wish.name)
            joined = joiner.join(self.ground, instance)
        contract = contract_of(wish.code, joined.module)
        options, trouble = read_options(wish.name, contract, given.config)
        joined.take(replace(instance, config=given.config if options is None else plain(options)))
        if joined.standing[0] in ("missing", "refused") and kind == "executable":
            raise StandingError(*joined.standing)
        if wish.name not in self._joined:
            self._joined[wish.name] = (kind, joined)
            self.begin(wish.name, joined)
        candidate = _Instance(wish.code, cast(PluginKind, kind), joined)
        return Loaded(candidate, joined.module, contract, options, trouble, None, given.config, wish.name, joined)

    def _instance(self, wish: Wish, given: Given) -> PluginInstance:
        notices = self.host.notices_for(wish.name)
        discreet = self.host.discretion.text
        return PluginInstance(wish.name, wish.document, given.config, notices, self.conditions, self.on_news, discreet)

    def _part(self, name: str) -> None:
        if self._joined.pop(name, None) is not None:
            self.end(name)

    # --- those that no document speaks of -----------------------------------------------------------------------------

    def _add_those_without_document(self, codes: set[str], outcome: Outcome) -> None:
        told = {item.name for item in outcome.others} | codes
        for plugin in self.host.loading.loaded:
            if plugin.candidate.name in codes:
                continue
            if plugin.is_active:
                outcome.asked.append(plugin)
            else:
                outcome.others.append(resting_item(plugin))
        outcome.others += [item for item in self.host.loading.others if item.name not in told]
        known = [*outcome.others, *(_speaking_of(code) for code in codes)]
        known += [_speaking_of(plugin.candidate.name) for plugin in self.host.loading.loaded]
        found = found_of(self.kinds, self.ground)
        outcome.others = with_resting(known, outcome.others, found, self.host.wanted)


class StandingError(RefusedError):
    """Why an instance cannot be asked, where that is no refusal."""

    def __init__(self, standing: PluginStanding, reason: str) -> None:
        self.standing = standing
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class _Instance:
    """What a joined plugin counts as among the candidates."""

    name: str
    kind: PluginKind
    joined: JoinedPlugin

    @property
    def place(self) -> str:
        return self.name

    def load(self) -> ModuleType:
        return self.joined.module


def _require_free_backends(plugin: Loaded, asked: Sequence[Loaded]) -> None:
    """Instances of one code share what it serves."""
    wanted = {each.backend for each in plugin.contract.info.backends}
    for other in asked:
        if other.candidate.name != plugin.candidate.name:
            for taken in wanted & {each.backend for each in other.contract.info.backends}:
                raise RefusedError(f"{other.name} serves the backend {taken} already")


def _speaking_of(name: str) -> PluginItem:
    """A name that is told of already, in whatever way."""
    return PluginItem(name, "file", "", name, (), "ready", "")


def _why(refusal: RefusedError) -> tuple[PluginStanding, str]:
    return (refusal.standing if isinstance(refusal, StandingError) else "refused"), str(refusal)


def _item(wish: Wish, standing: PluginStanding, reason: str) -> PluginItem:
    kinds: Mapping[str, PluginKind] = {"executable": "executable", "socket": "socket", "tcp": "socket"}
    kind = kinds.get(wish.document.plugin_type, "file")
    return PluginItem(wish.name, kind, "", wish.document.name, (), standing, reason)
