"""Asking plugins: the only room that awaits them, and the only one that touches pluggy.

pluggy keeps the order and finds the implementations; it does not await, and its own `firstresult` would stop at the
first coroutine instead of the first answer. What a plugin may be asked is in `hookspecs`, who is loaded in `loading`,
what becomes of one that fails in `standing`, what the rest of the kernel calls in `hooks`.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, NamedTuple, TypeVar

import pluggy
import structlog
import trio

from mosaicfs import hookspecs
from mosaicfs.errors import MosaicError, OptionsError, PluginBrokenError, SourceUnavailableError, TimedOutError
from mosaicfs.model.notices import Notices
from mosaicfs.plugin_host.contract import Implementation, arguments_of
from mosaicfs.plugin_host.discretion import Discretion
from mosaicfs.plugin_host.loading import Loaded
from mosaicfs.plugin_host.standing import Standing, told
from mosaicfs.plugin_host.timer import Timer

T = TypeVar("T")

_PROVED_LATER = frozenset({"materialize", "serve"})
"""Where a call that ends well proves nothing yet: the stream must come whole, the face must have started."""

GRACE_S = 2.0

_log = structlog.get_logger(component="hooks")


class Reply(NamedTuple, Generic[T]):
    """What one plugin made of a call: an answer, None for "not mine", or one of our errors."""

    plugin: str
    answer: T | None = None
    error: MosaicError | None = None
    took_s: float = 0.0


class PerCall(NamedTuple):
    """An argument that is made anew for each plugin, with the timer of its call in reach."""

    make: Callable[[Timer], object]


@dataclass(frozen=True, slots=True)
class _Asked:
    plugin: str
    function: Implementation
    extras: Mapping[str, object]
    keeps_limits: bool


class Dispatch:
    """`notices_for` and `state_dir_of` give each plugin what is its own. `tracing` logs every call."""

    def __init__(
        self,
        plugins: Sequence[Loaded],
        standing: Standing,
        notices_for: Callable[[str], Notices],
        discretion: Discretion,
        *,
        state_dir_of: Callable[[str], Path],
        tracing: bool = False,
    ) -> None:
        self._standing = standing
        self._notices_for = notices_for
        self._state_dir_of = state_dir_of
        self._discretion = discretion
        self._tracing = tracing
        self.hold(plugins)

    def hold(self, plugins: Sequence[Loaded]) -> None:
        """From now on these are asked, in this order. Calls that are under way end as they began."""
        self.plugins = tuple(plugins)
        self._manager = _manager_of(plugins)
        self._extras = {each.name: self._extras_of(each) for each in plugins}
        self._bridges = {each.name for each in plugins if each.contract.info.backends}
        self._joined = {each.name for each in plugins if each.joined is not None}

    def _extras_of(self, plugin: Loaded) -> Mapping[str, object]:
        return {
            "options": plugin.options,
            "notices": self._notices_for(plugin.name),
            "state_dir": self._state_dir_of(plugin.name),
        }

    async def first_answer(
        self, hook: str, *, among: Collection[str] | None = None, **arguments: object
    ) -> Reply[Any] | None:
        """Ask one after the other, in order; the first that is not None is taken.

        `options` among the arguments stand in place of the plugin's own.

        A plugin that fails does not end the search. Where nobody else has an answer its error is raised, for then it
        may well have been the one to ask.
        """
        errors: list[MosaicError] = []
        for asked in self._implementations(hook, among):
            reply = await self._ask(hook, asked, arguments)
            if reply.error is not None:
                errors.append(reply.error)
            elif reply.answer is not None:
                return reply
        if errors:
            raise errors[0]
        return None

    async def all_answers(
        self, hook: str, *, among: Collection[str] | None = None, limit_s: float | None = None, **arguments: object
    ) -> list[Reply[Any]]:
        """Ask all at once; the replies of those whose business it was, errors included, in order."""
        replies = await self.tell(hook, among=among, limit_s=limit_s, **arguments)
        return [reply for reply in replies if reply.answer is not None or reply.error is not None]

    async def tell(
        self, hook: str, *, among: Collection[str] | None = None, limit_s: float | None = None, **arguments: object
    ) -> list[Reply[Any]]:
        """Tell all, or those `among` them, at once: one reply each, in order.

        A slow or broken plugin costs its own reply and nobody else's.
        """
        told_to = self._implementations(hook, among)
        replies: list[Reply[Any]] = [Reply(asked.plugin) for asked in told_to]

        async def tell_one(place: int, asked: _Asked) -> None:
            replies[place] = await self._ask(hook, asked, arguments, limit_s)

        async with trio.open_nursery() as nursery:
            for place, asked in enumerate(told_to):
                nursery.start_soon(tell_one, place, asked)
        return replies

    async def answer_of(self, plugin: str, hook: str, *, limit_s: float | None = None, **arguments: object) -> Any:
        """Ask one plugin by name; its error is raised."""
        for asked in self._implementations(hook, (plugin,)):
            reply = await self._ask(hook, asked, arguments, limit_s)
            if reply.error is not None:
                raise reply.error
            return reply.answer
        conduct, reason = self._standing.of(plugin)
        raise SourceUnavailableError(f"The plugin {plugin}", f"it is {conduct}{': ' + reason if reason else ''}")

    def _implementations(self, hook: str, among: Collection[str] | None = None) -> list[_Asked]:
        """Those that may be asked, in order. pluggy lists them last-called first."""
        found = reversed(getattr(self._manager.hook, hook).get_hookimpls())
        return [
            _Asked(each.plugin_name, each.function, self._extras[each.plugin_name], each.plugin_name in self._joined)
            for each in found
            if (among is None or each.plugin_name in among) and self._standing.may_be_asked(each.plugin_name)
        ]

    async def _ask(
        self, hook: str, asked: _Asked, arguments: Mapping[str, object], limit_s: float | None = None
    ) -> Reply[Any]:
        timer = Timer.of(_limit(hook, asked, hookspecs.LIMITS[hook].seconds if limit_s is None else limit_s))
        given = self._given(asked, arguments, timer)
        began = trio.current_time()
        reply: Reply[Any] = await self.watched(hook, asked.plugin, lambda: _call(hook, asked, given), timer)
        if reply.error is None and hook not in _PROVED_LATER:
            self.proved(asked.plugin)
        reply = reply._replace(took_s=trio.current_time() - began)
        if self._tracing:
            self._trace(hook, given, reply)
        return reply

    def may_be_asked(self, plugin: str) -> bool:
        return self._standing.may_be_asked(plugin)

    async def watched(self, hook: str, plugin: str, call: Callable[[], Awaitable[T]], timer: Timer) -> Reply[T]:
        """Await a piece of a plugin's code, and judge how it ended. What it streams comes through here too."""
        answer = None
        try:
            with timer.scope:
                answer = await call()
        except BaseException as raised:
            cause = _alone(raised)
            if not isinstance(cause, Exception | SystemExit):
                raise
            return self._failed(hook, plugin, cause)
        if timer.scope.cancelled_caught:
            return self._overran(hook, plugin, timer.limit_s)
        return Reply(plugin, answer)

    def learn(self, secrets: Collection[str], options: object) -> None:
        """Options that are given with a call, which may hold secrets too."""
        self._discretion.learn(secrets, options)

    def proved(self, plugin: str) -> None:
        """Good conduct: what was bad before does not count any more."""
        self._standing.answered(plugin)

    def lied(self, hook: str, plugin: str, trouble: str) -> None:
        """Count what only shows when an answer is used."""
        self._standing.failed(plugin, hook, PluginBrokenError(plugin, trouble))

    def _failed(self, hook: str, plugin: str, cause: BaseException) -> Reply[Any]:
        if not (isinstance(cause, OptionsError) and plugin in self._bridges):  # those are wrong of one backend
            self._standing.failed(plugin, hook, cause)
        if isinstance(cause, MosaicError):
            return Reply(plugin, error=self._discretion.error(cause))
        broken = PluginBrokenError(plugin, self._discretion.text(told(cause)))
        broken.__cause__ = cause
        return Reply(plugin, error=broken)

    def _overran(self, hook: str, plugin: str, limit_s: float) -> Reply[Any]:
        """Try later for whoever asked, and a strike against the plugin: it has to keep its own limits shorter.

        Who asked a question in a hurry has only himself to blame.
        """
        if hook == "query" and limit_s < hookspecs.LIMITS[hook].seconds:
            return Reply(plugin, error=TimedOutError(f"The plugin {plugin}", limit_s))
        self._standing.failed(plugin, hook, PluginBrokenError(plugin, f"no answer within {limit_s:g} s"))
        return Reply(plugin, error=TimedOutError(f"The plugin {plugin}", limit_s))

    def _given(self, asked: _Asked, arguments: Mapping[str, object], timer: Timer) -> dict[str, object]:
        """Only what the implementation wants, as pluggy does it."""
        offered = {**asked.extras, **arguments}
        wanted = {name: offered[name] for name in arguments_of(asked.function) if name in offered}
        return {name: v.make(timer) if isinstance(v, PerCall) else v for name, v in wanted.items()}

    def _trace(self, hook: str, given: Mapping[str, object], reply: Reply[Any]) -> None:
        shown = ", ".join(f"{name}={self._discretion.shown(value)}" for name, value in given.items())
        outcome = told(reply.error) if reply.error else self._discretion.shown(reply.answer)
        _log.info(
            "hook called",
            plugin=reply.plugin,
            call=f"{hook}({shown})",
            failed=reply.error is not None,
            outcome=self._discretion.text(outcome),
            took_ms=round(reply.took_s * 1000, 1),
        )


