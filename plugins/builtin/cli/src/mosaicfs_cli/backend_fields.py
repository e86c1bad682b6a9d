"""Fields of a storage backend as a person types them: `KEY=VALUE`, those of its type too, and secrets by name alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.typed_fields import typed_fields, typed_secrets

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


def add_fields(parser: Parser) -> None:
    parser.add_argument(
        "fields", nargs="*", metavar="KEY=VALUE", help="options of its type, and schedule=22:00-06:00 and the like"
    )
    parser.add_argument(
        "--secret", action="append", default=[], metavar="KEY", help="a secret to be typed unseen; sealed for its node"
    )


def fields_of(call: Call, typed: Sequence[str], *, removes: bool = False) -> dict[str, Json]:
    """Members of the backend, its options under `backend_config`. `removes`: `KEY=` takes one out."""
    found = typed_fields(call, typed, removes=removes)
    own = {key: value for key, value in found.items() if key in _OWN}
    config = {key: value for key, value in found.items() if key not in _OWN}
    return {**own, **({"backend_config": config} if config else {})}


def secrets_of(call: Call, names: Sequence[str]) -> JsonObject:
    return typed_secrets(call, names, FROM_FILE)
