"""Which files of the index have which labels: sets of labels by number of file, and what rules give by folder.

A file's own labels are one number, that of the set; a label is then a table of flags over sets and one over folders,
made when somebody first asks for it. Rules cover folders, so a rule over half a million files costs its folders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

import numpy as np

from mosaicfs.documents.names.columns import Array, Numbered, Shared
from mosaicfs.documents.names.peers import Peers
from mosaicfs.documents.names.segment import Segment
from mosaicfs.model.ids import EVERY_NODE
from mosaicfs.model.label import LabelRule

MOST_TABLES: Final = 256
_NO_SET: Final[frozenset[str]] = frozenset()


class Ruled(NamedTuple):
    """Of folders, the number of the set of labels that rules give there; and the sets."""

    number: Array
    labels: Sequence[frozenset[str]]


class Labelled:
    """Deleted files have no labels: who asks leaves them out."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._sets: Numbered[frozenset[str]] = Numbered({_NO_SET: 0})
        self._set_of: Array = np.zeros(1024, np.int32)
        self._rules: dict[str, LabelRule] = {}
        self._peers = Peers()
        self._by_set: dict[str, Array] = {}
        self._by_folder: dict[str, Array] = {}
        self._of_rules: Ruled | None = None

    # --- keeping in step ---------------------------------------------------------------------------------------

    def assign(self, n: int, labels: Sequence[str]) -> None:
        """In place of what the file of this number had, whether it is known already or not."""
        self._reach(n)
        self._set_of[n] = self._sets[frozenset(labels)]

    def rule(self, rule_id: str, rule: LabelRule | None) -> None:
        """None for one that is gone."""
        self._rules.pop(rule_id, None)
        if rule is not None and rule.folder is not None:
            self._rules[rule_id] = rule
        self._forget_rules()

    def party(self, doc_id: str, noun: object) -> bool:
        """A node or an import, by which it is told who is a peer; None for one that is gone. Whether that differs."""
        differs = self._peers.take(doc_id, noun)
        if differs:
            self._forget_rules()
        return differs

    def _forget_rules(self) -> None:
        self._by_folder.clear()
        self._of_rules = None

    def _reach(self, n: int) -> None:
        if n >= len(self._set_of):
            grown = np.zeros(max(n + 1, 2 * len(self._set_of)), np.int32)
            grown[: len(self._set_of)] = self._set_of
            self._set_of = grown

    # --- asking ------------------------------------------------------------------------------------------------

    def have(self, label: str, segment: Segment, lines: Array) -> Array:
        """A flag for each of the lines."""
        found = self._folders(label)[segment.folder[lines]]
        sets = self._with(label)
        if sets.any():
            found |= sets[self._sets_at(segment, lines)]
        return np.asarray(found & ~segment.gone[lines])

    def counted(self, segment: Segment, lines: Array) -> Counter[str]:
        """How many of the lines have each label."""
        lines, found = lines[~segment.gone[lines]], Counter[str]()
        ruled, own = self._ruled(), self._sets_at(segment, lines)
        pairs = own.astype(np.int64) << 32 | ruled.number[segment.folder[lines]]
        names = list(self._sets)
        for pair, count in zip(*(each.tolist() for each in np.unique(pairs, return_counts=True)), strict=True):
            for label in names[pair >> 32] | ruled.labels[pair & 0xFFFF_FFFF]:
                found[label] += count
        return found

    def _sets_at(self, segment: Segment, lines: Array) -> Array:
        numbers = segment.n[lines]
        self._reach(int(numbers.max(initial=0)))
        return self._set_of[numbers]

    # --- tables ------------------------------------------------------------------------------------------------

    def _with(self, label: str) -> Array:
        """Of sets: whether the label is among them."""
        table = self._by_set.get(label, np.zeros(0, np.bool_))
        if len(table) < len(self._sets):
            added = [label in each for each in islice(self._sets, len(table), None)]
            table = _kept(self._by_set, label, np.concatenate((table, np.array(added, np.bool_))))
        return table

    def _folders(self, label: str) -> Array:
        """Of folders: whether a rule gives the label to what lies in them."""
        table = self._by_folder.get(label, np.zeros(0, np.bool_))
        if len(table) < len(self._shared.folders):
            prefixes = {node: self._prefixes(label, node) for node in self._shared.nodes}
            places = islice(self._shared.folders, len(table), None)
            added = [f"{path}/".startswith(prefixes[node]) for node, path in places]
            table = _kept(self._by_folder, label, np.concatenate((table, np.array(added, np.bool_))))
        return table

    def _prefixes(self, label: str, node: str) -> tuple[str, ...]:
        """Of the rules for this node; each ends in `/`."""
        nodes = (node,) if node in self._peers else (node, EVERY_NODE)
        rules = (rule for rule in self._rules.values() if rule.node_id in nodes and label in rule.labels)
        return tuple(f"{(rule.folder or '').rstrip('/')}/" for rule in rules)

    def _ruled(self) -> Ruled:
        """Few folders have labels of their own from rules, so each set of them is counted once."""
        if self._of_rules is None or len(self._of_rules.number) < len(self._shared.folders):
            labels = sorted({label for rule in self._rules.values() for label in rule.labels})
            tables = np.zeros((len(labels) or 1, len(self._shared.folders)), np.bool_)
            for place, label in enumerate(labels):
                tables[place] = self._folders(label)
            _, first, number = np.unique(np.packbits(tables, axis=0), axis=1, return_index=True, return_inverse=True)
            given = [frozenset(labels[each] for each in np.flatnonzero(tables[:, place])) for place in first.tolist()]
            self._of_rules = Ruled(number.reshape(-1), given if labels else [_NO_SET] * len(given))
        return self._of_rules


def _kept(tables: dict[str, Array], label: str, table: Array) -> Array:
    if len(tables) >= MOST_TABLES and label not in tables:
        tables.clear()
    tables[label] = table
    return table
