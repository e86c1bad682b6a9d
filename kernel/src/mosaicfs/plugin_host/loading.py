"""Loading plugins, each alone: whoever fails is kept with the reason, and the others never notice.

The steps are those of every candidate: is it wanted, may it be imported, does it keep the contract, is its name and its
backend still free, are its options right. What is installed is found in `discovery`; who is asked what, and when, is
not decided here.
"""

from __future__ import annotations

import traceback
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import structlog

from mosaicfs.errors import OptionsError
from mosaicfs.model.json import JsonObject
from mosaicfs.model.names import is_plugin_name
from mosaicfs.model.plugin_item import PluginItem, PluginStanding
from mosaicfs.model.plugin_kind import FoundPlugin, JoinedPlugin
from mosaicfs.plugin_host.contract import Contract, RefusedError, contract_of
from mosaicfs.plugin_host.discovery import Candidate

_log = structlog.get_logger(component="plugins")


ONLY_SUBSCRIBERS = frozenset({"annotate", "query", "notify"})
"""Hooks that nobody is asked for without a document, unless the plugin ships as active."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plugin that may be asked. `trouble` says what is wrong with its options; then it is not asked.

    `given` are its options as they stand in the configuration. `called` is the name of an instance that is not called
    like its code; `joined` is there where the code runs in another process.
    """

    candidate: Candidate
    module: ModuleType
    contract: Contract
    options: Any
    trouble: str
    stamp: Stamp | None
    given: JsonObject = field(default_factory=dict)
    called: str = ""
    joined: JoinedPlugin | None = None

    @property
    def name(self) -> str:
        return self.called or self.candidate.name

    @property
    def is_active(self) -> bool:
        """Asked although no document enables it."""
        info = self.contract.info
        return info.default_enabled or bool(info.backends) or not set(self.contract.hooks) <= ONLY_SUBSCRIBERS

    @property
    def place_in_line(self) -> tuple[int, str]:
        return self.contract.info.order, self.name


@dataclass(frozen=True, slots=True)
class Stamp:
    """The code of a plugin as it was when it was loaded."""

    path: Path
    changed_ns: int

    @classmethod
    def of(cls, module: ModuleType) -> Stamp | None:
        """None for a module that is no file, such as a namespace or one made by hand."""
        path = Path(getattr(module, "__file__", None) or "")
        return cls(path, path.stat().st_mtime_ns) if path.is_file() else None

    def is_current(self) -> bool:
        """Code that is gone from the disk runs on; there is nothing newer to start."""
        try:
            return self.path.stat().st_mtime_ns == self.changed_ns
        except OSError:
            return True


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which plugins this process is to load. `only` empty means all."""

    disabled: Collection[str] = ()
    only: Collection[str] = ()

    def objection(self, name: str) -> str:
        if name in self.disabled:
            return "switched off in the configuration ([plugins] disabled)"
        if self.only and name not in self.only:
            return "MOSAICFS_PLUGINS does not name it"
        return ""


@dataclass(frozen=True, slots=True)
class Loading:
    """What came of it: those that may be asked, in the order they are asked in, and everybody else with a reason."""

    loaded: list[Loaded]
    others: list[PluginItem]


def load(found: Sequence[Candidate], wanted: Wanted, options: Mapping[str, JsonObject]) -> Loading:
    """`options` are those of the configuration, by plugin."""
    loaded: dict[str, Loaded] = {}
    others: list[PluginItem] = []
    for candidate in found:
        if objection := wanted.objection(candidate.name):
            others.append(item_of(candidate, "disabled", objection))
            continue
        try:
            loaded[candidate.name] = _load(candidate, options.get(candidate.name, {}), loaded)
        except (Exception, SystemExit) as cause:  # noqa: BLE001 - a stranger's code: its failure to load is its own
            others.append(refused_item(candidate, cause))
    others += _missing({candidate.name for candidate in found}, wanted, options)
    return Loading(sorted(loaded.values(), key=lambda each: each.place_in_line), others)


def _load(candidate: Candidate, given: JsonObject, taken: Mapping[str, Loaded]) -> Loaded:
    if not is_plugin_name(candidate.name) or "@" in candidate.name:
        raise RefusedError(
            "a name may hold only a-z, 0-9, - and _, at most 64 of them, and begins with one of a-z, 0-9"
        )
    if candidate.name in taken:
        raise RefusedError(f"{taken[candidate.name].candidate.place} has taken its name")
    module = candidate.load()
    contract = contract_of(candidate.name, module)
    _check_backends(contract, taken)
    options, trouble = read_options(candidate.name, contract, given)
    return Loaded(candidate, module, contract, options, trouble, Stamp.of(module), given)


def _check_backends(contract: Contract, taken: Mapping[str, Loaded]) -> None:
    served = {backend.backend: other.name for other in taken.values() for backend in other.contract.info.backends}
    for backend in contract.info.backends:
        if owner := served.get(backend.backend):
            raise RefusedError(f"{owner} serves the backend {backend.backend} already")


def read_options(name: str, contract: Contract, given: JsonObject) -> tuple[Any, str]:
    """Wrong values do not refuse a plugin: it is there, and waits for its owner to correct them.

    What is missing for a bridge comes with each of its backends, for a channel with the document of an instance.
    """
    try:
        return contract.options.read(name, given), ""
    except OptionsError as trouble:
        waits = contract.info.backends or contract.hooks == ("notify",)
        return None, "" if waits and not given else str(trouble)


def refused_item(candidate: FoundPlugin, cause: BaseException) -> PluginItem:
    reason = reason_of(cause)
    _log.warning("plugin refused", plugin=candidate.name, place=candidate.place, reason=reason)
    return item_of(candidate, "refused", reason)


def _missing(found: Collection[str], wanted: Wanted, options: Mapping[str, JsonObject]) -> list[PluginItem]:
    named = {*wanted.only, *options} - set(found)
    reason = "the configuration names it, and nothing of that name is installed"
    return [PluginItem(name, "distribution", "", name, (), "missing", reason) for name in sorted(named)]


def item_of(candidate: FoundPlugin, standing: PluginStanding, reason: str) -> PluginItem:
    return PluginItem(candidate.name, candidate.kind, "", candidate.name, (), standing, reason)


def reason_of(cause: BaseException) -> str:
    """Why a plugin is not loaded, as one sentence for people."""
    return str(cause) if isinstance(cause, RefusedError) else f"import failed: {_last_line(cause)}"


def _last_line(cause: BaseException) -> str:
    """What was wrong, as the last line of the traceback says it, and where in the plugin."""
    said = "".join(traceback.format_exception_only(cause)).strip().splitlines()[-1]
    if isinstance(cause, SyntaxError) and cause.filename:
        return f"{said} ({Path(cause.filename).name}:{cause.lineno})"
    frames = [frame for frame in traceback.extract_tb(cause.__traceback__) if not _is_machinery(frame.filename)]
    return f"{said} ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else said


def _is_machinery(filename: str) -> bool:
    return "importlib" in filename or Path(filename).parent == Path(__file__).parent
