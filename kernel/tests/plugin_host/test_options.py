"""Options: declared in two ways, one schema, and values that are right or named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.errors import OptionsError
from mosaicfs.model.json import JsonObject
from mosaicfs.model.secret import Secret
from mosaicfs.plugin_host.options import BadSchemaError, schema_of


@dataclass(frozen=True)
class Declared:
    endpoint: str
    api_key: Secret = field(default=Secret(""), metadata={"help": "Key of the service."})
    workers: int = field(default=2, metadata={"minimum": 1, "maximum": 32})
    ratio: float = 0.5
    gps: bool = True
    mode: Literal["fast", "exact"] = "fast"
    name: str = field(default="x", metadata={"pattern": "^[a-z]+$", "title": "Name", "multiline": True})


AS_JSON: dict[str, Any] = {
    "properties": {
        "endpoint": {"type": "string"},
        "api_key": {"type": "secret", "description": "Key of the service."},
        "workers": {"type": "number", "default": 2, "minimum": 1, "maximum": 32},
        "mode": {"type": "enum", "enum": ["fast", "exact"], "default": "fast"},
    },
    "required": ["endpoint"],
}


def test_a_dataclass_is_filled_with_what_is_given() -> None:
    values: JsonObject = {"endpoint": "http://gpu", "api_key": "sk-1", "workers": 4, "mode": "exact"}
    read = schema_of(Declared).read("a", values)
    assert read == Declared("http://gpu", Secret("sk-1"), 4, mode="exact")


def test_a_mapping_has_defaults_and_keeps_what_nobody_declared() -> None:
    read = schema_of(AS_JSON).read("a", {"endpoint": "e", "api_key": "sk-1", "future": [1]})
    assert read == {"endpoint": "e", "api_key": Secret("sk-1"), "workers": 2, "mode": "fast", "future": [1]}


def test_without_a_declaration_the_configuration_is_handed_over_as_it_is() -> None:
    assert schema_of(None).read("a", {"x": 1}) == {"x": 1}


def test_both_ways_describe_the_same() -> None:
    for schema in (schema_of(Declared), schema_of(AS_JSON)):
        known = {option.name: option for option in schema.options}
        assert known["api_key"].description == "Key of the service."
        assert (known["workers"].type, known["workers"].default, known["workers"].maximum) == ("number", 2, 32)
        assert known["mode"].choices == ("fast", "exact")
        assert known["endpoint"].required
        assert schema.secrets == {"api_key"}


@pytest.mark.parametrize(
    ("key", "value", "trouble"),
    [
        ("endpoint", 7, "endpoint must be a text"),
        ("api_key", 7, "api_key must be a text"),
        ("workers", True, "workers must be a number"),
        ("workers", "2", "workers must be a number"),
        ("workers", float("inf"), "workers must be a finite number"),
        ("ratio", float("nan"), "ratio must be a finite number"),
        ("workers", 1.5, "workers must be a whole number"),
        ("workers", 0, "workers must be at least 1"),
        ("workers", 33, "workers must be at most 32"),
        ("gps", "yes", "gps must be true or false"),
        ("mode", "slow", "mode must be one of fast, exact"),
        ("name", "X1", r"name must match \^\[a-z\]\+\$"),
    ],
)
def test_a_wrong_value_is_named(key: str, value: Any, trouble: str) -> None:
    with pytest.raises(OptionsError, match=f"The options of summary are wrong: {trouble}"):
        schema_of(Declared).read("summary", {"endpoint": "e", key: value})


def test_what_is_required_must_be_there() -> None:
    for schema in (schema_of(Declared), schema_of(AS_JSON)):
        with pytest.raises(OptionsError, match="endpoint is missing"):
            schema.read("a", {})


def test_a_redacted_secret_was_never_set() -> None:
    assert schema_of(Declared).read("a", {"endpoint": "e", "api_key": "__REDACTED__"}).api_key == Secret("")


def test_a_required_secret_that_is_redacted_is_missing() -> None:
    schema = schema_of({"properties": {"token": {"type": "secret"}}, "required": ["token"]})
    with pytest.raises(OptionsError, match="token is missing"):
        schema.read("a", {"token": "__REDACTED__"})


def test_a_dataclass_may_refuse_what_only_it_understands() -> None:
    @dataclass(frozen=True)
    class Range:
        low: int = 0
        high: int = 1

        def __post_init__(self) -> None:
            if self.low > self.high:
                raise ValueError("low is above high")

    with pytest.raises(OptionsError, match="The options of a are wrong: low is above high"):
        schema_of(Range).read("a", {"low": 5})


def test_a_secret_shows_nowhere() -> None:
    read = schema_of(Declared).read("a", {"endpoint": "e", "api_key": "sk-1"})
    assert "sk-1" not in f"{read!r} {read} {read.api_key!s} {read.api_key!r}"
    assert read.api_key.reveal() == "sk-1"


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "unknown type": ({"type": "date"}, "option a must have a type out of string, number"),
    "no type": ({}, "option a must have a type"),
    "unknown word": ({"type": "number", "minimun": 1}, "option a says minimun, which means nothing here"),
    "enum of nothing": ({"type": "enum"}, "option a must list its values"),
    "wrong default": ({"type": "number", "default": "2"}, "option a has a wrong default: it must be a number"),
    "pattern": ({"type": "string", "pattern": "("}, "option a has a pattern that cannot be read"),
}


@pytest.mark.parametrize(("described", "trouble"), BAD.values(), ids=BAD)
def test_a_declaration_that_is_wrong_is_named(described: dict[str, Any], trouble: str) -> None:
    with pytest.raises(BadSchemaError, match=trouble):
        schema_of({"properties": {"a": described}})


def test_only_frozen_dataclasses_of_plain_types_declare_options() -> None:
    @dataclass
    class Open:
        a: str = ""

    @dataclass(frozen=True)
    class Deep:
        a: list[str] = field(default_factory=list)

    for declared, trouble in [(Open, "frozen dataclass"), (int, "frozen dataclass"), (Deep, "option a must be str")]:
        with pytest.raises(BadSchemaError, match=trouble):
            schema_of(declared)


json = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=4)


rest = dict.fromkeys(["api_key", "workers", "mode"], json)


@given(st.fixed_dictionaries({"endpoint": st.text() | json}, optional=rest))
def test_any_configuration_is_read_or_refused_by_name(values: dict[str, Any]) -> None:
    try:
        read = schema_of(AS_JSON).read("a", values)
    except OptionsError:
        return
    assert read["mode"] in ("fast", "exact")
    assert isinstance(read["endpoint"], str)
    assert 1 <= read["workers"] <= 32
