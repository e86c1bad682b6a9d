"""Where mount entries would show one file, and what becomes of each of these claims.

A claim is judged as a listing is made: a document further down decides alone, then gates and steps, then names, then
whoever else wants the name. What is said of the last is read from the directory itself, so it agrees with its listing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from msgspec import structs

from mosaicfs.model.directory import Mount
from mosaicfs.model.filing import FileRow
from mosaicfs.model.names import covers, showable
from mosaicfs.model.tree import Explanation, Result, Shown, TraceLine, Winner
from mosaicfs.tree.asking import Asking
from mosaicfs.tree.composing import Composed
from mosaicfs.tree.directories import Directories, Known
from mosaicfs.tree.evaluator import Evaluator
from mosaicfs.tree.mounted import Mounted
from mosaicfs.tree.names import RESERVED, own_name, shown_folder
from mosaicfs.tree.parties import Parties
from mosaicfs.tree.places import joined, mapped
from mosaicfs.tree.sources import Source, Sources
from mosaicfs.tree.tracing import traced

_BEYOND = "The search has more results than its limit; this file comes after the last that is taken."


class Claim(NamedTuple):
    """`names`: components of the source below the directory of the mount entry, the file's name last.

    `disabled` is the export where the source is an import that is switched off.
    """

    known: Known
    mounted: Mounted
    names: tuple[str, ...]
    row: FileRow
    disabled: str | None

    @property
    def folder(self) -> str:
        return joined(self.known.path, tuple(map(shown_folder, self.names[:-1])))

    @property
    def path(self) -> str:
        """Under its own name, which another file may have."""
        return joined(self.folder, (own_name(self.row),))

    @property
    def mount(self) -> Mount:
        return self.known.document.mounts[self.mounted.position]


class Claims:
    """For one answer. A directory is composed once, however many claims lead there."""

    def __init__(self, tree: Evaluator, asking: Asking) -> None:
        self._tree = tree
        self._asking = asking
        self._directories = tree.knowledge.directories
        self._switched_off = _SwitchedOff(tree)
        self._composed: dict[str, Composed] = {}

    # --- who claims a file ---------------------------------------------------------------------------------------

    def of(self, row: FileRow) -> list[Claim]:
        """By directory, then in the order of mount entries."""
        known = sorted([*self._directories, *self._switched_off.directories.values()], key=lambda each: each.path)
        return [claim for each in known for claim in self.of_directory(each, [row])]

    def of_directory(self, known: Known, rows: Iterable[FileRow]) -> list[Claim]:
        rows = list(rows)
        return [
            Claim(known, mounted, names, row, disabled)
            for mounted, disabled in self.mounted(known)
            for row in rows
            if (names := mapped(mounted.mount, row.path)) is not None and self._is_candidate(mounted.source, row)
        ]

    def mounted(self, known: Known) -> Iterator[tuple[Mounted, str | None]]:
        """With those whose imports are disabled, and what these would import."""
        if known.path not in self._switched_off.directories:
            for mounted in self._tree.mounted(known):
                yield mounted, None
        yield from self._switched_off.mounted(known)

    def directory_at(self, path: str) -> Known | None:
        """A document, or an import, also one that is disabled."""
        return self._directories.at(path) or self._switched_off.directories.get(path)

    def disabled_around(self, path: str) -> Known | None:
        """The directory of a disabled import that would hold the path, or lead to it."""
        around = (each for at, each in self._switched_off.directories.items() if covers(at, path) or covers(path, at))
        return min(around, key=lambda each: each.path, default=None)

    def _is_candidate(self, source: Source, row: FileRow) -> bool:
        return source.has(self._asking, row) and source.takes(row, self._asking)[0]

    # --- what becomes of a claim -----------------------------------------------------------------------------------

    def judged(self, claim: Claim) -> Explanation:
        if claim.disabled is not None:
            return _told(claim, "disabled_import", component=claim.disabled)
        if (other := self._shadowing(claim)) is not None:
            return _told(claim, "shadowed", shadowed_by=other)
        claim.mounted.settle(self._asking)
        if claim.mounted.cuts(self._asking, claim.row):
            return _told(claim, "no_source", nearest=claim.mount.source.search, trace=(_beyond_limit(claim),))
        lines, passes = traced(self._asking, claim.mounted, claim.row)
        if not passes:
            return _told(claim, "excluded", trace=lines)
        odd = next((name for name in claim.names if not showable(name)), None)
        if odd is not None:
            return _told(claim, "invalid_name", component=odd, trace=lines)
        return self._settled(claim, lines)

    def _shadowing(self, claim: Claim) -> str | None:
        """The directory that decides alone where the claim leads."""
        first = claim.path[1:].partition("/")[0]
        if claim.known.path == "/" and first in RESERVED:
            return f"/{first}"
        nearest = self._directories.nearest(claim.folder)
        return None if nearest is None or nearest.path == claim.known.path else nearest.path

    def _settled(self, claim: Claim, lines: tuple[TraceLine, ...]) -> Explanation:
        """Of a file that passes."""
        composed, file_id = self._composed_at(claim.folder), claim.row.file_id
        for entry in composed.entries:
            if entry.file_id == file_id:
                return _visible(claim, entry, lines)
        for hidden in composed.hidden:
            if hidden.loser.row.file_id == file_id:
                mount = claim.known.document.mounts[hidden.winner.mount]
                winner = Winner(file_id=hidden.winner.row.file_id, mount_id=mount.mount_id)
                return _told(claim, "hidden_by_conflict", winner=winner, trace=lines)
        return _told(claim, "excluded", trace=lines)

    def _composed_at(self, folder: str) -> Composed:
        found = self._composed.get(folder)
        if found is None:
            level = self._tree.level(self._asking, folder)
            found = self._composed[folder] = self._tree.found(self._asking, level).composed
        return found


class _SwitchedOff:
    """What would be there if the imports that are disabled were not."""

    def __init__(self, tree: Evaluator) -> None:
        directories, imports = tree.knowledge.directories, tree.knowledge.parties.imports
        parties, imagined = Parties(), Directories()
        parties.imports = {
            uuid: structs.replace(each, enabled=True) for uuid, each in imports.items() if not each.enabled
        }
        imagined.import_from(parties.imports)
        self.directories = {known.path: known for known in imagined if directories.at(known.path) is None}
        self._rules = directories.rules
        self._sources = Sources(parties)
        self._is_empty = not parties.imports

    def mounted(self, known: Known) -> Iterator[tuple[Mounted, str]]:
        if self._is_empty:
            return
        for position, (mount, rule) in enumerate(zip(known.document.mounts, self._rules(known), strict=True)):
            source = self._sources.of(mount) if mount.source.federated_import_id is not None else None
            if isinstance(source, Source) and source.folder is not None:
                yield Mounted(known.path, position, source, rule), source.folder


def _visible(claim: Claim, entry: Shown, lines: tuple[TraceLine, ...]) -> Explanation:
    """Where another mount entry of the directory has shown the file first, that one is named."""
    return _told(
        claim,
        "visible",
        virtual_path=joined(claim.folder, (entry.name,)),
        origin=entry.origin,
        mapped_name=entry.name,
        shown_as=entry.shown_as,
        mount_id=entry.mount_id,
        trace=lines,
    )


def _beyond_limit(claim: Claim) -> TraceLine:
    return TraceLine(from_path=claim.known.path, mount_id=claim.mount.mount_id, outcome="skipped", problem=_BEYOND)


def _told(claim: Claim, result: Result, **others: Any) -> Explanation:
    facts = {
        "virtual_path": claim.path,
        "kind": "file",
        "file_id": claim.row.file_id,
        "directory": claim.known.path,
        "mount_id": claim.mount.mount_id,
    }
    return Explanation(result=result, **{**facts, **others})
