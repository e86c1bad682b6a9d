"""Questions about what hangs on files: labels, facts of plugins, accesses, copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mosaicfs.model.access import Access
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.fact import facts_at
from mosaicfs.model.ids import file_id
from mosaicfs.model.json import Json
from mosaicfs.model.label import LabelAssignment
from mosaicfs.model.questions.files import within
from mosaicfs.model.questions.question import Key
from mosaicfs.model.replica import Replica, ReplicaStatus
from mosaicfs.model.times import ordered


@dataclass(frozen=True, slots=True)
class AssignmentsWithLabel:
    kinds: ClassVar = ("label_assignment",)
    label: str

    def matches(self, noun: object) -> bool:
        return isinstance(noun, LabelAssignment) and self.label in noun.labels

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


@dataclass(frozen=True, slots=True)
class AnnotationsOf:
    """Of one plugin; with `fact`, those whose `data` has something at that dotted path, or just `value` there."""

    kinds: ClassVar = ("annotation",)
    plugin_name: str
    fact: str | None = None
    value: Json = None

    def matches(self, noun: object) -> bool:
        if not (isinstance(noun, Annotation) and noun.plugin_name == self.plugin_name):
            return False
        if self.fact is None:
            return True
        found = facts_at(noun.data, self.fact)
        return bool(found) if self.value is None else any(_same(each, self.value) for each in found)

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


def _same(found: Json, wanted: Json) -> bool:
    """As JSON, without conversion: Python would take `true` for 1."""
    return isinstance(found, bool) == isinstance(wanted, bool) and found == wanted


@dataclass(frozen=True, slots=True)
class AccessBetween:
    """By last access; both bounds are included."""

    kinds: ClassVar = ("access",)
    since: str | None = None
    until: str | None = None

    def matches(self, noun: object) -> bool:
        return isinstance(noun, Access) and within(noun.last_access, self.since, self.until)

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, Access)
        return (ordered(noun.last_access), doc_id)


@dataclass(frozen=True, slots=True)
class ReplicasOn:
    """The copies on a target."""

    kinds: ClassVar = ("replica",)
    target_name: str
    status: ReplicaStatus | None = None

    def matches(self, noun: object) -> bool:
        if not (isinstance(noun, Replica) and noun.target_name == self.target_name):
            return False
        return self.status in (None, noun.status)

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


@dataclass(frozen=True, slots=True)
class DocumentsOfFile:
    """Everything that hangs on one file; all of it is also found by the prefixes of its ids."""

    kinds: ClassVar = ("label_assignment", "annotation", "access", "replica")
    file_uuid: str

    def matches(self, noun: object) -> bool:
        if not isinstance(noun, LabelAssignment | Annotation | Access | Replica):
            return False
        return noun.file_id == file_id(self.file_uuid)

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)
