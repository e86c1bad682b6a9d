"""Fields of a storage backend as a person types them: `KEY=VALUE`, those of its type too, and secrets by name alone.

A word on the command line is seen by every process of the machine, so no secret is ever one.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from mosaicfs_cli.errors import UsageError
from mosaicfs_cli.questions import ask_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mosaicfs.model.json import Json, JsonObject
    from mosaicfs_cli.options import Call, Parser

BACKENDS = "/api/storage-backends"
FROM_FILE = "MOSAICFS_BACKEND_SECRETS"

_OWN = frozenset(
    (
        *("schedule", "poll_interval_s", "full_interval_s", "bandwidth_limit_mbps", "workers", "place"),
        *("credentials_ref", "remove_unmatched"),
    )
)
_is_key = re.compile(r"[a-z][a-z0-9_]{0,63}").fullmatch


def add_fields(parser: Parser) -> None:
    parser.add_argument(
        "fields", nargs="*", metavar="KEY=VALUE", help="options of its type, and schedule=22:00-06:00 and the like"
    )
    parser.add_argument(
        "--secret", action="append", default=[], metavar="KEY", help="a secret to be typed unseen; sealed for its node"
    )


def fields_of(call: Call, typed: Sequence[str], *, removes: bool = False) -> dict[str, Json]:
    """Members of the backend, its options under `backend_config`. `removes`: `KEY=` takes one out."""
    own: dict[str, Json] = {}
    config: dict[str, Json] = {}
    for each in typed:
        key, equals, value = each.partition("=")
        if not equals or not _is_key(key):
            raise UsageError(call.verb, f"{each!r} is not KEY=VALUE")
        (own if key in _OWN else config)[key] = None if removes and not value else _value(value)
    return {**own, **({"backend_config": config} if config else {})}


def secrets_of(call: Call, names: Sequence[str]) -> JsonObject:
    """From the terminal; without one from a variable that holds them as JSON."""
    if not names:
        return {}
    if given := call.environment.get(FROM_FILE):
        return _from_variable(call, given, names)
    otherwise = f"Give them as JSON in {FROM_FILE}."
    return {name: ask_secret(call, f"Secret {name}", otherwise=otherwise) for name in names}


def _from_variable(call: Call, given: str, names: Sequence[str]) -> JsonObject:
    try:
        known = json.loads(given)
    except ValueError:
        known = None
    if not isinstance(known, dict) or not all(isinstance(known.get(name), str) for name in names):
        raise UsageError(call.verb, f"{FROM_FILE} is no JSON object with the texts {', '.join(names)}")
    return {name: known[name] for name in names}


def _value(text: str) -> Json:
    """Numbers, true and false are what they look like, `"12"` is a text, and so is all else."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, bool | int | float | str) else text
