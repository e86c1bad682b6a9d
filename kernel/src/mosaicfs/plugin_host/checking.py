"""One plugin looked at step by step, for whoever wrote it: each step of loading is one check with one sentence.

How it answers when it is asked is tried by the conformance suites of the SDK, not here.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

from mosaicfs.errors import OptionsError
from mosaicfs.model.json import JsonObject
from mosaicfs.model.names import is_plugin_name
from mosaicfs.model.plugin_check import PluginCheck
from mosaicfs.model.plugin_item import PluginKind
from mosaicfs.model.plugin_kind import FoundPlugin, PluginGround
from mosaicfs.plugin_host.contract import RefusedError, hooks_of, info_of
from mosaicfs.plugin_host.discovery import GROUP, Installed, SingleFile, candidates
from mosaicfs.plugin_host.kinds import found_of, joiners
from mosaicfs.plugin_host.loading import reason_of
from mosaicfs.plugin_host.options import BadSchemaError, schema_of
from mosaicfs.plugin_host.plugin_file import open_plugin_file


class NoSuchPluginError(RefusedError):
    """Nothing of that name is installed, and the path leads to no plugin."""


def find_plugin(word: str, ground: PluginGround) -> FoundPlugin:
    """By the name of an installed one; or by a path: a file, or the folder of a distribution. Runs nothing."""
    path = Path(word)
    if "/" in word or path.suffix == ".py" or (path / "pyproject.toml").is_file():
        return _at(path.absolute(), ground)
    installed = [*candidates(ground.plugins_dir), *found_of(joiners(), ground)]
    for found in installed:
        if found.name == word:
            return found
    names = ", ".join(sorted(each.name for each in installed)) or "nothing"
    raise NoSuchPluginError(f"no plugin {word} is installed; there are: {names}")


def check_plugin(found: FoundPlugin, options: JsonObject) -> Iterator[PluginCheck]:
    """Ends with the first check that fails: what comes after it could not be believed."""
    for check in _steps(found, options):
        yield check
        if check.status == "fail":
            return


def _at(path: Path, ground: PluginGround) -> FoundPlugin:
    if (path / "pyproject.toml").is_file():
        return _distribution(path)
    if path.suffix == ".py" and path.is_file():
        return SingleFile(path)
    if path.is_socket():
        return _SocketAt(path)
    beside = PluginGround(ground.node_id, path.parent, ground.runtime_dir, ground.state_dir, ground.settings)
    for found in found_of(joiners(), beside):
        if Path(found.place) == path:
            return found
    raise NoSuchPluginError(
        f"{path} is no plugin: neither a .py file, nor a folder with a pyproject.toml, nor a program without a dot, "
        "nor a socket"
    )


@dataclass(frozen=True, slots=True)
class _SocketAt:
    """A process that listens where no agent would look. What it is called is told by its file."""

    path: Path
    kind: PluginKind = "socket"

    @property
    def name(self) -> str:
        return self.path.stem.partition("@")[0]

    @property
    def place(self) -> str:
        return str(self.path)

    def load(self) -> ModuleType:
        return ModuleType(self.name)


def _distribution(folder: Path) -> FoundPlugin:
    """One that need not be installed: its code is found as its own tests find it."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    named: Mapping[str, str] = project.get("entry-points", {}).get(GROUP, {})
    if len(named) == 1:
        ((name, value),) = named.items()
        if str(folder / "src") not in sys.path:
            sys.path.insert(0, str(folder / "src"))
        return Installed(EntryPoint(name, value, GROUP))
    if not named and len(files := [path for path in folder.glob("*.py") if is_plugin_name(path.stem)]) == 1:
        return SingleFile(files[0])
    if not named:
        raise NoSuchPluginError(f'{folder} has no [project.entry-points."{GROUP}"] and no single .py file')
    raise NoSuchPluginError(f"{folder} holds {', '.join(sorted(named))}; install it and name one of them")


def _steps(found: FoundPlugin, options: JsonObject) -> Iterator[PluginCheck]:
    yield _tried("name", "name", lambda: _check_name(found.name))
    if found.kind == "distribution":
        yield PluginCheck("file", "file safety", "skip", "installed with Python, by whoever may change Python")
    else:
        yield _tried("file", "file safety", lambda: _check_file(Path(found.place)))
    modules: list[ModuleType] = []
    yield _tried("load", "loads", lambda: modules.append(found.load()))
    for module in modules:
        yield _tried("describe", "says who it is", partial(_described, found, module))
        yield _tried("hooks", "hooks are async, arguments known", partial(_hooks, found, module))
        yield _tried("schema", "options can be read", partial(_schema, found, module))
        yield _tried("options", "configuration fits", partial(_fits, found, module, options))


def _tried(name: str, title: str, look: Callable[[], str | None]) -> PluginCheck:
    try:
        return PluginCheck(name, title, "ok", look() or "")
    except (Exception, SystemExit) as cause:  # noqa: BLE001 - a stranger's code is looked at here
        return PluginCheck(name, title, "fail", reason_of(cause))


def _check_name(name: str) -> str:
    if not is_plugin_name(name) or "@" in name:
        raise RefusedError("a name holds only a-z, 0-9, - and _, at most 64 of them, and begins with one of a-z, 0-9")
    return name


def _check_file(path: Path) -> str:
    if path.is_socket():
        return str(path)
    with open_plugin_file(path.parent, path.name):
        return str(path)


def _described(found: FoundPlugin, module: ModuleType) -> str:
    info = info_of(found.name, module)
    return " ".join(filter(None, (info.title, info.version))) if hasattr(module, "PLUGIN") else "no PLUGIN: works raw"


def _hooks(found: FoundPlugin, module: ModuleType) -> str:
    """One in another process promises its hooks; nobody can look at them."""
    if found.kind == "socket":
        return "told in its hello"
    hooks = hooks_of(module) if found.kind in ("distribution", "file") else info_of(found.name, module).hooks
    if not hooks:
        raise RefusedError("it answers no hook; mark one with @hookimpl, or promise it in `hooks`")
    return ", ".join(hooks)


def _schema(found: FoundPlugin, module: ModuleType) -> str:
    try:
        options = schema_of(info_of(found.name, module).options).options
    except BadSchemaError as trouble:
        raise RefusedError(str(trouble)) from None
    return ", ".join(option.name for option in options) or "none"


def _fits(found: FoundPlugin, module: ModuleType, options: JsonObject) -> str:
    """What has no default may come with its document; what is there must be right."""
    schema = schema_of(info_of(found.name, module).options)
    lacking = [each.name for each in schema.options if each.required and each.name not in options]
    if lacking:
        return f"still to be set: {', '.join(lacking)}"
    try:
        schema.read(found.name, options)
    except OptionsError as trouble:
        raise RefusedError(str(trouble)) from None
    return ""
