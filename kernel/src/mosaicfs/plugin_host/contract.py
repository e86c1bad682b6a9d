"""Whether a module keeps the contract of a plugin, looked at before it is ever called.

Steps 3 to 5 of loading: it says who it is, each of its hooks is async and asks for known arguments only, and its
options can be read. Whoever fails is refused with one sentence; nobody else notices.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from inspect import Parameter
from types import ModuleType
from typing import Any

from mosaicfs.hookspecs import EXTRA_ARGUMENTS, HOOKS, PROJECT
from mosaicfs.model.plugin_info import API, PluginInfo
from mosaicfs.plugin_host.options import BadSchemaError, OptionsSchema, schema_of

Implementation = Callable[..., Awaitable[Any]]

_BY_NAME = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


class RefusedError(Exception):
    """Why a plugin is not loaded, as one sentence for people."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What a module offers. `hooks` are in the order of `hookspecs`."""

    info: PluginInfo
    hooks: tuple[str, ...]
    options: OptionsSchema


def contract_of(name: str, module: ModuleType) -> Contract:
    """`RefusedError` names the first thing that is wrong."""
    info = info_of(name, module)
    hooks = hooks_of(module)
    if unwritten := sorted(set(info.hooks) - set(hooks)):
        raise RefusedError(f"PLUGIN promises the hook {unwritten[0]}, which the module does not have")
    try:
        return Contract(info, hooks, schema_of(info.options))
    except BadSchemaError as trouble:
        raise RefusedError(str(trouble)) from None


def arguments_of(function: Implementation) -> tuple[str, ...]:
    """What an implementation wants to be given, by name."""
    return tuple(name for name, known in _parameters(function).items() if known.kind in _BY_NAME)


def info_of(name: str, module: ModuleType) -> PluginInfo:
    """A module without `PLUGIN` works too, with its options as they stand in the configuration."""
    info = getattr(module, "PLUGIN", None)
    if info is None:
        return PluginInfo(name=name, title=name, summary="", version="", api=API)
    if not isinstance(info, PluginInfo):
        raise RefusedError(f"PLUGIN must be a mosaicfs.model.plugin_info.PluginInfo, and is a {type(info).__name__}")
    if info.api != API:
        raise RefusedError(f"it was written for version {info.api} of the hooks, and this is version {API}")
    if info.name != name:
        raise RefusedError(f"it is installed as {name} and calls itself {info.name}")
    return info


def hooks_of(module: ModuleType) -> tuple[str, ...]:
    found: dict[str, Implementation] = {}
    for name, value in vars(module).items():
        marks: Mapping[str, Any] | None = getattr(value, f"{PROJECT}_impl", None) if inspect.isroutine(value) else None
        if marks is not None:
            hook = marks.get("specname") or name
            _check(hook, value)
            found[hook] = value
    return tuple(hook for hook in HOOKS if hook in found)


def _check(hook: str, function: Implementation) -> None:
    if hook not in HOOKS:
        near = get_close_matches(hook, HOOKS, n=1)
        raise RefusedError(f"there is no hook {hook}" + (f"; did you mean {near[0]}?" if near else ""))
    if not inspect.iscoroutinefunction(function):
        raise RefusedError(f"its hook {hook} is not async; write `async def {hook}`")
    given = (*_parameters(HOOKS[hook]), *EXTRA_ARGUMENTS)
    for name, known in _parameters(function).items():
        if known.kind in _BY_NAME and name not in given and known.default is Parameter.empty:
            raise RefusedError(f"its hook {hook} wants an argument {name}; there are {', '.join(given)}")
        if known.kind not in _BY_NAME:
            raise RefusedError(f"its hook {hook} must take its arguments by name, not as {known}")


def _parameters(function: Callable[..., Any]) -> Mapping[str, Parameter]:
    return inspect.signature(function).parameters
