"""Which plugins may be asked, and what good and bad conduct does to that.

An error of the three branches is an answer, not misconduct: only wrong options, and an error for the owner where the
whole plugin is the thing concerned, pause a plugin. Anything unexpected is counted; five in a row cost a rest that
doubles until one call succeeds. Who is asked what is in `dispatch`; who was never loaded is in `loading`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from mosaicfs.errors import AskOwnerError, MosaicError, OptionsError, PluginBrokenError

Conduct = Literal["ready", "paused", "failing"]

STRIKES = 5
FIRST_REST_S = 60.0
LONGEST_REST_S = 900.0

_OWNED_WHOLLY = frozenset({"tier", "notify", "replicate", "serve"})
"""Hooks where a refusal concerns the plugin itself; elsewhere it concerns one source or one file."""

_log = structlog.get_logger(component="plugins")


@dataclass(slots=True)
class _Record:
    conduct: Conduct = "ready"
    reason: str = ""
    failures: int = 0
    rests: int = 0
    until: float = 0.0


class Standing:
    """`now` is a monotonic clock; `discreet` takes secrets out of what a plugin has written into its errors."""

    def __init__(
        self, now: Callable[[], float] = time.monotonic, discreet: Callable[[str], str] = lambda text: text
    ) -> None:
        self._now = now
        self._discreet = discreet
        self._records: dict[str, _Record] = {}

    def of(self, plugin: str) -> tuple[Conduct, str]:
        record = self._record(plugin)
        return record.conduct, record.reason

    def may_be_asked(self, plugin: str) -> bool:
        """A failing plugin may be tried again when its rest is over."""
        record = self._record(plugin)
        match record.conduct:
            case "ready":
                return True
            case "failing":
                return self._now() >= record.until
            case "paused":
                return False

    def answered(self, plugin: str) -> None:
        record = self._record(plugin)
        if record.conduct == "failing":
            _log.info("plugin recovered", plugin=plugin)
        if record.conduct != "paused":
            self._records[plugin] = _Record()

    def failed(self, plugin: str, hook: str, cause: BaseException) -> None:
        """`cause` as the plugin raised it, or a `PluginBrokenError` for a call that was cut."""
        if isinstance(cause, OptionsError) or (isinstance(cause, AskOwnerError) and hook in _OWNED_WHOLLY):
            self.pause(plugin, str(cause))
        elif isinstance(cause, PluginBrokenError) or not isinstance(cause, MosaicError):
            self._strike(plugin, hook, cause)

    def forgive(self, plugin: str) -> None:
        """Somebody has changed something, or asks for another try: what was before does not count."""
        self._records.pop(plugin, None)

    def pause(self, plugin: str, reason: str) -> None:
        """Not asked again until somebody has changed something."""
        record = self._record(plugin)
        record.conduct, record.reason = "paused", self._discreet(reason)
        _log.warning("plugin paused", plugin=plugin, reason=record.reason)

    def _strike(self, plugin: str, hook: str, cause: BaseException) -> None:
        record = self._record(plugin)
        record.failures += 1
        record.reason = self._discreet(f"{hook}: {told(cause)}")
        if record.conduct == "failing" or record.failures >= STRIKES:
            rest = min(FIRST_REST_S * 2.0**record.rests, LONGEST_REST_S)
            record.conduct, record.until = "failing", self._now() + rest
            record.rests = min(record.rests + 1, 10)
            _log.warning("plugin rests", plugin=plugin, reason=record.reason, rest_s=rest)
        else:
            _log.warning("plugin failed", plugin=plugin, reason=record.reason, in_a_row=record.failures)

    def _record(self, plugin: str) -> _Record:
        return self._records.setdefault(plugin, _Record())


def told(cause: BaseException) -> str:
    """Our own errors are sentences; a stranger's needs its class to be understood."""
    if isinstance(cause, MosaicError):
        return str(cause)
    return f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__
