"""How arguments, answers and errors of plugins look in a log: short, and without a secret in them.

A secret is known by its type, by the name it stands under, or by its value where a plugin has put it into a text of its
own. Who logs what is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from mosaicfs.errors import MosaicError
from mosaicfs.model.secret import MASK, Secret

LONGEST = 80
MOST = 8

_SHORTEST_VALUE = 4
"""A shorter secret would be found inside ordinary words, and the mask would give it away."""

_sounds_secret = re.compile(r"passw|secret|token|credential|api_?key|private_?key", re.IGNORECASE).search


class Discretion:
    """What this process must not print."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._values: set[str] = set()

    def learn(self, names: Iterable[str], options: Any) -> None:
        """The options of a plugin, and which of them are secrets."""
        self._names.update(names)
        values = options.values() if isinstance(options, Mapping) else _members(options).values()
        self._values.update(v.reveal() for v in values if isinstance(v, Secret) and len(v.reveal()) >= _SHORTEST_VALUE)

    def learn_given(self, config: Mapping[str, Any], sealed: Iterable[str]) -> None:
        """Of a plugin that has not said which of its options are secrets: what was sealed, and what sounds like one."""
        told = {*sealed, *(name for name in config if self._is_secret(name))}
        self.learn(told, {name: Secret(value) for name in told if isinstance(value := config.get(name), str)})

    def text(self, said: str) -> str:
        for value in self._values:
            said = said.replace(value, MASK)
        return said

    def error(self, cause: MosaicError) -> MosaicError:
        """The same without a secret: it goes into rows of jobs, annotations and answers."""
        told = self.text(str(cause))
        if told == str(cause):
            return cause
        hidden = type(cause).__new__(type(cause))
        hidden.__dict__.update(cause.__dict__)
        hidden.args = (told,)
        return hidden

    def shown(self, value: Any, depth: int = 3) -> str:
        match value:
            case None | bool() | int() | float() | Secret():
                return repr(value)
            case str() | Path():
                return repr(_cut(self.text(str(value))))
            case bytes() | bytearray() | memoryview():
                return f"<{len(value)} bytes>"
        members = value if isinstance(value, Mapping) else _members(value)
        if depth and (members or isinstance(value, Mapping)):
            inside = self._members(members, depth - 1)
            return f"{{{inside}}}" if isinstance(value, Mapping) else f"{type(value).__name__}({inside})"
        if depth and isinstance(value, list | tuple | set | frozenset):
            shown = [self.shown(each, depth - 1) for each in list(value)[:MOST]]
            return f"[{', '.join(shown)}{', …' if len(value) > MOST else ''}]"
        return f"<{type(value).__name__}>"

    def _members(self, members: Mapping[str, Any], depth: int) -> str:
        shown = [
            f"{name}={MASK if self._is_secret(str(name)) else self.shown(member, depth)}"
            for name, member in list(members.items())[:MOST]
        ]
        return ", ".join([*shown, "…"] if len(members) > MOST else shown)

    def _is_secret(self, name: str) -> bool:
        return name in self._names or _sounds_secret(name) is not None


def _members(value: Any) -> Mapping[str, Any]:
    """Of our own values; anything else is opaque. Members that say nothing are left out."""
    if isinstance(value, Struct):
        found = structs.asdict(value)
    elif is_dataclass(value) and not isinstance(value, type):
        found = {field.name: getattr(value, field.name) for field in fields(value) if field.repr}
    else:
        return {}
    return {name: member for name, member in found.items() if member not in (None, "", (), {})}


def _cut(said: str) -> str:
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
