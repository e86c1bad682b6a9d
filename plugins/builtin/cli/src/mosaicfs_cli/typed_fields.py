"""What a person types as `KEY=VALUE`, and secrets by name alone.

A word on the command line is seen by every process of the machine, so no secret is ever one.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.errors import UsageError
from mosaicfs_cli.questions import ask_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mosaicfs.model.json import Json, JsonObject
    from mosaicfs_cli.options import Call

_is_key = re.compile(r"[a-z][a-z0-9_]{0,63}").fullmatch


def typed_fields(call: Call, typed: Sequence[str], *, removes: bool = False) -> dict[str, Json]:
    """`removes`: `KEY=` takes one out, as null."""
    found: dict[str, Json] = {}
    for each in typed:
        key, equals, value = each.partition("=")
        if not equals or not _is_key(key):
            raise UsageError(call.verb, f"{each!r} is not KEY=VALUE")
        found[key] = None if removes and not value else _value(value)
    return found


def typed_secrets(call: Call, names: Sequence[str], variable: str, *, from_stdin: str | None = None) -> JsonObject:
    """From the terminal; without one from the environment variable that holds them as JSON, or one from stdin."""
    found: dict[str, Json] = {}
    if from_stdin is not None:
        found[from_stdin] = _from_stdin(call, from_stdin)
    if names and (given := call.environment.get(variable)):
        return {**found, **_from_variable(call, variable, given, names)}
    otherwise = f"Give them as JSON in {variable}."
    return {**found, **{name: ask_secret(call, f"Secret {name}", otherwise=otherwise) for name in names}}


def _from_stdin(call: Call, name: str) -> str:
    if not (secret := sys.stdin.readline().rstrip("\r\n")):
        raise UsageError(call.verb, f"there is no line on stdin for the secret {name}")
    return secret


def _from_variable(call: Call, variable: str, given: str, names: Sequence[str]) -> JsonObject:
    try:
        known = json.loads(given)
    except ValueError:
        known = None
    if not isinstance(known, dict) or not all(isinstance(known.get(name), str) for name in names):
        raise UsageError(call.verb, f"{variable} is no JSON object with the texts {', '.join(names)}")
    return {name: known[name] for name in names}


def _value(text: str) -> Json:
    """Numbers, true and false are what they look like, `"12"` is a text, and so is all else."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, bool | int | float | str) else text
