"""`mosaicfs api METHOD PATH`: any call of the API, let in or signed like every other; the answer as it comes."""

from __future__ import annotations

import sys
from pathlib import Path

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = (
    "mosaicfs api GET /api/system/info",
    "mosaicfs api POST /api/files/lookup --data @ids.json",
    "echo '{}' | mosaicfs api POST /api/system/reindex --data -",
)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def arguments(parser: Parser) -> None:
    parser.add_argument("method", metavar="METHOD", type=str.upper, choices=METHODS, help=", ".join(METHODS))
    parser.add_argument("path", metavar="PATH", help="with its query, such as /api/nodes?limit=5")
    parser.add_argument("--data", metavar="BODY", help="JSON, @FILE, or - for what comes on stdin")
    parser.add_argument("--header", action="append", default=[], metavar="NAME: VALUE", help="repeatable")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

    given = call.given
    if not given.path.startswith("/") or not given.path.isascii() or not given.path.isprintable() or " " in given.path:
        raise UsageError(call.verb, "PATH begins with / and is percent-encoded")
    body, headers = _body(call), dict(_header(call, each) for each in given.header)
    if given.dry_run and given.method not in ("GET", "HEAD"):
        print_rehearsal(call, f"Would ask {given.method} {given.path} with {len(body)} bytes.", {})
        return 0
    answer = api_of(call).raw(given.method, given.path, body, headers)
    if answer.is_error:
        raise answer.refusal()
    sys.stdout.buffer.write(answer.body if not answer.body or answer.body.endswith(b"\n") else answer.body + b"\n")
    return 0


def _body(call: Call) -> bytes:
    from mosaicfs_cli.errors import NoSuchPathError  # noqa: PLC0415 - its help needs none of this

    data: str = call.given.data or ""
    if data == "-":
        return sys.stdin.buffer.read()
    if not data.startswith("@"):
        return data.encode()
    try:
        return Path(data[1:]).read_bytes()
    except OSError as cause:
        raise NoSuchPathError(data[1:], (cause.strerror or "cannot be read").lower()) from None


def _header(call: Call, text: str) -> tuple[str, str]:
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - its help needs none of this

    name, colon, value = text.partition(":")
    if not (name.strip() and colon) or not text.isprintable():
        raise UsageError(call.verb, f"--header {text} is not NAME: VALUE")
    return name.strip(), value.strip()
