"""Mango selectors: a JSON object that says which documents are wanted, made into a function that tells.

Values only: a document here is decoded JSON with its `_id`. Sorting, paging and which fields are shown are in
`finding`; which documents a driver tries is its own business, and `Matcher.values` and `Matcher.id_bounds` help it.
Negations are pushed down to the fields while reading, so that a missing field satisfies none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from mosaicfs.errors import BadQueryError
from mosaicfs.model.json import Json, JsonObject

Path: TypeAlias = tuple[str, ...]
_Test: TypeAlias = Callable[[Json], bool]
Collated: TypeAlias = "tuple[int] | tuple[int, object]"

LONGEST_REGEX = 512
DEEPEST = 64

MISSING: Final = object()
"""What `lookup` finds where there is nothing, which is not the same as null."""

_OPPOSITE = {"$eq": "$ne", "$gt": "$lte", "$lt": "$gte", "$in": "$nin"}
_OPPOSITE |= {opposite: name for name, opposite in _OPPOSITE.items()}


def parse(selector: JsonObject) -> Matcher:
    """`BadQueryError` with `invalid_operator` or `bad_arg` for what is no selector."""
    if not isinstance(selector, Mapping):
        raise BadQueryError("bad_arg", "a selector must be an object")
    return Matcher(_members(selector, (), negated=False, depth=0))


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of one field. It fails where the field is missing, except for `$exists: false`."""

    path: Path
    operator: str
    operand: Json
    test: _Test

    def holds(self, value: Json) -> bool:
        found = lookup(value, self.path)
        if found is MISSING:
            return self.operator == "$exists" and self.operand is False
        return self.test(found)  # type: ignore[arg-type]  # MISSING is gone, and the rest is JSON


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Part, ...]

    def holds(self, value: Json) -> bool:
        return all(part.holds(value) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Some:
    """At least one; so never when there are none."""

    parts: tuple[Part, ...]

    def holds(self, value: Json) -> bool:
        return any(part.holds(value) for part in self.parts)


Part: TypeAlias = Condition | All | Some


@dataclass(frozen=True)
class Matcher:
    root: Part

    def __call__(self, document: Mapping[str, Json]) -> bool:
        return self.root.holds(document)

    @cached_property
    def required(self) -> tuple[Condition, ...]:
        """Conditions that every accepted document meets."""
        return tuple(_required(self.root))

    def values(self, field: str) -> frozenset[str] | None:
        """The strings of which a text field must have one; None where it may have any value."""
        found: frozenset[str] | None = None
        for condition in self.required:
            if condition.path == (field,) and condition.operator in {"$eq", "$in"}:
                operand = condition.operand
                among = operand if condition.operator == "$in" and isinstance(operand, list | tuple) else [operand]
                texts = frozenset(text for text in among if isinstance(text, str))
                found = texts if found is None else found & texts
        return found

    def id_bounds(self) -> tuple[str | None, str | None]:
        """The lowest and the highest `_id` that can be accepted, themselves included."""
        lows, highs = [], []
        for condition in self.required:
            if condition.path == ("_id",) and isinstance(condition.operand, str):
                if condition.operator in {"$eq", "$gt", "$gte"}:
                    lows.append(condition.operand)
                if condition.operator in {"$eq", "$lt", "$lte"}:
                    highs.append(condition.operand)
        return max(lows, default=None), min(highs, default=None)


def _required(part: Part) -> Iterator[Condition]:
    if isinstance(part, Condition):
        yield part
    elif isinstance(part, All):
        for inner in part.parts:
            yield from _required(inner)


# --- fields and their order --------------------------------------------------------------------------------------


def field_path(name: str) -> Path:
    """`a.b` is a member of a member; `\\.` is a dot in a name."""
    return tuple(part.replace("\0", ".") for part in name.replace("\\.", "\0").split("."))


def lookup(value: Json, path: Path) -> object:
    found: object = value
    for part in path:
        if isinstance(found, Mapping):
            found = found.get(part, MISSING)
        elif isinstance(found, list | tuple) and _is_index(part) and int(part) < len(found):
            found = found[int(part)]
        else:
            return MISSING
    return found


def _is_index(part: str) -> bool:
    return len(part) < 10 and part.isascii() and part.isdigit()


def collation_key(value: object) -> Collated:
    """Sorts all JSON: nothing < null < booleans < numbers < strings < arrays < objects."""
    if isinstance(value, str):
        return (4, value)
    if isinstance(value, bool):
        return (2, value)
    if isinstance(value, int | float):
        return (3, value)
    if value is None:
        return (1,)
    if isinstance(value, Mapping):
        return (6, tuple((name, collation_key(value[name])) for name in sorted(value)))
    if isinstance(value, list | tuple):
        return (5, tuple(map(collation_key, value)))
    return (0,)


# --- reading a selector ------------------------------------------------------------------------------------------


def _members(selector: JsonObject, path: Path, *, negated: bool, depth: int) -> Part:
    """Members are joined by `$and`; `path` is the field that they speak of."""
    if depth > DEEPEST:
        raise BadQueryError("bad_arg", f"the selector is nested deeper than {DEEPEST}")
    parts = tuple(_member(name, value, path, negated, depth + 1) for name, value in selector.items())
    return parts[0] if len(parts) == 1 else _joined("$and", parts, negated)


def _member(name: str, value: Json, path: Path, negated: bool, depth: int) -> Part:
    if name in {"$and", "$or", "$nor"}:
        inner = negated != (name == "$nor")
        parts = tuple(_members(part, path, negated=inner, depth=depth) for part in _objects(name, value))
        return _joined("$or" if name == "$nor" else name, parts, inner)
    if name == "$not":
        return _members(_object(name, value), path, negated=not negated, depth=depth)
    if name.startswith("$"):
        return _condition(name, value, path, negated, depth)
    below = (*path, *field_path(name))
    if isinstance(value, Mapping) and value:
        return _members(value, below, negated=negated, depth=depth)
    return _condition("$eq", value, below, negated, depth)


def _joined(name: str, parts: tuple[Part, ...], negated: bool) -> Part:
    """By De Morgan: none of both is all of the opposites."""
    return All(parts) if (name == "$and") != negated else Some(parts)


def _condition(operator: str, operand: Json, path: Path, negated: bool, depth: int) -> Condition:
    if operator == "$exists":
        return _existence(operand, path, negated)
    if negated and operator in _OPPOSITE:
        operator, negated = _OPPOSITE[operator], False
    if operator == "$elemMatch":
        test = _element_test(_members(_object(operator, operand), (), negated=False, depth=depth))
    else:
        test = _test(operator, operand)
    if negated:
        return Condition(path, "$not", None, lambda value: not test(value))
    return Condition(path, operator, operand, test)


def _existence(operand: Json, path: Path, negated: bool) -> Condition:
    if not isinstance(operand, bool):
        raise _wrong("$exists", "true or false")
    wanted = operand != negated
    return Condition(path, "$exists", wanted, lambda _: wanted)


def _objects(name: str, value: Json) -> list[JsonObject]:
    if not isinstance(value, list | tuple):
        raise _wrong(name, "an array of selectors")
    return [_object(name, part) for part in value]


def _object(name: str, value: Json) -> JsonObject:
    if not isinstance(value, Mapping):
        raise _wrong(name, "a selector")
    return value


def _wrong(operator: str, wanted: str) -> BadQueryError:
    return BadQueryError("bad_arg", f"{operator} needs {wanted}")


# --- what each operator tests ------------------------------------------------------------------------------------


def _test(operator: str, operand: Json) -> _Test:
    maker = _TESTS.get(operator)
    if maker is None:
        raise BadQueryError("invalid_operator", f"{operator} is no operator of a selector")
    return maker(operand)


def _equal(operand: Json) -> _Test:
    if isinstance(operand, str):
        return lambda value: value == operand
    wanted = collation_key(operand)
    return lambda value: collation_key(value) == wanted


def _not_equal(operand: Json) -> _Test:
    wanted = collation_key(operand)
    return lambda value: collation_key(value) != wanted


def _greater(operand: Json) -> _Test:
    bound = collation_key(operand)
    return lambda value: collation_key(value) > bound


def _at_least(operand: Json) -> _Test:
    bound = collation_key(operand)
    return lambda value: collation_key(value) >= bound


def _less(operand: Json) -> _Test:
    bound = collation_key(operand)
    return lambda value: collation_key(value) < bound


def _at_most(operand: Json) -> _Test:
    bound = collation_key(operand)
    return lambda value: collation_key(value) <= bound


def _among(operand: Json) -> _Test:
    wanted = _collated("$in", operand)
    return lambda value: not wanted.isdisjoint(map(collation_key, value if isinstance(value, list) else [value]))


def _not_among(operand: Json) -> _Test:
    among = _among(operand)
    return lambda value: not among(value)


def _all_of(operand: Json) -> _Test:
    """As in CouchDB, nothing has all of nothing."""
    wanted = _collated("$all", operand)
    return lambda value: isinstance(value, list) and bool(wanted) and wanted <= set(map(collation_key, value))


def _collated(operator: str, operand: Json) -> frozenset[Collated]:
    if not isinstance(operand, list | tuple):
        raise _wrong(operator, "an array")
    return frozenset(map(collation_key, operand))


def _type(operand: Json) -> _Test:
    if not isinstance(operand, str) or operand not in _TYPES:
        raise _wrong("$type", f"one of {', '.join(_TYPES)}")
    wanted = _TYPES[operand]
    return lambda value: collation_key(value)[0] == wanted


def _size(operand: Json) -> _Test:
    if isinstance(operand, bool) or not isinstance(operand, int) or operand < 0:
        raise _wrong("$size", "an integer from 0")
    return lambda value: isinstance(value, list) and len(value) == operand


def _regex(operand: Json) -> _Test:
    """RE2, whose time grows with the text alone, whatever a stranger's expression says."""
    import re2  # noqa: PLC0415 - a native library that only a search by pattern needs

    if not isinstance(operand, str) or len(operand) > LONGEST_REGEX:
        raise _wrong("$regex", f"a string of at most {LONGEST_REGEX} characters")
    options = re2.Options()
    options.log_errors = False
    try:
        search = re2.compile(operand, options).search
    except re2.error as trouble:
        said = trouble.args[0] if trouble.args else ""
        raise _wrong("$regex", f"an expression in RE2's syntax ({_text(said)})") from None
    return lambda value: isinstance(value, str) and search(value) is not None


def _text(said: object) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _element_test(inner: Part) -> _Test:
    return lambda value: isinstance(value, list) and any(inner.holds(element) for element in value)


_TESTS: Mapping[str, Callable[[Json], _Test]] = {
    "$eq": _equal,
    "$ne": _not_equal,
    "$gt": _greater,
    "$gte": _at_least,
    "$lt": _less,
    "$lte": _at_most,
    "$in": _among,
    "$nin": _not_among,
    "$all": _all_of,
    "$type": _type,
    "$size": _size,
    "$regex": _regex,
}
_TYPES = {"null": 1, "boolean": 2, "number": 3, "string": 4, "array": 5, "object": 6}
