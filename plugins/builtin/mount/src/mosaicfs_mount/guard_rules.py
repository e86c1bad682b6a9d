"""Which rule fits a program that opens a file that is not here. The owner's rules come first, then those of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import translate
from types import MappingProxyType
from typing import NamedTuple

from mosaicfs.model.configuration import AccessSettings
from mosaicfs.model.guard_rule import GuardRule, GuardSet
from mosaicfs_mount.callers import Caller

SETS: Mapping[GuardSet, tuple[str, ...]] = MappingProxyType(
    {
        "thumbnailers": ("tumblerd", "*thumbnail*"),
        "indexers": ("tracker-extract*", "localsearch-ext*", "baloo_file*", "recollindex"),
        "scanners": ("clamscan", "clamd", "updatedb", "rkhunter"),
    }
)
"""Programs that look into every file of a system, by the names that they give themselves."""


class _Tried(NamedTuple):
    rule: GuardRule
    process: re.Pattern[str]
    path: re.Pattern[str] | None


class GuardRules:
    def __init__(self, settings: AccessSettings) -> None:
        built_in = [GuardRule(SETS[name], "refuse") for name in SETS if name in settings.guard_sets]
        self._tried = [_tried(rule) for rule in (*settings.guard, *built_in)]

    def find(self, caller: Caller, path: str, size: int) -> GuardRule | None:
        """The first that fits; None where no rule speaks of it."""
        return next((each.rule for each in self._tried if _fits(each, caller, path, size)), None)


def _tried(rule: GuardRule) -> _Tried:
    return _Tried(rule, _any_of(rule.process), _any_of([rule.path]) if rule.path else None)


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, patterns)))


def _fits(tried: _Tried, caller: Caller, path: str, size: int) -> bool:
    is_meant = tried.process.match(caller.name) or tried.process.match(caller.program)
    in_reach = tried.path is None or tried.path.match(path)
    return bool(is_meant and in_reach) and size >= tried.rule.min_bytes
