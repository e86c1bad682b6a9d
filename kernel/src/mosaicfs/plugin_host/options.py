"""The options of a plugin: two ways to declare them, one schema, and values read against it.

A plugin declares a frozen dataclass or a JSON Schema of a few forms: `properties.<name>` with `type` (`string`,
`number`, `boolean`, `enum`, `secret`), `title`, `description`, `default`, `enum`, `minimum`, `maximum`, `pattern`,
`multiline`, and `required`. Where the values come from is the configuration's matter; how they are shown is the faces'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from math import isfinite
from types import MappingProxyType
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from mosaicfs.errors import OptionsError
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.secret import Secret

OptionType = Literal["string", "number", "boolean", "enum", "secret"]

REDACTED = "__REDACTED__"
"""What the API shows of a secret. Handed back as a value, it says that the secret was never set here."""

_KINDS: Mapping[Any, OptionType] = MappingProxyType(
    {str: "string", int: "number", float: "number", bool: "boolean", Secret: "secret"}
)
_PROPERTY_KEYS = frozenset(
    {"type", "title", "description", "default", "enum", "minimum", "maximum", "pattern", "multiline"}
)
_UNSET = object()


class BadSchemaError(ValueError):
    """The declaration itself is wrong, whatever the values are."""

    def __init__(self, option: str, trouble: str) -> None:
        super().__init__(f"its option {option} {trouble}" if option else f"its options {trouble}")


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `default` is what holds where nothing is given; `whole` refuses fractions.

    `member` is the field of the dataclass, where that cannot be called like the option.
    """

    name: str
    type: OptionType
    title: str = ""
    description: str = ""
    default: Json | Secret = None
    required: bool = False
    choices: tuple[Json, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    multiline: bool = False
    whole: bool = False
    member: str = ""

    def read(self, value: Json) -> Json | Secret:
        """`ValueError` says what is wrong, without the value: it may be a secret in the wrong place."""
        match self.type:
            case "boolean":
                if not isinstance(value, bool):
                    raise ValueError("must be true or false")
            case "enum":
                if value not in self.choices:
                    raise ValueError(f"must be one of {', '.join(map(str, self.choices))}")
            case "number":
                return self._number(value)
            case "string" | "secret":
                return self._text(value)
        return value

    def _number(self, value: Json) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("must be a number")
        if isinstance(value, float) and not isfinite(value):
            raise ValueError("must be a finite number")
        if self.whole and value != int(value):
            raise ValueError("must be a whole number")
        if self.minimum is not None and value < self.minimum:
            raise ValueError(f"must be at least {self.minimum:g}")
        if self.maximum is not None and value > self.maximum:
            raise ValueError(f"must be at most {self.maximum:g}")
        return int(value) if self.whole else value

    def _text(self, value: Json) -> str | Secret:
        if not isinstance(value, str):
            raise ValueError("must be a text")
        if self.pattern is not None and not re.search(self.pattern, value):
            raise ValueError(f"must match {self.pattern}")
        return Secret(value) if self.type == "secret" else value


@dataclass(frozen=True, slots=True)
class OptionsSchema:
    """`noun` is the dataclass to build; without one the plugin is handed a mapping."""

    options: tuple[Option, ...] = ()
    noun: type[Any] | None = None

    @property
    def secrets(self) -> frozenset[str]:
        return frozenset(option.name for option in self.options if option.type == "secret")

    def read(self, plugin: str, given: JsonObject) -> Any:
        """The plugin's options, or an `OptionsError` that names the first key that is wrong.

        Keys that nobody declared reach a plugin that takes a mapping, and are left alone otherwise.
        """
        known = {option.name: self._value(plugin, option, given) for option in self.options}
        try:
            return self.built(given, known)
        except ValueError as trouble:
            raise OptionsError(plugin, str(trouble)) from None

    def built(self, given: JsonObject, known: Mapping[str, Json | Secret]) -> Any:
        """What the plugin is handed, from values that are each right; `ValueError` where they are not together."""
        if self.noun is None:
            return MappingProxyType({**given, **known})
        return self.noun(**{option.member or option.name: known[option.name] for option in self.options})

    def _value(self, plugin: str, option: Option, given: JsonObject) -> Json | Secret:
        value = given.get(option.name, _UNSET)
        if value is _UNSET or (option.type == "secret" and value == REDACTED):
            if option.required:
                raise OptionsError(plugin, f"{option.name} is missing")
            return option.default
        try:
            return option.read(value)  # type: ignore[arg-type]  # _UNSET was dealt with
        except ValueError as trouble:
            raise OptionsError(plugin, f"{option.name} {trouble}") from None


def schema_of(declared: type[Any] | JsonObject | None) -> OptionsSchema:
    """`BadSchemaError` says what is wrong with the declaration."""
    if declared is None:
        return OptionsSchema()
    if isinstance(declared, Mapping):
        return OptionsSchema(tuple(_from_json(declared)))
    if not is_dataclass(declared) or not declared.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        raise BadSchemaError("", "must be a frozen dataclass or a JSON Schema")
    hints = get_type_hints(declared)
    return OptionsSchema(tuple(_from_field(field, hints[field.name]) for field in fields(declared)), declared)


def _from_field(field: Field[Any], hint: Any) -> Option:
    known: dict[str, Any] = dict(field.metadata)
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    kind = "enum" if choices else _KINDS.get(hint)
    if kind is None:
        raise BadSchemaError(field.name, "must be str, int, float, bool, Secret or a Literal")
    default = field.default_factory() if field.default_factory is not MISSING else field.default
    return Option(
        name=known.get("name", field.name),
        type=kind,
        title=known.get("title", ""),
        description=known.get("help", ""),
        default=None if default is MISSING else default,
        required=default is MISSING,
        choices=choices,
        minimum=known.get("minimum"),
        maximum=known.get("maximum"),
        pattern=_pattern(field.name, known.get("pattern")),
        multiline=known.get("multiline", False),
        whole=hint is int,
        member=field.name,
    )


def _from_json(schema: JsonObject) -> Iterator[Option]:
    properties, required = schema.get("properties", {}), schema.get("required", ())
    if not isinstance(properties, Mapping) or not isinstance(required, list | tuple):
        raise BadSchemaError("", "must have an object `properties` and a list `required`")
    for name in required:
        if name not in properties:
            raise BadSchemaError(str(name), "is required and not described")
    for name, described in properties.items():
        if not isinstance(described, Mapping):
            raise BadSchemaError(name, "must be described by an object")
        yield _from_property(name, dict(described), name in required)


def _from_property(name: str, known: dict[str, Any], required: bool) -> Option:
    if unknown := sorted(known.keys() - _PROPERTY_KEYS):
        raise BadSchemaError(name, f"says {unknown[0]}, which means nothing here")
    kind = known.get("type")
    if kind not in get_args(OptionType):
        raise BadSchemaError(name, f"must have a type out of {', '.join(get_args(OptionType))}")
    if kind == "enum" and not known.get("enum"):
        raise BadSchemaError(name, "must list its values in `enum`")
    option = Option(
        name=name,
        type=cast(OptionType, kind),
        title=known.get("title", ""),
        description=known.get("description", ""),
        required=required,
        choices=tuple(known.get("enum", ())),
        minimum=known.get("minimum"),
        maximum=known.get("maximum"),
        pattern=_pattern(name, known.get("pattern")),
        multiline=known.get("multiline", False),
    )
    return _with_default(option, known)


def _with_default(option: Option, known: Mapping[str, Any]) -> Option:
    if "default" not in known:
        return option
    try:
        default = option.read(known["default"])
    except ValueError as trouble:
        raise BadSchemaError(option.name, f"has a wrong default: it {trouble}") from None
    return replace(option, default=default)


def _pattern(name: str, pattern: object) -> str | None:
    if pattern is None:
        return None
    try:
        return re.compile(str(pattern)).pattern
    except re.error as cause:
        raise BadSchemaError(name, f"has a pattern that cannot be read: {cause}") from None
