"""Which file has which name in one directory, once all mount entries have said what they bring.

A name that one file alone wants costs one look into a table; everything else here is for the names that are left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from mosaicfs.model.directory import Mount
from mosaicfs.model.filing import FileRow
from mosaicfs.model.names import showable
from mosaicfs.tree.names import is_too_long, own_name, suffixed


class Candidate(NamedTuple):
    """A file that a mount entry brings, by the position of the entry."""

    row: FileRow
    mount: int


class Hidden(NamedTuple):
    """A file that is not shown because a newer one has its name."""

    loser: Candidate
    winner: Candidate


class Settled(NamedTuple):
    """`invalid` have names that no directory can show, `barred` such as nothing of a source may have here."""

    shown: dict[str, Candidate]
    suffixed: set[str]
    hidden: list[Hidden]
    invalid: list[Candidate]
    barred: list[Candidate]


def settle(
    files: Iterable[Candidate], mounts: Sequence[Mount], *, directories: Collection[str], barred: Collection[str]
) -> Settled:
    """`directories` keep their names against files. The order of `files` means nothing."""
    alone: dict[str, Candidate] = {}
    contested: dict[str, list[Candidate]] = {}
    for candidate in files:
        _enter(candidate, candidate.row.name, alone, contested)
    invalid = _taken_out([name for name in alone if not showable(name)], alone, contested)
    for candidate in _taken_out([name for name in alone if is_too_long(name)], alone, contested):
        _enter(candidate, own_name(candidate.row), alone, contested)
    refused = _taken_out([name for name in barred if name in alone], alone, contested)
    blocked = alone.keys() & directories
    if not contested and not blocked:
        return Settled(alone, set(), [], _each_once(invalid), _each_once(refused))
    hidden: list[Hidden] = []
    waiting: list[Candidate] = []
    for name in contested.keys() | blocked:
        group = contested.get(name) or [alone[name]]
        kept = _kept(group, mounts, hidden)
        if name not in blocked:
            alone[name] = kept.pop(0)
        waiting += kept
    taken = {*directories, *barred, *alone}
    for name in blocked:
        del alone[name]
    names = _suffix(waiting, alone, taken)
    hidden.sort(key=lambda pair: rank(pair.loser))
    return Settled(alone, names, hidden, _each_once(invalid), _each_once(refused))


def rank(candidate: Candidate) -> tuple[int, str, str, str]:
    """The first of a name keeps it, and suffixes are given out in the same order."""
    row = candidate.row
    return candidate.mount, row.node_id, row.path, row.file_id


def _enter(candidate: Candidate, name: str, alone: dict[str, Candidate], contested: dict[str, list[Candidate]]) -> None:
    first = alone.setdefault(name, candidate)
    if first is not candidate:
        contested.setdefault(name, [first]).append(candidate)


def _taken_out(
    names: Iterable[str], alone: dict[str, Candidate], contested: dict[str, list[Candidate]]
) -> list[Candidate]:
    out: list[Candidate] = []
    for name in names:
        first = alone.pop(name)
        out += contested.pop(name, [first])
    return out


def _each_once(candidates: Iterable[Candidate]) -> list[Candidate]:
    """In order; a file that several mount entries bring counts for the earliest of them."""
    firsts: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=rank):
        firsts.setdefault(candidate.row.file_id, candidate)
    return list(firsts.values())


def _kept(group: list[Candidate], mounts: Sequence[Mount], hidden: list[Hidden]) -> list[Candidate]:
    """Who of one name is shown, the one with the best claim first. One policy to suffix is enough for all."""
    files = _each_once(group)
    if len(files) == 1 or any(mounts[each.mount].conflict_policy == "suffix_node_id" for each in group):
        return files
    files.sort(key=lambda each: each.row.file_id)
    winner = max(files, key=lambda each: each.row.mtime)
    hidden += [Hidden(each, winner) for each in files if each is not winner]
    return [winner]


def _suffix(waiting: list[Candidate], shown: dict[str, Candidate], taken: set[str]) -> set[str]:
    """A file brought under one name needs one suffixed name only."""
    names: set[str] = set()
    for candidate in sorted(waiting, key=rank):
        name = next(each for each in suffixed(candidate.row) if each not in taken)
        taken.add(name)
        names.add(name)
        shown[name] = candidate
    return names
