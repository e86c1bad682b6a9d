"""Selectors by a table of cases, and random ones against an evaluator that only knows the words of the page."""

from __future__ import annotations

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.documents.selector import DEEPEST, collation_key, parse
from mosaicfs.errors import BadQueryError
from mosaicfs.model.json import Json, JsonObject

DOCUMENT: JsonObject = {
    "_id": "file::1",
    "name": "Report.pdf",
    "size": 12,
    "tags": ["a", "b", 3],
    "source": {"node_id": "nas", "deep": {"x": None}},
    "rows": [{"k": 1, "v": "one"}, {"k": 2}],
    "a.b": "dotted",
    "flag": False,
    "empty": [],
}


@pytest.mark.parametrize(
    "selector",
    [
        {},
        {"size": 12},
        {"size": 12.0},
        {"size": {"$eq": 12}, "name": "Report.pdf"},
        {"size": {"$gt": 11, "$lt": 13}},
        {"size": {"$gte": 12, "$lte": 12}},
        {"size": {"$ne": 13}},
        {"size": {"$gt": True}},
        {"size": {"$lt": ""}},
        {"source": {"node_id": "nas"}},
        {"source.node_id": "nas"},
        {"source": {"deep": {"x": None}}},
        {"source.deep": {"$eq": {"x": None}}},
        {"a\\.b": "dotted"},
        {"tags.0": "a"},
        {"tags": {"$eq": ["a", "b", 3]}},
        {"tags": ["a", "b", 3]},
        {"tags": {"$in": ["z", 3]}},
        {"tags": {"$nin": ["z", True]}},
        {"name": {"$in": ["x", "Report.pdf"]}},
        {"tags": {"$all": ["b", "a"]}},
        {"tags": {"$size": 3}},
        {"empty": {"$size": 0}},
        {"rows": {"$elemMatch": {"k": 2}}},
        {"rows": {"$elemMatch": {"v": {"$exists": False}}}},
        {"rows": {"$elemMatch": {"k": 1, "v": {"$regex": "^o"}}}},
        {"tags": {"$elemMatch": {"$gt": 2, "$lt": 4}}},
        {"tags": {"$gt": "zzz"}},
        {"tags": {"$gt": ["a", "b"]}},
        {"name": {"$regex": "port"}},
        {"name": {"$regex": "(?i)REPORT"}},
        {"name": {"$type": "string"}},
        {"flag": {"$type": "boolean"}},
        {"source.deep.x": {"$type": "null"}},
        {"source": {"$type": "object"}},
        {"rows": {"$type": "array"}},
        {"size": {"$type": "number"}},
        {"missing": {"$exists": False}},
        {"source.deep.x": {"$exists": True}},
        {"$not": {"missing": {"$exists": True}}},
        {"$not": {"size": 13}},
        {"size": {"$not": {"$gt": 20}}},
        {"$nor": [{"size": 13}, {"name": "x"}]},
        {"$nor": [{"$nor": [{"size": 12}]}]},
        {"$nor": []},
        {"$and": []},
        {"$or": [{"size": 13}, {"name": {"$gt": "R"}}]},
        {"size": {"$or": [{"$eq": 13}, {"$lt": 13}]}},
        {"name": {"$not": {"$regex": "^x"}}},
        {"empty": {"$not": {"$all": []}}},
    ],
)
def test_these_accept_the_document(selector: JsonObject) -> None:
    assert parse(selector)(DOCUMENT)


@pytest.mark.parametrize(
    "selector",
    [
        {"size": "12"},
        {"flag": 0},
        {"size": {"$gt": 12}},
        {"a.b": "dotted"},
        {"tags.00001000": "a"},
        {"tags.-1": 3},
        {"tags": {"$in": [["a", "b", 3]]}},
        {"tags": {"$nin": ["a"]}},
        {"tags": {"$size": 2}},
        {"name": {"$size": 10}},
        {"name": {"$all": ["Report.pdf"]}},
        {"empty": {"$all": []}},
        {"name": {"$elemMatch": {"$eq": "R"}}},
        {"name": {"$regex": "report"}},
        {"size": {"$regex": "12"}},
        {"missing": {"$ne": 1}},
        {"missing": {"$nin": [1]}},
        {"missing": {"$not": {"$eq": 1}}},
        {"missing": {"$not": {"$regex": "x"}}},
        {"$not": {"missing": 1}},
        {"$nor": [{"missing": 1}]},
        {"missing": None},
        {"missing": {"$lt": 1}},
        {"source.deep.x": {"$exists": False}},
        {"source.deep.x": {"$lt": None}},
        {"source": {}},
        {"$or": []},
        {"$not": {"$or": [{"size": 12}, {"name": "x"}]}},
        {"name.length": 10},
    ],
)
def test_these_do_not(selector: JsonObject) -> None:
    assert not parse(selector)(DOCUMENT)