async def _call(hook: str, asked: _Asked, given: Mapping[str, object]) -> Any:
    answer = await asked.function(**given)
    if answer is not None and not isinstance(answer, hookspecs.ANSWERS[hook]):
        raise TypeError(f"a {type(answer).__name__} is no answer to {hook}")
    return answer


def _manager_of(plugins: Sequence[Loaded]) -> pluggy.PluginManager:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    for hook in hookspecs.HOOKS:
        # Every hook may want these, and pluggy refuses what the specification does not name.
        spec = getattr(manager.hook, hook).spec
        spec.argnames = (*spec.argnames, *hookspecs.EXTRA_ARGUMENTS)
    for plugin in reversed(plugins):
        manager.register(_copy(plugin.module), name=plugin.name)
    return manager


def _copy(module: ModuleType) -> ModuleType:
    """One module may be the code of several instances, and pluggy takes each object once."""
    copy = ModuleType(module.__name__)
    vars(copy).update(vars(module))
    return copy


def _limit(hook: str, asked: _Asked, limit_s: float) -> float:
    """What runs in another process is brought to its end by its kind, which takes a moment of its own."""
    if not asked.keeps_limits:
        return limit_s
    return math.inf if hook == "annotate" else limit_s + GRACE_S


def _alone(raised: BaseException) -> BaseException:
    """A nursery inside the plugin wraps what was raised; one error in many wrappings is still that error."""
    while isinstance(raised, BaseExceptionGroup) and len(raised.exceptions) == 1:
        raised = raised.exceptions[0]
    return raised
