"""The guard: a program that looks into every file must not have all of them fetched.

It is asked before a file is opened whose bytes are not here, and of no other. What it refuses is no access, and nobody
tries it again.
"""

from __future__ import annotations

import json
from collections import Counter, OrderedDict
from collections.abc import Callable
from glob import escape
from typing import Final, NamedTuple, NoReturn

import structlog
import trio

from mosaicfs.model.configuration import AccessSettings
from mosaicfs.model.guard_rule import GuardErrno
from mosaicfs.model.notices import Notices
from mosaicfs_mount.callers import Caller, caller_of
from mosaicfs_mount.errnos import GuardedError
from mosaicfs_mount.guard_rules import GuardRules
from mosaicfs_mount.storms import MOST_FILES, REFUSED_S, WITHIN_S, Storms

STORM: Final = "hydration_storm"
_MOST_REFUSED: Final = 1_000
_MOST_PROCESSES: Final = 100

_log = structlog.get_logger(component="mount")


class Verdict(NamedTuple):
    """All of a file may be read; or only what begins in so many bytes, and `refusal` is for the rest, each time."""

    header_bytes: int | None = None
    refusal: Callable[[], GuardedError] | None = None

    def look(self, offset: int) -> None:
        """`GuardedError` where a read may not begin."""
        if self.header_bytes is not None and offset >= self.header_bytes and self.refusal is not None:
            raise self.refusal()


ALLOWED: Final = Verdict()


class Guard:
    """`settings` are asked each time: they may change while it runs. `refusals` are counted by process."""

    def __init__(
        self,
        settings: Callable[[], AccessSettings],
        notices: Notices,
        *,
        caller: Callable[[int], Caller | None] = caller_of,
        clock: Callable[[], float] = trio.current_time,
    ) -> None:
        self._settings = settings
        self._notices = notices
        self._caller = caller
        self._clock = clock
        self._known = settings()
        self._rules = GuardRules(self._known)
        self._storms = Storms()
        self._refused: OrderedDict[str, None] = OrderedDict()
        self.refusals: Counter[str] = Counter()

    def ask(self, pid: int, path: str, size: int, *, is_here: bool) -> Verdict:
        """`pid` is the thread that opens `path` of the tree, 0 where nobody knows it. Or `GuardedError`."""
        verdict = ALLOWED if is_here else self._judged(pid, path, size)
        self._refused.pop(path, None)
        return verdict

    def has_refused(self, path: str) -> bool:
        """Whether the last try to open it was refused here."""
        return path in self._refused

    def _judged(self, pid: int, path: str, size: int) -> Verdict:
        caller = self._caller(pid)
        if caller is None:
            return ALLOWED
        rule = self._current_rules().find(caller, path, size)
        if rule is None:
            self._watch(caller, path)
            return ALLOWED
        if rule.action == "allow":
            return ALLOWED
        if rule.action == "refuse":
            self._refuse(caller, path, rule.errno)
        return Verdict(rule.header_bytes, lambda: self._refusal(caller.name, path, rule.errno))

    def _current_rules(self) -> GuardRules:
        now = self._settings()
        if now is not self._known:
            self._known, self._rules = now, GuardRules(now)
        return self._rules

    def _refuse(self, caller: Caller, path: str, number: GuardErrno = "EAGAIN") -> NoReturn:
        self._refused[path] = None
        if len(self._refused) > _MOST_REFUSED:
            self._refused.popitem(last=False)
        raise self._refusal(caller.name, path, number)

    def _refusal(self, process: str, path: str, number: GuardErrno) -> GuardedError:
        """Counted. Whoever changes its name all the time is counted with its like."""
        is_room = process in self.refusals or len(self.refusals) < _MOST_PROCESSES
        self.refusals[process if is_room else "other"] += 1
        return GuardedError(process, path, number)

    # --- storms ----------------------------------------------------------------------------------------------------

    def _watch(self, caller: Caller, path: str) -> None:
        """A program that no rule speaks of. What it was refused is not counted again."""
        now, refuses = self._clock(), self._known.storm_action == "refuse"
        if refuses and self._storms.is_refused(caller, now):
            self._refuse(caller, path)
        if not self._storms.begins(caller, path, now):
            return
        if self._storms.is_news(caller, path.rpartition("/")[0], now):
            _log.info("a program opens many files that are not here", process=caller.name, program=caller.program)
        self._notices.observe(f"{STORM}:{caller.name}", "warning", _TITLE, _told(caller, refuses=refuses))
        if refuses:
            self._storms.refuse(caller, now)
            self._refuse(caller, path)


_TITLE: Final = "A program opens many files that are not here"


def _told(caller: Caller, *, refuses: bool) -> str:
    program = f" ({caller.program})" if caller.program else ""
    refused = f" It is refused such files for {REFUSED_S:g} seconds." if refuses else ""
    name = json.dumps(escape(caller.name), ensure_ascii=False)
    return (
        f"{caller.name}{program} opened more than {MOST_FILES} files within {WITHIN_S:g} seconds whose bytes are not "
        f"on this machine, so that they are fetched.{refused} If it should not have them, add this to mosaicfs.toml; "
        'with the action "allow" you will not hear of it again.\n\n'
        f'[[access.guard]]\nprocess = [{name}]\naction = "refuse"\n'
    )
