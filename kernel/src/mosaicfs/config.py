"""Settings out of options, environment and one file, in that order; whatever is not understood is refused by name.

What may be set is in `model/configuration`, how the file is read in `config_file`, where it lies in `paths`. A file
with anything wrong in it is refused as a whole, so that a slip of the pen never quietly means the default.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeGuard, TypeVar, get_args, get_origin, get_type_hints

from mosaicfs.errors import ConfigError
from mosaicfs.model.configuration import PLUGIN_SECTION, SECTIONS, Settings
from mosaicfs.model.json import JsonObject
from mosaicfs.paths import Places, find_places

if TYPE_CHECKING:
    from mosaicfs.config_file import ConfigFile

Option = str | Sequence[str]
Section = TypeVar("Section")

_OTHER_VARIABLES = {"agent.name": "MOSAICFS_NODE_NAME"}
_NO_OPTIONS: Mapping[str, Option] = MappingProxyType({})


class Configured(NamedTuple):
    settings: Settings
    places: Places


def configure(
    options: Mapping[str, Option] = _NO_OPTIONS,
    environment: Mapping[str, str] = os.environ,
    *,
    config: str = "",
) -> Configured:
    """What holds for this process. `options` are settings of the command line by `section.key`; `config` a file."""
    places = find_places(environment, config=config)
    settings = load_settings(_open_config(places), options, environment)
    if settings.plugins.directory:
        places = places.with_plugins(settings.plugins.directory, settings.place("plugins.directory"))
    return Configured(settings, places)


def load_settings(
    file: ConfigFile | None, options: Mapping[str, Option] = _NO_OPTIONS, environment: Mapping[str, str] = os.environ
) -> Settings:
    if file:
        _refuse_unknown_keys(file)
    layers = _Layers(file, options, environment)
    given: dict[str, str] = {}
    sections: dict[str, Any] = {name: layers.section(name, noun, given) for name, noun in SECTIONS.items()}
    return Settings(**sections, plugin_options=layers.plugin_options(), given=MappingProxyType(given))


def _open_config(places: Places) -> ConfigFile | None:
    """A file that somebody named must be there; one at its usual place may be missing."""
    if not (places.config_is_named or places.config_file.exists()):
        return None
    from mosaicfs.config_file import read_config  # noqa: PLC0415 - tomllib is paid for only where there is a file

    return read_config(places.config_file)


class _Key(NamedTuple):
    section: str
    name: str
    kind: Any
    secret: bool = False
    required: bool = False

    def __str__(self) -> str:
        return f"{self.section}.{self.name}"

    @property
    def variables(self) -> tuple[str, ...]:
        usual = f"MOSAICFS_{self.section}_{self.name}".upper()
        other = _OTHER_VARIABLES.get(str(self))
        return (usual, other) if other else (usual,)


class _Given(NamedTuple):
    value: object
    place: str


def _keys(section: str, noun: type) -> Iterator[_Key]:
    kinds = get_type_hints(noun)
    for field in fields(noun):
        required = field.default is MISSING and field.default_factory is MISSING
        yield _Key(section, field.name, kinds[field.name], "secret" in field.metadata, required)


def _table_of(kind: Any) -> type | None:
    """What each table of a list of tables becomes; None where the key is none."""
    first = get_args(kind)[0] if get_origin(kind) is tuple else None
    return first if isinstance(first, type) and is_dataclass(first) else None


@dataclass(frozen=True, slots=True)
class _Layers:
    file: ConfigFile | None
    options: Mapping[str, Option]
    environment: Mapping[str, str]

    def section(self, name: str, noun: type[Section], given: dict[str, str]) -> Section:
        """The typed section; `given` learns the place of each key that is not a default."""
        values: dict[str, object] = {}
        for key in _keys(name, noun):
            tables = _table_of(key.kind)
            if found := self._from_file(key) if tables else self._first(key):
                values[key.name] = self._tables(key, tables, found) if tables else _fitted(key, found)
                given[str(key)] = found.place
        return noun(**values)

    def _tables(self, key: _Key, noun: type, given: _Given) -> tuple[object, ...]:
        """What is wrong in one of them is told with the line of that one."""
        if not isinstance(given.value, list) or not all(isinstance(each, Mapping) for each in given.value):
            raise ConfigError(given.place, f"write [[{key}]] and its keys below it, once for each.")
        places = [partial(self.file.place, key.section, key.name, number) for number in range(len(given.value))]  # type: ignore[union-attr]
        return tuple(_table(key, noun, *each) for each in zip(given.value, places, strict=True))

    def plugin_options(self) -> Mapping[str, JsonObject]:
        """As they are; the plugin host knows what each plugin declares."""
        tables = self.file.find(PLUGIN_SECTION) if self.file else None
        return MappingProxyType(dict(tables) if isinstance(tables, Mapping) else {})

    def _first(self, key: _Key) -> _Given | None:
        return self._from_option(key) or self._from_environment(key) or self._from_file(key)

    def _from_option(self, key: _Key) -> _Given | None:
        value = self.options.get(str(key))
        return None if value is None else _Given(value, f"--{key.name.replace('_', '-')}")

    def _from_environment(self, key: _Key) -> _Given | None:
        """An empty variable is as good as none: compose files hand them over like that."""
        for variable in key.variables:
            if text := self.environment.get(variable):
                is_list = get_origin(key.kind) is tuple
                return _Given(_split(text) if is_list else text, variable)
        return None

    def _from_file(self, key: _Key) -> _Given | None:
        if key.secret:
            return self._from_secret_file(key)
        value = self.file.find(key.section, key.name) if self.file else None
        return _Given(value, self.file.place(key.section, key.name)) if self.file and value is not None else None

    def _from_secret_file(self, key: _Key) -> _Given | None:
        """What the service manager hands over is guarded by it; a file that we are told of must be ours alone."""
        handed = Path(self.environment.get("CREDENTIALS_DIRECTORY", os.devnull), f"mosaicfs-{key.section}-{key.name}")
        if handed.is_file():
            return _Given(_secret_text(handed, str(handed)), str(handed))
        named = self._first(_Key(key.section, f"{key.name}_file", str, secret=False))
        if not named:
            return None
        path = Path(str(named.value)).expanduser()
        return _Given(_secret_text(path, named.place, only_ours=True), named.place)


def _table(key: _Key, noun: type, table: Mapping[str, object], place: Callable[..., str]) -> object:
    keys = {each.name: each for each in _keys(str(key), noun)}
    for name in table:
        if name not in keys:
            raise _unknown_at(place(name), f"{key}.{name}", [str(each) for each in keys.values()])
    for each in keys.values():
        if each.required and not table.get(each.name):
            raise ConfigError(place(), f"{each} is missing; each [[{key}]] needs one.")
    return noun(**{name: _fitted(keys[name], _Given(value, place(name))) for name, value in table.items()})


def _split(text: str) -> list[str]:
    return [part for piece in text.split(",") if (part := piece.strip())]


def _fitted(key: _Key, given: _Given) -> object:
    value, choices = given.value, get_args(key.kind)
    if get_origin(key.kind) is tuple:
        choices = get_args(choices[0])
        if _are_texts(value) and (not choices or set(value) <= set(choices)):
            return tuple(value)
        wanted = f"a list of these: {', '.join(choices)}" if choices else "a list of texts"
    elif get_origin(key.kind) is Literal:
        if value in choices:
            return value
        wanted = f"one of {', '.join(choices)}"
    else:
        if (found := _of_kind(key.kind, value)) is not None:
            return found
        wanted = _WANTED[key.kind]
    raise ConfigError(given.place, f"{key} must be {wanted}, not {value!r}.")


def _are_texts(value: object) -> TypeGuard[Sequence[str]]:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(part, str) for part in value)


_WANTED: Mapping[type, str] = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}
_SWITCH = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


def _of_kind(kind: type, value: object) -> object | None:
    """A variable and an option are texts whatever the key is; a file has types of its own."""
    if kind is str or not isinstance(value, str):
        fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        whole = kind is float and isinstance(value, int) and not isinstance(value, bool)
        return value if fits else float(value) if whole and isinstance(value, int) else None
    if kind is bool:
        return _SWITCH.get(value.lower())
    try:
        found: object = kind(value)
    except ValueError:
        return None
    return found


def _secret_text(path: Path, place: str, *, only_ours: bool = False) -> str:
    try:
        status = path.stat()
        if only_ours and (status.st_uid != os.geteuid() or status.st_mode & 0o077):
            raise ConfigError(place, f"{path} must be yours alone. Type: chmod 600 {path}")
        return path.read_text(encoding="utf-8").strip()
    except OSError as cause:
        raise ConfigError(place, f"{path} cannot be read: {cause.strerror}.") from None


def _refuse_unknown_keys(file: ConfigFile) -> None:
    for section, body in file.table.items():
        if section not in SECTIONS and section != PLUGIN_SECTION:
            raise _unknown(file, (section,), [*SECTIONS, PLUGIN_SECTION])
        if not isinstance(body, Mapping):
            raise ConfigError(file.place(section), f"{section} is a section; write [{section}] and its keys below it.")
        for name, value in body.items():
            _refuse_unknown_key(file, section, name, value)


def _refuse_unknown_key(file: ConfigFile, section: str, name: str, value: object) -> None:
    if section == PLUGIN_SECTION:
        if not isinstance(value, Mapping):
            raise ConfigError(file.place(section, name), f"write [plugin.{name}] and its options below it.")
        return
    keys = {key.name: key for key in _keys(section, SECTIONS[section])}
    if name not in keys:
        raise _unknown(file, (section, name), [str(key) for noun in SECTIONS.items() for key in _keys(*noun)])
    if keys[name].secret:
        trouble = f"{section}.{name} is a secret and does not stand here; name a file in {section}.{name}_file."
        raise ConfigError(file.place(section, name), trouble)


def _unknown(file: ConfigFile, keys: tuple[str, ...], known: Sequence[str]) -> ConfigError:
    return _unknown_at(file.place(*keys), ".".join(keys), known)


def _unknown_at(place: str, unknown: str, known: Sequence[str]) -> ConfigError:
    from difflib import get_close_matches  # noqa: PLC0415 - only who errs pays for it

    near = get_close_matches(unknown, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}."
    return ConfigError(place, f"{unknown} is not known; {hint}")
