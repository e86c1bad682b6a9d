"""What is wrong with options is told all at once, by option, and what is sealed is not looked at."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from mosaicfs.model.json import JsonObject
from mosaicfs.model.secret import Secret
from mosaicfs.plugin_host.describing import option_faults, schema_shown
from mosaicfs.plugin_host.options import schema_of


@dataclass(frozen=True, kw_only=True)
class Options:
    url: str
    key: Secret = field(metadata={"pattern": "^k"})
    tries: int = field(default=3, metadata={"minimum": 1, "help": "How often."})

    def __post_init__(self) -> None:
        if self.key.reveal() == "known":
            raise ValueError("key is known to everybody")
        if self.tries > 9 and self.url == "slow":
            raise ValueError("that takes too long")


SCHEMA = schema_of(Options)


@pytest.mark.parametrize(
    ("given", "sealed", "faults"),
    [
        ({"url": "a", "key": "k"}, (), []),
        ({"url": "a"}, ("key",), []),
        ({"tries": 0}, (), [("url", "is missing"), ("key", "is missing"), ("tries", "must be at least 1")]),
        ({"url": 7, "key": "x"}, (), [("url", "must be a text"), ("key", "must match ^k")]),
        ({"url": "a", "key": "__REDACTED__"}, (), [("key", "is missing")]),
        ({"url": "a", "key": "known"}, (), [("key", "is known to everybody")]),
        ({"url": "slow", "tries": 10}, ("key",), [("", "that takes too long")]),
        ({"url": "a", "colour": [1]}, ("key",), []),
    ],
)
def test_each_fault_is_named(given: JsonObject, sealed: tuple[str, ...], faults: list[tuple[str, str]]) -> None:
    assert option_faults(SCHEMA, given, sealed) == faults


def test_what_is_shown_can_be_declared_again() -> None:
    shown = schema_shown(SCHEMA)
    assert shown["required"] == ["url", "key"]
    again = schema_of(shown)
    assert schema_shown(again) == shown
    assert again.secrets == {"key"}
