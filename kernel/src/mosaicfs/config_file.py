"""One file of TOML, and on which line of it a key stands.

tomllib tells no lines, and an error that names none sends a person searching. Which keys mean something is in `config`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mosaicfs.errors import ConfigError

Keys = tuple[str | int, ...]
"""A number counts in a list of tables."""


class ConfigFile(NamedTuple):
    path: Path
    text: str
    table: Mapping[str, object]

    def place(self, *keys: str | int) -> str:
        return f"{self.path}:{line_of(self.text, keys)}"

    def find(self, *keys: str) -> object | None:
        return _found(self.table, keys)


def read_config(path: Path) -> ConfigFile:
    try:
        text = path.read_bytes().decode()
        return ConfigFile(path, text, tomllib.loads(text))
    except UnicodeDecodeError as cause:
        raise ConfigError(str(path), f"the file is not UTF-8: byte {cause.start} is wrong.") from None
    except tomllib.TOMLDecodeError as cause:
        raise ConfigError(*_place_and_trouble(path, str(cause))) from None
    except OSError as cause:
        raise ConfigError(str(path), f"the file cannot be read: {cause.strerror}.") from None


def line_of(text: str, keys: Keys) -> int:
    """The line on which the statement that brings `keys` begins; 1 where none does.

    Lines are gathered until they parse: then they are one whole statement, however many lines its text or list spans.
    Below a header a statement is read together with that header, so the whole takes one pass. Of lists of tables all
    headers so far are read along: only they tell which table of the list it is.
    """
    lists, header, statement, begin = "", "", "", 1
    for number, line in enumerate(text.split("\n"), start=1):
        statement += line + "\n"
        try:
            table = tomllib.loads((lists if _is_header(statement) else header) + statement)
        except tomllib.TOMLDecodeError:
            continue
        if _found(table, keys) is not None:
            return begin
        if _is_header(statement):
            header = lists + statement
            lists += statement if statement.lstrip().startswith("[[") else ""
        statement, begin = "", number + 1
    return 1


def _is_header(statement: str) -> bool:
    return statement.lstrip().startswith("[")


def _found(table: object, keys: Keys) -> object | None:
    for key in keys:
        if isinstance(key, int):
            table = table[key] if isinstance(table, list) and key < len(table) else None
        else:
            table = table.get(key) if isinstance(table, Mapping) else None
    return table


def _place_and_trouble(path: Path, message: str) -> tuple[str, str]:
    """tomllib ends its message with `(at line 3, column 5)` or `(at end of document)`."""
    trouble, _, where = message.rpartition(" (at ")
    line = where.removeprefix("line ").partition(",")[0]
    return f"{path}:{line}" if line.isdigit() else str(path), f"this is not TOML: {trouble[:1].lower()}{trouble[1:]}."
