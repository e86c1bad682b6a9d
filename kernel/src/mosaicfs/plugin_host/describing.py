"""What a loaded plugin says of itself, for whoever writes its document: suggestions, schema, and what is wrong.

Saving looks at all options at once and never at a value that is sealed; what runs reads them in `options`.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from mosaicfs.model.described_plugin import MISSING, DescribedPlugin, OptionFault
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.secret import Secret
from mosaicfs.plugin_host.contract import Contract
from mosaicfs.plugin_host.host import PluginHost
from mosaicfs.plugin_host.options import REDACTED, Option, OptionsSchema

_UNSEEN = "sealed-and-not-looked-at"


def described_plugin(host: PluginHost, code: str) -> DescribedPlugin | None:
    """None for one that is not loaded here."""
    known = next((each for each in host.loading.loaded if each.candidate.name == code), None)
    return None if known is None else described(known.contract)


def described(contract: Contract) -> DescribedPlugin:
    info, schema = contract.info, contract.options
    return DescribedPlugin(
        title=info.title,
        events=info.events,
        mime_globs=info.mime_globs,
        schema=schema_shown(schema),
        secrets=schema.secrets,
        needs_all=not info.backends,
        faults=partial(option_faults, schema),
        backends=info.backends,
    )


def schema_shown(schema: OptionsSchema) -> JsonObject:
    """As it stands in a document; it can be declared so again."""
    properties: dict[str, Json] = {option.name: _property(option) for option in schema.options}
    return {"properties": properties, "required": [option.name for option in schema.options if option.required]}


def option_faults(schema: OptionsSchema, given: JsonObject, sealed: Collection[str]) -> list[OptionFault]:
    """Everything that is wrong, each by its option; what several options say together only when each is right."""
    known: dict[str, Json | Secret] = {}
    faults: list[OptionFault] = []
    for option in schema.options:
        try:
            known[option.name] = Secret(_UNSEEN) if option.name in sealed else _value(option, given)
        except ValueError as trouble:
            faults.append((option.name, str(trouble)))
    return faults or _together(schema, given, known, sealed)


def _value(option: Option, given: JsonObject) -> Json | Secret:
    value = given.get(option.name, REDACTED)
    if option.name in given and value != REDACTED:
        return option.read(value)
    if option.required:
        raise ValueError(MISSING)
    return option.default


def _together(
    schema: OptionsSchema, given: JsonObject, known: dict[str, Json | Secret], sealed: Collection[str]
) -> list[OptionFault]:
    """What is said of a secret that is sealed was said of something else."""
    try:
        schema.built(given, known)
    except ValueError as trouble:
        name, _, problem = str(trouble).partition(" ")
        if name in known:
            return [] if name in sealed else [(name, problem)]
        return [("", str(trouble))]
    return []


def _property(option: Option) -> JsonObject:
    default = None if isinstance(option.default, Secret) else option.default
    told: dict[str, Json] = {
        "title": option.title,
        "description": option.description,
        "enum": list(option.choices),
        "minimum": option.minimum,
        "maximum": option.maximum,
        "pattern": option.pattern,
        "multiline": option.multiline,
    }
    known = {name: value for name, value in told.items() if value not in ("", [], None, False)}
    return {"type": option.type, **known, **({} if default is None else {"default": default})}
