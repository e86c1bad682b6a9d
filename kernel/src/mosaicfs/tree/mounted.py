"""A mount entry at work: which files of its source pass, and below which folders one does.

What was found out is kept, a byte a file. That a folder is shown rests on a witness, a file below it that passes; one
without a witness is barren until a file below it changes. After a change only the files that changed are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from mosaicfs.model.filing import FileRow
from mosaicfs.model.names import showable
from mosaicfs.tree.asking import Asking
from mosaicfs.tree.labels import upwards
from mosaicfs.tree.places import joined, mapped
from mosaicfs.tree.rules import Rule
from mosaicfs.tree.sources import Source
from mosaicfs.tree.verdicts import Verdict, Verdicts
from mosaicfs.tree.whereabouts import lies_below

_BARREN: Final = -1
_BYTES_A_WITNESS: Final = 130
_BYTES_A_DOUBT: Final = 60
PASSES, FAILS, ODD, ABSENT = int(Verdict.PASSES), int(Verdict.FAILS), int(Verdict.ODD), int(Verdict.ABSENT)
_PASSING: Final = frozenset({PASSES, ODD})
_RESULTS: Final = frozenset({PASSES, ODD, FAILS})


class Mounted:
    """`position` is that of the mount entry in the directory at `path`.

    `always` is the answer where no step has an effect: then no file is examined. `version` grows when what a flat one
    shows may be different.
    """

    def __init__(self, path: str, position: int, source: Source, rule: Rule) -> None:
        self.path = path
        self.position = position
        self.source = source
        self.rule = rule
        self.mount = source.mount
        self.flat = self.mount.strategy == "flatten"
        self.always = None if source.asks else rule.always
        self.needs = rule.needs | source.needs
        self._shows = _PASSING if source.limit is None else _RESULTS
        self.version = 0
        self.verdicts = Verdicts()
        self._witnesses: dict[int, int] = {}
        self._doubtful: set[int] = set()
        self._is_gathered = False

    # --- verdicts ----------------------------------------------------------------------------------------------

    def verdict(self, asking: Asking, row: FileRow) -> int:
        """Of a file of the source."""
        if self.always is not None and not self.flat:
            return self._passing(row) if self.always else FAILS
        known = self.verdicts.of(row.n)
        return known or self._examined(asking, row)

    def _examined(self, asking: Asking, row: FileRow) -> int:
        if self.always is not None:
            verdict, until = (self._passing(row) if self.always else FAILS), math.inf
        else:
            asking.files_examined += 1
            verdict, until = self._judged(asking, row)
        self.verdicts.put(row.n, verdict, until)
        return verdict

    def _judged(self, asking: Asking, row: FileRow) -> tuple[int, float]:
        takes, holds = self.source.takes(row, asking) if self.source.asks else (True, math.inf)
        if not takes:
            return ABSENT, holds
        passes, until = self.rule.passes(row, asking)
        return self._passing(row) if passes else FAILS, min(until, holds)

    def _passing(self, row: FileRow) -> int:
        if showable(row.name) and (self.flat or row.folder.isprintable()):
            return PASSES
        components = mapped(self.mount, row.path)
        return PASSES if components is not None and all(map(showable, components)) else ODD

    # --- files and folders of one level --------------------------------------------------------------------------

    def passing(self, asking: Asking, rows: Iterable[FileRow]) -> list[FileRow]:
        """Those with odd names too: they are counted."""
        if self.always is not None and not self.flat:
            return list(rows) if self.always else []
        return [row for row in rows if self.verdict(asking, row) in _PASSING]

    def folders_in(self, asking: Asking, node_id: str, folder: str) -> list[str]:
        """Components that lead to something; those with odd names as they are."""
        if self.always is False:
            return []
        found = asking.folders_in(node_id, folder)
        if self.always:
            return found
        return [name for name in found if self.shows(asking, node_id, joined(folder, (name,))) or not showable(name)]

    def shows(self, asking: Asking, node_id: str, folder: str) -> bool:
        """Whether something at or below the folder is shown. Verdicts must be settled."""
        if self.always is not None:
            return self.always and asking.filing.has_files(node_id, folder)
        number = asking.whereabouts.number((node_id, folder))
        witness = self._witnesses.get(number)
        if witness == _BARREN:
            return False
        if witness is not None and self._still_speaks(asking, witness, node_id, folder):
            return True
        return self._search(asking, node_id, folder)

    def _still_speaks(self, asking: Asking, witness: int, node_id: str, folder: str) -> bool:
        if self.verdicts.of(witness) != PASSES:
            return False
        place = asking.whereabouts.of(witness)
        return place is not None and place[0] == node_id and lies_below(place[1], folder)

    def _search(self, asking: Asking, node_id: str, folder: str) -> bool:
        asking.directories_examined += 1
        for rows in asking.files_below(node_id, folder):
            for row in rows:
                if self.verdict(asking, row) == PASSES:
                    self._witnesses[asking.whereabouts.number((node_id, folder))] = row.n
                    self._call_as_witness(asking, row)
                    return True
        self._witnesses[asking.whereabouts.number((node_id, folder))] = _BARREN
        return False

    def _call_as_witness(self, asking: Asking, row: FileRow) -> None:
        """For all folders above it that have none."""
        for folder in upwards(row.folder):
            if self.source.folder is None or not lies_below(folder, self.source.folder):
                return
            number = asking.whereabouts.number((row.node_id, folder))
            if self._witnesses.get(number, _BARREN) == _BARREN:
                self._witnesses[number] = row.n

    # --- flat ones -----------------------------------------------------------------------------------------------

    def gathered(self, asking: Asking) -> tuple[list[FileRow], bool]:
        """All that a flat one shows, and whether its search has more results than its limit."""
        taken = self._taken(asking)
        if taken is not None:
            return self.passing(asking, taken), True
        return asking.noted(asking.filing.rows(list(self.verdicts.with_one_of(_PASSING)))), False

    def cuts(self, asking: Asking, row: FileRow) -> bool:
        """Whether a result of its search comes after the last that the limit leaves."""
        taken = self._taken(asking) if self.source.limit is not None else None
        return taken is not None and all(each.n != row.n for each in taken)

    def _taken(self, asking: Asking) -> list[FileRow] | None:
        """The limit is the source's: it cuts what is found, in the order of names, before any step is asked.

        None where there is nothing to cut.
        """
        if not self._is_gathered:
            for rows in self.source.candidates(asking):
                self.passing(asking, rows)
            self._is_gathered = True
        limit = self.source.limit
        results = list(self.verdicts.with_one_of(_RESULTS)) if limit is not None else []
        if limit is None or len(results) <= limit:
            return None
        rows = sorted(asking.noted(asking.filing.rows(results)), key=lambda row: (row.name, row.file_id))
        return rows[:limit]

    # --- changes -------------------------------------------------------------------------------------------------

    def doubt(self, n: int) -> None:
        """The file, or what is known of it, is different now."""
        if self.always is not None and not self.flat:
            return
        if self.flat and self.verdicts.of(n) in self._shows:
            self.version += 1
        self.verdicts.forget(n)
        if self._is_gathered or not self.flat:
            self._doubtful.add(n)

    def settle(self, asking: Asking) -> None:
        """Examine what changed since the last time, and nothing else."""
        if not self._doubtful:
            return
        for row in asking.noted(asking.filing.rows(sorted(self._doubtful))):
            verdict = self.verdict(asking, row) if self.source.has(asking, row) else ABSENT
            if self.flat and verdict in self._shows:
                self.version += 1
            elif verdict == PASSES:
                self._call_as_witness(asking, row)
        self._doubtful.clear()

    def forget_all(self) -> None:
        self.verdicts = Verdicts()
        self._witnesses = {}
        self._doubtful = set()
        self._is_gathered = False
        self.version += 1

    @property
    def bytes(self) -> int:
        return (
            self.verdicts.bytes + len(self._witnesses) * _BYTES_A_WITNESS + len(self._doubtful) * _BYTES_A_DOUBT + 1_000
        )

    def same_as(self, other: Mounted) -> bool:
        """What is known of one holds for the other."""
        mine, its = self.source, other.source
        return (
            self.path == other.path
            and self.rule.same_as(other.rule)
            and (mine.nodes, mine.folder, mine.label, mine.search, mine.limit)
            == (its.nodes, its.folder, its.label, its.search, its.limit)
            and mine.ages == its.ages
            and mine.steps is its.steps
            and (self.mount.strategy, self.mount.source_prefix) == (other.mount.strategy, other.mount.source_prefix)
        )

    def go_on_as(self, other: Mounted) -> None:
        """With what is known, where `same_as` holds."""
        self.position, self.source, self.mount, self.rule = other.position, other.source, other.mount, other.rule
