"""The suites of the hooks that a plugin answers, as pytest finds them in a module of a line."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import pytest
import trio

import mosaicfs
from mosaicfs.model.json import JsonObject
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.plugin_kind import FoundPlugin
from mosaicfs_sdk.checking.programs import joined
from mosaicfs_sdk.checking.samples import boring_samples, first_of, samples, wanted
from mosaicfs_sdk.conformance.process.executable import ExecutableConformance
from mosaicfs_sdk.conformance.process.service import ServiceConformance
from mosaicfs_sdk.conformance.suite import Suite
from mosaicfs_sdk.fakes.given_module import GivenModule


class Subject:
    """What is looked at, and the options it has in the configuration. A program is joined anew for each host."""

    def __init__(self, found: FoundPlugin, options: JsonObject, folder: Path) -> None:
        self.found = found
        self.options = options
        self.folder = folder

    def module(self) -> ModuleType:
        return joined(self.found, self.options, self.folder) if self.is_program else self.found.load()

    @property
    def is_program(self) -> bool:
        return self.found.kind == "executable"

    def host(self) -> mosaicfs.PluginHost:
        given = GivenModule(self.module())
        return mosaicfs.host_of([given], options={given.name: self.options}, state_dir=self.folder / "state")


def suites(subject: Subject) -> dict[str, type]:
    """By the names that pytest looks for. A hook without a suite has none."""
    if subject.found.kind == "socket":
        return {"TestProcess": _service(subject)}
    host = subject.host()
    (loaded,) = host.loading.loaded
    made: dict[str, type] = {"TestProcess": _program(subject)} if subject.is_program else {}
    for hook in loaded.contract.info.hooks or loaded.contract.hooks:
        suite = suite_of(hook)
        if suite is None:
            continue
        members: dict[str, Any] = {"plugin": loaded.module, "host": _fixture(subject)}
        members["pytestmark"] = [pytest.mark.allow_log("without a sandbox")] if subject.is_program else []
        if hook == "annotate":
            members |= trio.run(_samples_for, subject.host(), loaded.name, subject.folder)
        if hook == "query":
            members |= _questions_for(loaded.contract.info)
        made[f"Test{hook.capitalize()}"] = type(f"Test{hook.capitalize()}", (suite,), members)
    return made


def _program(subject: Subject) -> type[ExecutableConformance]:
    exempt = subject.host().loading.loaded[0].contract.info.exempt
    return type("TestProcess", (ExecutableConformance,), {"program": Path(subject.found.place), "exempt": exempt})


def _service(subject: Subject) -> type[ServiceConformance]:
    """It runs already, and may be in use: it is spoken to, and not ended."""
    place = Path(subject.found.place)
    return type("TestProcess", (ServiceConformance,), {"at": place, "name": place.stem, "config": subject.options})


def suite_of(hook: str) -> type[Suite] | None:
    if find_spec(f"mosaicfs_sdk.conformance.{hook}") is None:
        return None
    module = import_module(f"mosaicfs_sdk.conformance.{hook}")
    return next((each for each in _suites_in(module) if each.hook == hook), None)


def _suites_in(module: ModuleType) -> Iterator[type[Suite]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Suite) and value is not Suite:
            yield value


def _fixture(subject: Subject) -> Any:
    @pytest.fixture
    def host(self: Suite) -> mosaicfs.PluginHost:
        return subject.host()

    return host


async def _samples_for(host: mosaicfs.PluginHost, plugin: str, folder: Path) -> dict[str, Any]:
    info = host.loading.loaded[0].contract.info
    assert isinstance(info, PluginInfo)
    telling = await first_of(host, plugin, wanted(samples(), info.mime_globs), folder, tells=True)
    boring = await first_of(host, plugin, wanted(boring_samples(), info.mime_globs), folder, tells=False)
    found = {"telling": telling, "boring": boring}
    return {name: sample or _Lacking() for name, sample in found.items()}


def _questions_for(info: PluginInfo) -> dict[str, Any]:
    """What can be found is known to the author alone."""
    return {"capability": next(iter(info.capabilities), ""), "rich": _Lacking(), "empty": "zyzzyva"}


class _Lacking:
    """Stands for what we do not have. The check that needs it is one for the author's own tests."""

    def __get__(self, instance: object, owner: type) -> NoReturn:
        raise NotImplementedError("only its author has it")
