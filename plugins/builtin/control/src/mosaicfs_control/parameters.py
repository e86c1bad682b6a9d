"""What a request asks for beside its path: the query string, and the members of a body that stand for the same.

Each value is kept as text, that of JSON where it came from a body, and read as what the endpoint expects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from mosaicfs_control.errors import bad_request

_REV = re.compile(r"[1-9][0-9]{0,15}-[^\x00-\x1f\x7f]+")

T = TypeVar("T")


class Parameters:
    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    @classmethod
    def of_query(cls, query_string: bytes) -> Parameters:
        try:
            return cls(dict(parse_qsl(query_string.decode(), keep_blank_values=True, errors="strict")))
        except UnicodeDecodeError:
            raise bad_request("the query string is not UTF-8") from None

    def with_body(self, members: Mapping[str, msgspec.Raw]) -> Parameters:
        return Parameters({**self._values, **{name: bytes(value).decode() for name, value in members.items()}})

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str, default: str = "") -> str:
        """As it stands, or without its quotes where it is a JSON string: peers do both."""
        value = self._values.get(name, default)
        return self.json(name, str) if value.startswith('"') else value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self._values.get(name, str(default).lower())
        if value not in {"true", "false"}:
            raise bad_request(f"{name} must be true or false, not {value[:100]!r}")
        return value == "true"

    def number(self, name: str, default: int) -> int:
        return default if (found := self.limit(name)) is None else found

    def limit(self, name: str = "limit") -> int | None:
        """None where the caller set none."""
        value = self._values.get(name)
        if value is not None and not (value.isascii() and value.isdigit() and len(value) < 16):
            raise bad_request(f"{name} must be a whole number, not {value[:100]!r}")
        return None if value is None else int(value)

    def json(self, name: str, shape: type[T]) -> T:
        """Only for a name that is there."""
        try:
            return msgspec.json.decode(self._values[name], type=shape)
        except (msgspec.DecodeError, RecursionError) as cause:
            raise bad_request(f"{name} is not the JSON it should be: {cause}") from None

    def rev(self, name: str = "rev") -> str:
        value = self.text(name)
        return checked_rev(value) if value else ""


def checked_rev(text: str) -> str:
    if not _REV.fullmatch(text):
        raise bad_request(f"Invalid rev format: {text[:100]!r} is not N-hash")
    return text
