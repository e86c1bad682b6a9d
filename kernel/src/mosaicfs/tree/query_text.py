"""The query language: what a person types into a search box, read into a `Search`; for a search directory, with steps.

Terms are parted by spaces and all must hold; `"…"` keeps spaces, a leading `-` negates, `=` may stand for the first
`:`. What cannot be read is refused with the term named, and never searched for as if it were a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from time import time
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast

from mosaicfs.documents.names.globs import alternatives
from mosaicfs.errors import BadQueryError
from mosaicfs.model.file_type import FILE_TYPES
from mosaicfs.model.names import is_label
from mosaicfs.model.search import FileType, Search, Word
from mosaicfs.model.step import Step
from mosaicfs.model.times import Clock, mtime_text
from mosaicfs.tree.quantities import Bounds, Unit, bounds, outside
from mosaicfs.tree.query_steps import TERMS, TermTroubleError, step_of

Match: TypeAlias = Literal["auto", "substring", "glob"]

LONGEST: Final = 4_096
MOST_TERMS: Final = 64


class BadTermError(BadQueryError):
    """`term` is what was typed, cut where it is long."""

    def __init__(self, term: str, trouble: str) -> None:
        self.term = term[:60]
        super().__init__("bad_arg", f"“{self.term}” cannot be searched for: {trouble}.")


class _Term(NamedTuple):
    """`value` is without its quotes; `name` is empty for a plain word."""

    text: str
    negated: bool
    name: str
    value: str
    quoted: bool


@dataclass
class _Reading:
    """What the terms so far ask for. `fields` are those of `Search`."""

    now: float
    words: list[Word] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    @property
    def search(self) -> Search:
        return Search(words=tuple(self.words), **self.fields)

    def narrow(self, name: str, value: int | str, better: Callable[[Any, Any], Any]) -> None:
        self.fields[name] = better(self.fields[name], value) if name in self.fields else value

    def once(self, term: _Term, name: str, values: tuple[str, ...]) -> None:
        """A file has one type and one node: two that differ would find nothing, which nobody means."""
        if self.fields.setdefault(name, values) != values:
            raise BadTermError(term.text, f"{term.name}: stands there twice, and no file is both")


def read_query(text: str, match: Match = "auto", *, clock: Clock = time) -> Search:
    """`substring` and `glob` take the whole text as one word. Raises `BadTermError` and nothing else."""
    _refuse_long(text)
    if match != "auto":
        return Search(words=(_word(_Term(text, False, "", text, match == "substring"), glob=match == "glob"),))
    return _read(text, clock, _FILTERS).search


def read_search(text: str, *, clock: Clock = time) -> tuple[Search, tuple[Step, ...]]:
    """Of a search directory: what a `Search` has no field for are filters that follow it. Raises `BadTermError`."""
    _refuse_long(text)
    reading = _read(text, clock, {*_FILTERS, *TERMS})
    return reading.search, tuple(reading.steps)


def _refuse_long(text: str) -> None:
    if len(text) > LONGEST:
        raise BadTermError(text, f"it is longer than {LONGEST:,} characters")


def _read(text: str, clock: Clock, known: Collection[str]) -> _Reading:
    reading = _Reading(clock())
    for count, term in enumerate(_terms(text, known), 1):
        if count > MOST_TERMS:
            raise BadTermError(term.text, f"there are more than {MOST_TERMS} terms")
        if term.name in TERMS:
            reading.steps.append(_step(term))
        elif term.name:
            _FILTERS[term.name](reading, term)
        elif term.value:
            reading.words.append(_word(term, glob=not term.quoted and _is_glob(term.value) is not None))
    return reading


def _step(term: _Term) -> Step:
    try:
        return step_of(term.name, term.value, negated=term.negated)
    except TermTroubleError as trouble:
        raise BadTermError(term.text, str(trouble)) from None


# --- terms -------------------------------------------------------------------------------------------------------

_each_term = re.compile(r'(-?)(?:([^\W\d]\w*)([:=]))?(?:"([^"]*)(?:"|\Z)|(\S*))\s*').match
_is_glob = re.compile(r"[*?\[{]").search


def _terms(text: str, known: Collection[str]) -> Iterator[_Term]:
    """A quote that is not closed goes on to the end. A lone `-` is a word."""
    place = len(text) - len(text.lstrip())
    while place < len(text):
        found = _each_term(text, place)
        assert found is not None
        minus, name, sign, quoted, bare = found.groups()
        term = _Term(found[0].strip(), bool(minus), (name or "").lower(), quoted or bare or "", quoted is not None)
        yield _known(term, name or "", sign, known)
        place = found.end()


def _known(term: _Term, name: str, sign: str | None, known: Collection[str]) -> _Term:
    """`a=b.txt` is a name like any other; `a:b` is not, so that a mistyped or future term is never just a word."""
    if not name and term.negated and not term.value:
        return term._replace(negated=False, value="-")
    if not name or term.name in known:
        return term
    if sign == "=" and term.name not in _LATER:
        return term._replace(name="", value=f"{name}={term.value}")
    trouble = "is not searched for yet" if term.name in _LATER else "is not known"
    raise BadTermError(term.text, f"the term {name}: {trouble}; put it in quotes to look for it in names")


_LATER: Final = TERMS | {"places", "copies", "unreachable"}


def _word(term: _Term, *, glob: bool) -> Word:
    if not glob:
        return Word(term.value, absent=term.negated)
    if "/" in term.value:
        raise BadTermError(term.text, "a pattern fits the name of a file, which has no “/”")
    try:
        alternatives(term.value)
    except BadQueryError as trouble:
        raise BadTermError(term.text, str(trouble).rstrip(".")) from trouble
    return Word(term.value, "glob", absent=term.negated)


# --- what each term filters ----------------------------------------------------------------------------------------


def _ending(reading: _Reading, term: _Term) -> None:
    ending = term.value.removeprefix(".")
    if not ending or "/" in ending:
        raise BadTermError(term.text, "after ext: stands the end of a name, such as ext:pdf")
    if term.negated or reading.fields.setdefault("extensions", (ending,)) != (ending,):
        # A second one must hold too, and `extensions` means one of them.
        escaped = re.sub(r"([\\*?\[{])", r"\\\1", ending)
        reading.words.append(_word(term._replace(value=f"?*.{escaped}"), glob=True))


def _type(reading: _Reading, term: _Term) -> None:
    if term.value not in FILE_TYPES:
        raise BadTermError(term.text, f"after type: stands one of {', '.join(FILE_TYPES)}")
    present = cast("tuple[FileType, ...]", reading.fields.get("types", FILE_TYPES))
    left = tuple(each for each in present if (each == term.value) != term.negated)
    if not left:
        raise BadTermError(term.text, "no file has a type that all terms allow")
    reading.fields["types"] = left


def _mime(reading: _Reading, term: _Term) -> None:
    _refuse_negated(term)
    if not re.fullmatch(r"[\w.+*?-]+/[\w.+*?-]+", term.value, re.ASCII):
        raise BadTermError(term.text, "after mime: stands a type such as image/png or image/*")
    reading.once(term, "mimes", (term.value.lower(),))


def _node(reading: _Reading, term: _Term) -> None:
    _refuse_negated(term)
    if not term.value:
        raise BadTermError(term.text, "after node: stands the name of a node")
    reading.once(term, "nodes", (term.value,))


def _label(reading: _Reading, term: _Term) -> None:
    label = unicodedata.normalize("NFC", term.value)
    if not is_label(label):
        raise BadTermError(term.text, "after label: stands a label")
    name = "labels_not" if term.negated else "labels"
    reading.fields[name] = tuple(dict.fromkeys((*reading.fields.get(name, ()), label)))


def _size(reading: _Reading, term: _Term) -> None:
    low, high = _bounds(term, "size")
    if low is not None:
        reading.narrow("size_min", low, max)
    if high is not None:
        reading.narrow("size_max", high, min)


def _age(reading: _Reading, term: _Term) -> None:
    """Ages and sizes include their bounds, times before which a file changed do not."""
    young, old = _bounds(term, "age")
    now = int(reading.now * 1_000_000)
    if old is not None:
        reading.narrow("mtime_after", mtime_text((now - old * 1_000_000) * 1_000), max)
    if young is not None:
        reading.narrow("mtime_before", mtime_text((now - young * 1_000_000 + 1) * 1_000), min)


def _bounds(term: _Term, unit: Unit) -> Bounds:
    inside = bounds(term.value, unit)
    if inside is None:
        example = "size:>10M, size:<1G or size:1M..5M" if unit == "size" else "age:<30d, age:>1y or age:1w..4w"
        raise BadTermError(term.text, f"write it like {example}")
    left = outside(inside) if term.negated else inside
    if left is None:
        raise BadTermError(term.text, f"a range of {term.name}: cannot be negated")
    return left


def _refuse_negated(term: _Term) -> None:
    if term.negated:
        raise BadTermError(term.text, f"{term.name}: cannot be negated")


_FILTERS: Final[dict[str, Callable[[_Reading, _Term], None]]] = {
    "ext": _ending,
    "type": _type,
    "mime": _mime,
    "node": _node,
    "label": _label,
    "size": _size,
    "age": _age,
}
