"""Why something is at a path, or why a file is not: what the listings show, with what was asked on the way.

Nothing is kept. Of several reasons the one is told that comes nearest to showing the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from msgspec import structs

from mosaicfs.errors import NotShownError
from mosaicfs.model.file import File
from mosaicfs.model.filing import FileRow, Filing
from mosaicfs.model.names import covers, is_path
from mosaicfs.model.tree import Explanation, Result, Shown
from mosaicfs.tree.asking import Asking
from mosaicfs.tree.claims import Claim, Claims
from mosaicfs.tree.directories import MOSAIC, Known, parent_and_name
from mosaicfs.tree.evaluator import ROOT, Evaluator
from mosaicfs.tree.levels import Looking
from mosaicfs.tree.mounted import PASSES, Mounted
from mosaicfs.tree.parties import read
from mosaicfs.tree.suspects import suspects

MOST_PLACES: Final = 20
_NEARNESS: Final[Sequence[Result]] = (
    "visible",
    "hidden_by_conflict",
    "shadowed",
    "invalid_name",
    "excluded",
    "disabled_import",
    "no_source",
)


def explain(tree: Evaluator, filing: Filing, path: str | None = None, file_id: str | None = None) -> list[Explanation]:
    """One of a path; of a file one a place where it is shown, or else why it is nowhere; of both, why the file is or
    is not in that directory, at any depth, or at that path.
    """
    path = None if path is None else path.rstrip("/") or ROOT
    with tree.asking(filing) as asking:
        asked = _Asked(tree, asking)
        if path is not None and not is_path(path):
            return [Explanation(result="not_found", virtual_path=path, file_id=file_id, nearest=ROOT)]
        if file_id is None:
            assert path is not None, "explained is a path, a file, or both"
            return [asked.of_path(path)]
        rows = asking.noted(filing.rows_of([file_id]))
        if not rows:
            return [_gone(filing, path, file_id)]
        return asked.of_file(rows[0]) if path is None else [asked.of_file_at(path, rows[0])]


class _Told(NamedTuple):
    claim: Claim
    explanation: Explanation

    @property
    def rank(self) -> tuple[int, bool]:
        """A file that two mount entries of a directory bring is told of the one that shows it."""
        is_other = self.claim.mount.mount_id != self.explanation.mount_id
        return _NEARNESS.index(self.explanation.result), is_other


class _Asked:
    def __init__(self, tree: Evaluator, asking: Asking) -> None:
        self._tree = tree
        self._asking = asking
        self._claims = Claims(tree, asking)
        self._directories = tree.knowledge.directories

    # --- a path ----------------------------------------------------------------------------------------------------

    def of_path(self, path: str) -> Explanation:
        shown = self._shown(path)
        if shown is None:
            return self._why_nothing(path)
        if shown.file_id is not None:
            return self._shown_file(path, shown)
        if shown.origin == "synthetic" and not covers(MOSAIC, path):
            return self._synthetic(path, shown)
        return _directory_or_view(path, shown)

    def _shown(self, path: str) -> Shown | None:
        try:
            return self._tree.shown(self._asking, path)
        except NotShownError:
            return None

    def _shown_file(self, path: str, shown: Shown) -> Explanation:
        assert shown.file_id is not None
        told: list[_Told] = []
        if not covers(MOSAIC, path):
            known = self._directories.nearest(path)
            rows = self._asking.filing.rows_of([shown.file_id])
            told = self._judged(self._claims.of_directory(known, rows)) if known is not None else []
        there = [each for each in told if each.explanation.virtual_path == path]
        found = min(there, key=_rank).explanation if there else _directory_or_view(path, shown)
        return self._with_others(found)

    def _with_others(self, found: Explanation) -> Explanation:
        if found.file_id is None:
            return found
        places = sorted(self._tree.places(self._asking, found.file_id) - {found.virtual_path})
        return structs.replace(found, also_at=tuple(places[:MOST_PLACES]))

    # --- directories without a document ----------------------------------------------------------------------------

    def _synthetic(self, path: str, shown: Shown) -> Explanation:
        found = next(self._appearing(path), None)
        if found is None:
            below = min((each.path for each in self._directories if covers(path, each.path)), default=None)
            return structs.replace(_directory_or_view(path, shown), directory=below)
        return structs.replace(
            found, virtual_path=path, kind="directory", origin="synthetic", mapped_name=shown.name, shown_as=None
        )

    def _appearing(self, path: str) -> Iterator[Explanation]:
        """Files below that make it appear."""
        level = self._tree.level(self._asking, path)
        for looking in level.looking:
            for row in self._rows_below(looking):
                if level.known is not None and looking.mounted.verdict(self._asking, row) == PASSES:
                    told = self._judged(self._claims.of_directory(level.known, [row]))
                    mine = (each for each in told if each.claim.mounted is looking.mounted)
                    yield from (each.explanation for each in mine if each.explanation.result == "visible")

    def _rows_below(self, looking: Looking) -> Iterator[FileRow]:
        mounted, node_id, view = looking
        folder = view.folder if view.folder is not None else mounted.source.folder
        assert folder is not None
        if view.folder is None:
            yield from self._asking.filing.files_at(node_id, folder)
        for rows in self._asking.files_below(node_id, folder):
            yield from rows

    # --- nothing there ---------------------------------------------------------------------------------------------

    def _why_nothing(self, path: str) -> Explanation:
        disabled = self._claims.disabled_around(path)
        if disabled is not None:
            return self._of_disabled(path, disabled)
        for claims in () if covers(MOSAIC, path) else suspects(self._tree, self._asking, self._claims, path):
            told = [each for each in self._judged(claims) if each.explanation.result != "visible"]
            if told:
                return self._hidden(path, min(told, key=lambda each: (each.claim.path != path, each.rank)))
        return self._not_found(path)

    def _hidden(self, path: str, told: _Told) -> Explanation:
        if told.claim.path == path:
            return self._with_others(told.explanation)
        return structs.replace(told.explanation, virtual_path=path, kind="directory")

    def _of_disabled(self, path: str, known: Known) -> Explanation:
        mounted, export = next(each for each in self._claims.mounted(known) if each[1] is not None)
        return Explanation(
            result="disabled_import",
            virtual_path=path,
            directory=known.path,
            mount_id=mounted.mount.mount_id,
            component=export,
        )

    def _not_found(self, path: str, file_id: str | None = None) -> Explanation:
        above = path
        while above != ROOT:
            above = parent_and_name(above)[0]
            shown = self._shown(above)
            if shown is not None and shown.kind == "directory":
                break
        return Explanation(result="not_found", virtual_path=path, file_id=file_id, nearest=above)

    # --- a file ----------------------------------------------------------------------------------------------------

    def of_file(self, row: FileRow) -> list[Explanation]:
        best: dict[str | None, _Told] = {}
        for told in sorted(self._judged(self._claims.of(row)), key=_rank):
            best.setdefault(told.explanation.virtual_path, told)
        visible = {at: each.explanation for at, each in best.items() if each.explanation.result == "visible"}
        if visible:
            return [self._beside(visible[at], visible) for at in sorted(visible, key=str)]
        nowhere = [each.explanation for each in best.values()][:MOST_PLACES]
        return nowhere or [Explanation(result="no_source", kind="file", file_id=row.file_id)]

    def _beside(self, one: Explanation, all_places: Iterable[str | None]) -> Explanation:
        others = sorted(at for at in all_places if at is not None and at != one.virtual_path)
        return structs.replace(one, also_at=tuple(others[:MOST_PLACES]))

    def of_file_at(self, path: str, row: FileRow) -> Explanation:
        shown = self._shown(path)
        near = [each for each in self._claims.of(row) if self._leads_to(path, shown, each)]
        told = [each for each in self._judged(near) if _is_there(each, path)]
        if told:
            found = min(told, key=lambda each: self._closeness(each, path)).explanation
        else:
            found = self._not_found(path, row.file_id) if shown is None else self._no_source(path, row)
        return self._with_others(found)

    def _leads_to(self, path: str, shown: Shown | None, claim: Claim) -> bool:
        """What a directory shows is the matter of its own mount entries and of those below, whoever else covers it."""
        if shown is None or shown.kind == "file":
            return covers(path, claim.folder) or claim.folder == parent_and_name(path)[0]
        own = claim.known is self._directories.nearest(path) or covers(path, claim.known.path)
        return own and covers(path, claim.folder)

    def _closeness(self, told: _Told, path: str) -> tuple[bool, bool, bool, tuple[int, bool], int, str]:
        """What is shown first, then what is exactly there, then what the directory itself says."""
        claim, explanation = told
        at = explanation.virtual_path or ""
        home = self._directories.nearest(path)
        return (
            explanation.result != "visible",
            path not in (at, claim.path),
            claim.known is not home,
            told.rank,
            at.count("/"),
            at,
        )

    def _no_source(self, path: str, row: FileRow) -> Explanation:
        known = self._directories.nearest(path)
        sources = [mounted for mounted, _ in self._claims.mounted(known)] if known is not None else []
        nearest = max(sources, key=lambda each: self._nearness(each, row), default=None)
        return Explanation(
            result="no_source",
            virtual_path=path,
            kind="file",
            file_id=row.file_id,
            directory=known.path if known is not None else None,
            mount_id=nearest.mount.mount_id if nearest is not None else None,
            nearest=_source_text(nearest) if nearest is not None else None,
        )

    def _nearness(self, mounted: Mounted, row: FileRow) -> tuple[int, bool, int]:
        """By the components that both have in common, then by the node; the first of equal ones."""
        folder = mounted.source.folder
        if folder is None:
            return -1, False, -mounted.position
        common = 0
        for mine, its in zip(folder.split("/")[1:], row.path.split("/")[1:], strict=False):
            if mine != its:
                break
            common += 1
        return common, row.node_id in mounted.source.nodes_now(self._asking), -mounted.position

    def _judged(self, claims: Iterable[Claim]) -> list[_Told]:
        return [_Told(claim, self._claims.judged(claim)) for claim in claims]


def _rank(told: _Told) -> tuple[int, bool]:
    return told.rank


def _is_there(told: _Told, path: str) -> bool:
    """In the directory, at any depth, or at the path, whatever name it is shown under."""
    return path in (told.explanation.virtual_path, told.claim.path) or covers(path, told.claim.folder)


def _directory_or_view(path: str, shown: Shown) -> Explanation:
    return Explanation(
        result="visible",
        virtual_path=path,
        kind=shown.kind,
        origin=shown.origin,
        file_id=shown.file_id,
        directory=path if shown.origin == "document" else None,
        mapped_name=shown.name or None,
        shown_as=shown.shown_as,
    )


def _gone(filing: Filing, path: str | None, file_id: str) -> Explanation:
    """A file that is not active is nowhere. Of one whose document is gone too nothing is known."""
    found = filing.document(file_id)
    noun = read(found[1]) if found is not None else None
    if not isinstance(noun, File):
        return Explanation(result="not_found", virtual_path=path, kind="file", file_id=file_id)
    return Explanation(result="deleted", virtual_path=path, kind="file", file_id=file_id, since=noun.deleted_at)


def _source_text(mounted: Mounted) -> str | None:
    source = mounted.mount.source
    return mounted.source.folder or source.search or (f"label:{source.label}" if source.label else None)