@pytest.mark.parametrize(
    ("selector", "code"),
    [
        ({"a": {"$where": "1"}}, "invalid_operator"),
        ({"$text": "x"}, "invalid_operator"),
        ({"a": {"$mod": [2, 0]}}, "invalid_operator"),
        ({"$and": {"a": 1}}, "bad_arg"),
        ({"$or": [1]}, "bad_arg"),
        ({"$not": 1}, "bad_arg"),
        ({"$nor": None}, "bad_arg"),
        ({"a": {"$in": "x"}}, "bad_arg"),
        ({"a": {"$nin": 1}}, "bad_arg"),
        ({"a": {"$all": 1}}, "bad_arg"),
        ({"a": {"$exists": 1}}, "bad_arg"),
        ({"a": {"$type": "integer"}}, "bad_arg"),
        ({"a": {"$type": ["string"]}}, "bad_arg"),
        ({"a": {"$size": -1}}, "bad_arg"),
        ({"a": {"$size": True}}, "bad_arg"),
        ({"a": {"$elemMatch": [1]}}, "bad_arg"),
        ({"a": {"$regex": 1}}, "bad_arg"),
        ({"a": {"$regex": "("}}, "bad_arg"),
        ({"a": {"$regex": "(?=x)"}}, "bad_arg"),
        ({"a": {"$regex": "x" * 513}}, "bad_arg"),
        ([], "bad_arg"),
        (None, "bad_arg"),
    ],
)
def test_what_is_no_selector_is_refused_with_its_code(selector: JsonObject, code: str) -> None:
    with pytest.raises(BadQueryError) as refused:
        parse(selector)
    assert refused.value.code == code


def test_a_selector_may_not_be_nested_without_end() -> None:
    selector: JsonObject = {"a": 1}
    for _ in range(DEEPEST + 1):
        selector = {"$not": selector}
    with pytest.raises(BadQueryError, match="nested deeper"):
        parse(selector)


def test_an_expression_that_ruins_backtracking_engines_takes_no_time() -> None:
    assert not parse({"name": {"$regex": "(a+)+$"}})({"name": "a" * 50_000 + "!"})


def test_json_is_ordered_by_kind_and_then_by_value() -> None:
    order: list[Json] = [None, False, True, -1, 0, 1.5, 2, "", "A", "a", "é", "\U0001f600", [], [1], [1, 2], [2], {}]
    order += [{"a": 1}, {"a": 1, "b": 0}, {"a": 2}, {"b": 0}]
    mixed = order[::2] + order[1::2]
    assert sorted(mixed, key=collation_key) == order


def test_what_every_accepted_document_has_is_known_to_drivers() -> None:
    matcher = parse({"type": "file", "_id": {"$gte": "file::", "$lt": "file:;"}, "$and": [{"size": 1}]})
    assert matcher.values("type") == frozenset({"file"})
    assert matcher.id_bounds() == ("file::", "file:;")
    assert [".".join(c.path) for c in matcher.required] == ["type", "_id", "_id", "size"]


def test_a_choice_says_nothing_about_every_document() -> None:
    matcher = parse({"$or": [{"type": "file"}, {"size": 1}]})
    assert matcher.values("type") is None
    assert matcher.id_bounds() == (None, None)


def test_several_choices_of_one_field_leave_what_they_have_in_common() -> None:
    both = parse({"type": {"$in": ["file", "node", 3]}, "$and": [{"type": "node"}]})
    assert both.values("type") == frozenset({"node"})
    assert parse({"$not": {"type": {"$nin": ["file"]}}}).values("type") == frozenset({"file"})


# --- random selectors against the words of the page --------------------------------------------------------------

names = st.sampled_from(["a", "b", "a.b", "a.0", "c"])
scalars = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["", "a", "b", "ab"]), st.just(1.5))
values: st.SearchStrategy[Json] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)),
    max_leaves=4,
)
documents = st.dictionaries(st.sampled_from("abc"), values, max_size=3)
tests = st.one_of(
    st.tuples(st.sampled_from(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]), values),
    st.tuples(st.sampled_from(["$in", "$nin", "$all"]), st.lists(values, max_size=3)),
    st.tuples(st.just("$exists"), st.booleans()),
    st.tuples(st.just("$type"), st.sampled_from(["null", "boolean", "number", "string", "array", "object"])),
    st.tuples(st.just("$size"), st.integers(0, 2)),
    st.tuples(st.just("$regex"), st.sampled_from(["a", "^b", "(?i)A", ""])),
)
selectors: st.SearchStrategy[dict[str, Json]] = st.recursive(
    st.dictionaries(names, st.one_of(tests.map(lambda test: dict([test])), values), max_size=2),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["$and", "$or", "$nor"]), st.lists(inner, max_size=3)).map(lambda one: dict([one])),
        inner.map(lambda one: {"$not": one}),
        st.tuples(names, inner).map(lambda one: {one[0]: {"$elemMatch": one[1]}}),
        st.tuples(names, tests).map(lambda one: {one[0]: {"$not": dict([one[1]])}}),
    ),
    max_leaves=4,
)

