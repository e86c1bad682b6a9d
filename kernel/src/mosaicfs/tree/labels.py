"""Which labels a file has: those a person gave it, and those of every enabled rule that covers the folder it lies in.

A rule's prefix ends in `/`, so it covers whole folders. What rules give is looked up once a folder, however many rules
there are, and a rule over half a million files takes effect with the commit that brought it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import Final, NamedTuple

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.document import Document
from mosaicfs.model.filing import Changed, FileRow, Filing
from mosaicfs.model.ids import EVERY_NODE, file_id, tail_of
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.tree import GivenLabel

_ASSIGNMENT: Final = "label_file"
_RULE: Final = "label_rule"
_MOST_FOLDERS: Final = 50_000
_NONE: Final[frozenset[str]] = frozenset()


class Scope(NamedTuple):
    """Files of a node (`*`: of all) in a folder and below."""

    node_id: str
    folder: str

    def covers(self, node_id: str, folder: str) -> bool:
        return self.node_id in (EVERY_NODE, node_id) and self.folder in upwards(folder)


class Touched(NamedTuple):
    """What may have other labels now: single files, and all files of some scopes."""

    file_ids: Set[str]
    scopes: Sequence[Scope]


def _nobody(_: str) -> bool:
    return False


class Labels:
    """Rules that cannot be read, or whose prefix is no folder, have no effect.

    A rule for every node gives nothing to files of peers; `is_peer` tells of the id of a node whether it is one.
    """

    def __init__(self, is_peer: Callable[[str], bool] = _nobody) -> None:
        self._is_peer = is_peer
        self._assignments: dict[str, LabelAssignment] = {}
        self._assigned: defaultdict[str, set[str]] = defaultdict(set)
        self._rules: dict[str, LabelRule] = {}
        self._covering: defaultdict[Scope, set[str]] = defaultdict(set)
        self._of_folder: dict[tuple[str, str], frozenset[str]] = {}

    @property
    def labelled_files(self) -> int:
        """Those that a person gave labels."""
        return len(self._assignments)

    # --- keeping in step ---------------------------------------------------------------------------------------

    def load(self, filing: Filing) -> None:
        """Into one that knows nothing yet."""
        for kind in (_ASSIGNMENT, _RULE):
            for _, document in filing.documents(kind):
                self._take(document)

    def apply(self, changed: Iterable[Changed]) -> Touched:
        file_ids, scopes = set[str](), list[Scope]()
        for each in changed:
            if each.kind == _ASSIGNMENT:
                file_ids.add(_file_of(each.document))
            elif each.kind != _RULE:
                continue
            scopes += self._scope_of(each.document.id)
            self._take(each.document)
            scopes += self._scope_of(each.document.id)
        return Touched(file_ids, scopes)

    def parties_changed(self) -> list[Scope]:
        """Where files may have other labels now that somebody is a peer or is none any more."""
        self._of_folder.clear()
        return sorted({scope for scope in self._covering if scope.node_id == EVERY_NODE})

    def _take(self, document: Document) -> None:
        """In place of what was known of it."""
        noun = _noun_of(document)
        if document.id.startswith(_RULE):
            self._take_rule(document.id, noun if isinstance(noun, LabelRule) else None)
        else:
            self._take_assignment(_file_of(document), noun if isinstance(noun, LabelAssignment) else None)

    def _take_assignment(self, file: str, now: LabelAssignment | None) -> None:
        before = self._assignments.pop(file, None)
        for label in before.labels if before else ():
            self._assigned[label].discard(file)
            if not self._assigned[label]:
                del self._assigned[label]
        if now is not None and now.labels:
            self._assignments[file] = now
            for label in now.labels:
                self._assigned[label].add(file)

    def _take_rule(self, rule_id: str, now: LabelRule | None) -> None:
        for scope in self._scope_of(rule_id):
            self._covering[scope].discard(rule_id)
            if not self._covering[scope]:
                del self._covering[scope]
        self._rules.pop(rule_id, None)
        self._of_folder.clear()
        if now is not None and now.folder is not None:
            self._rules[rule_id] = now
            self._covering[scope_of(now)].add(rule_id)

    def _scope_of(self, rule_id: str) -> list[Scope]:
        rule = self._rules.get(rule_id)
        return [scope_of(rule)] if rule is not None else []

    # --- asking ------------------------------------------------------------------------------------------------

    def of(self, row: FileRow) -> frozenset[str]:
        ruled = self.of_folder(row.node_id, row.folder)
        assignment = self._assignments.get(row.file_id)
        return ruled if assignment is None else ruled.union(assignment.labels)

    def of_folder(self, node_id: str, folder: str) -> frozenset[str]:
        """What rules give to every file in it."""
        place = (node_id, folder)
        known = self._of_folder.get(place)
        if known is None:
            known = _NONE.union(*(rule.labels for _, rule in self._rules_over(node_id, folder)))
            if len(self._of_folder) >= _MOST_FOLDERS:
                self._of_folder.clear()
            self._of_folder[place] = known
        return known

    def given(self, row: FileRow) -> tuple[GivenLabel, ...]:
        """By label; what a person gave before what rules give, those by id."""
        found = [
            GivenLabel(label, tail_of(rule_id), rule.name, rule.path_prefix)
            for rule_id, rule in self._rules_over(row.node_id, row.folder)
            for label in set(rule.labels)
        ]
        assignment = self._assignments.get(row.file_id)
        if assignment is not None:
            found += [GivenLabel(label, updated_by=assignment.updated_by) for label in set(assignment.labels)]
        return tuple(sorted(found))

    def assigned_with(self, label: str) -> Set[str]:
        """Ids of files to which a person gave it; some of them may be gone."""
        return self._assigned.get(label, set())

    def scopes_with(self, label: str) -> list[Scope]:
        """Of the rules that give it, in order, none of them twice."""
        return sorted({scope_of(rule) for rule in self._rules.values() if label in rule.labels})

    def _rules_over(self, node_id: str, folder: str) -> Iterator[tuple[str, LabelRule]]:
        if self._covering:
            nodes = (node_id,) if self._is_peer(node_id) else (node_id, EVERY_NODE)
            for above in upwards(folder):
                for node in nodes:
                    for rule_id in self._covering.get(Scope(node, above), ()):
                        yield rule_id, self._rules[rule_id]


def scope_of(rule: LabelRule) -> Scope:
    """Of one that has an effect."""
    assert rule.folder is not None
    return Scope(rule.node_id, rule.folder)


def upwards(folder: str) -> list[str]:
    """The folder and those above it, up to `/`."""
    found = [folder]
    while folder not in ("/", ""):
        folder = folder.rpartition("/")[0] or "/"
        found.append(folder)
    return found


def _file_of(document: Document) -> str:
    return file_id(tail_of(document.id))


def _noun_of(document: Document) -> object:
    """None for a tombstone and for what cannot be read."""
    if document.deleted:
        return None
    try:
        return wire.decode(document.id, document.body)
    except MalformedDocumentError:
        return None
