"""A plugin document as a person types it: options as `KEY=VALUE`, secrets by name, and the rest as flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.client import segment
from mosaicfs_cli.naming import node_path
from mosaicfs_cli.reading import part, texts
from mosaicfs_cli.typed_fields import typed_fields, typed_secrets

if TYPE_CHECKING:
    from mosaicfs.model.json import Json, JsonObject
    from mosaicfs_cli.client import Api
    from mosaicfs_cli.options import Call, Parser

FROM_FILE = "MOSAICFS_PLUGIN_SECRETS"
REDACTED = "__REDACTED__"

_LISTS = ("subscribed_events", "mime_globs")
_PLAIN = (
    "title",
    "scope",
    "workers",
    "timeout_s",
    "max_attempts",
    "batch_size",
    "file_path_prefix",
    "socket_address",
    "tls_fingerprint",
)


def add_place(parser: Parser) -> None:
    parser.add_argument("node", metavar="NODE", help="name or id of the node that runs the plugin")
    parser.add_argument("name", metavar="NAME", help="whole name of the plugin, such as ntfy@phone")


def add_members(parser: Parser) -> None:
    parser.add_argument("fields", nargs="*", metavar="KEY=VALUE", help="its options, such as topic=alerts")
    parser.add_argument(
        "--secret", action="append", default=[], metavar="KEY", help="a secret to be typed unseen; sealed for the node"
    )
    parser.add_argument("--secret-stdin", metavar="KEY", help="a secret that is the first line of stdin")
    parser.add_argument("--title", metavar="TEXT", help="what you call it")
    parser.add_argument(
        "--events", dest="subscribed_events", metavar="LIST", help="events that it is told of, such as file.added"
    )
    parser.add_argument(
        "--types", dest="mime_globs", metavar="LIST", help="types of files that it is told of, such as image/*"
    )
    parser.add_argument("--scope", choices=("own", "all"), help="files of the node, or every file")
    parser.add_argument("--workers", type=int, metavar="N", help="jobs at once")
    parser.add_argument("--job-timeout", dest="timeout_s", type=int, metavar="S", help="seconds that a job may take")
    parser.add_argument("--attempts", dest="max_attempts", type=int, metavar="N", help="how often a job is tried")
    parser.add_argument("--batch", dest="batch_size", type=int, metavar="N", help="events in one call of a program")
    parser.add_argument(
        "--prefix", dest="file_path_prefix", metavar="PATH", help="below which path the files are that it lists"
    )
    parser.add_argument("--address", dest="socket_address", metavar="HOST:PORT", help="where one of type tcp listens")
    parser.add_argument(
        "--fingerprint", dest="tls_fingerprint", metavar="SHA256", help="of its certificate; no other is spoken to"
    )


def members_of(call: Call, *, removes: bool = False) -> dict[str, Json]:
    """What was typed, without secrets. `removes`: `KEY=` takes an option out."""
    given = call.given
    found: dict[str, Json] = {name: getattr(given, name) for name in _PLAIN if getattr(given, name) is not None}
    if "title" in found:
        found["name"] = found.pop("title")
    if "file_path_prefix" in found:
        found["provides_filesystem"] = True
    for name in _LISTS:
        if (typed := getattr(given, name)) is not None:
            found[name] = [each.strip() for each in typed.split(",") if each.strip()]
    options = typed_fields(call, given.fields, removes=removes)
    return {**found, **({"settings": options} if options else {})}


def secrets_typed(call: Call) -> dict[str, Json]:
    """As a member of the body; nothing where none was named."""
    given = call.given
    found = typed_secrets(call, given.secret, FROM_FILE, from_stdin=given.secret_stdin)
    return {"secrets": found} if found else {}


def plugins_path(call: Call, api: Api) -> str:
    return f"{node_path(call, api)}/plugins"


def plugin_path(call: Call, api: Api) -> str:
    return f"{plugins_path(call, api)}/{segment(call.given.name)}"


def caution(call: Call, answer: JsonObject) -> str:
    """What the owner should know besides, as the end of a sentence that says what was done."""
    told = ""
    if "not_installed" in texts(answer, "warnings"):
        told += " It is not installed there yet; it begins when it is."
    settings = part(answer, "settings")
    seen = [name for name in typed_fields(call, call.given.fields) if settings.get(name) == REDACTED]
    if seen:
        names = ", ".join(seen)
        told += (
            f" {names} is a secret and stood on the command line, where other programs see it: change it by --secret."
        )
    return told