ABSENT = object()


def holds(selector: JsonObject, value: object, wanted: bool = True) -> bool:
    """Whether the selector comes out as `wanted`; a test of a missing field comes out neither way but for $exists."""
    if not wanted:
        return any(member_holds(name, part, value, False) for name, part in selector.items())
    return all(member_holds(name, part, value, True) for name, part in selector.items())


def member_holds(name: str, part: object, value: object, wanted: bool) -> bool:
    if name == "$not":
        assert isinstance(part, dict)
        return holds(part, value, not wanted)
    if name in {"$and", "$or", "$nor"}:
        assert isinstance(part, list)
        wanted = wanted != (name == "$nor")
        each = [holds(one, value, wanted) for one in part]
        return all(each) if (name == "$and") == wanted else any(each)
    if name.startswith("$"):
        return test_holds(name, part, value, wanted)
    for step in name.split("."):
        value = stepped(value, step)
    if isinstance(part, dict) and part:
        return holds(part, value, wanted)
    return test_holds("$eq", part, value, wanted)


def stepped(value: object, step: str) -> object:
    if isinstance(value, dict):
        return value.get(step, ABSENT)
    if isinstance(value, list) and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    return ABSENT


def test_holds(name: str, operand: object, value: object, wanted: bool) -> bool:
    if name == "$exists":
        return ((value is not ABSENT) == operand) == wanted
    return value is not ABSENT and plain_test(name, operand, value) == wanted


test_holds.__test__ = False  # type: ignore[attr-defined]  # its name is the page's word, and pytest must not run it


def plain_test(name: str, operand: object, value: object) -> bool:
    if name in {"$nin", "$ne"}:
        return not plain_test({"$nin": "$in", "$ne": "$eq"}[name], operand, value)
    if name == "$in":
        assert isinstance(operand, list)
        return any(compared(one, element) == 0 for one in operand for element in elements(value))
    if name == "$all":
        assert isinstance(operand, list)
        inside = isinstance(value, list) and all(any(compared(w, e) == 0 for e in value) for w in operand)
        return bool(operand) and inside
    if name == "$elemMatch":
        assert isinstance(operand, dict)
        return isinstance(value, list) and any(holds(operand, element) for element in value)
    if name == "$size":
        return isinstance(value, list) and len(value) == operand
    if name == "$type":
        return kind(value) == KINDS.index(str(operand))
    if name == "$regex":
        return isinstance(value, str) and re2.search(str(operand), value) is not None
    signs = {"$eq": {0}, "$gt": {1}, "$gte": {0, 1}, "$lt": {-1}, "$lte": {-1, 0}}
    return compared(value, operand) in signs[name]


KINDS = ["null", "boolean", "number", "string", "array", "object"]


def kind(value: object) -> int:
    python = [type(None), bool, int, str, list, dict]
    return 2 if isinstance(value, float) else python.index(type(value))


def elements(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def compared(left: object, right: object) -> int:
    if kind(left) != kind(right):
        return -1 if kind(left) < kind(right) else 1
    if isinstance(left, dict) and isinstance(right, dict):
        left, right = [[name, left[name]] for name in sorted(left)], [[name, right[name]] for name in sorted(right)]
    if isinstance(left, list) and isinstance(right, list):
        differences = [sign for sign in map(compared, left, right) if sign]
        return differences[0] if differences else compared(len(left), len(right))
    if left == right:
        return 0
    return -1 if left < right else 1  # type: ignore[operator]  # both are of one kind


@given(selectors, documents)
def test_random_selectors_mean_what_the_page_says(selector: dict[str, Json], document: dict[str, Json]) -> None:
    assert parse(selector)(document) == holds(selector, document)


@given(selectors, documents)
def test_what_is_said_of_every_accepted_document_is_true(selector: dict[str, Json], document: dict[str, Json]) -> None:
    matcher = parse(selector)
    if matcher(document):
        assert all(condition.holds(document) for condition in matcher.required)
        among = matcher.values("a")
        assert among is None or not isinstance(document["a"], str) or document["a"] in among
