"""`mosaicfs open`: the web page in a browser, let in by a link that is good once."""

from __future__ import annotations

import sys

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs open", "mosaicfs open --print")


def arguments(parser: Parser) -> None:
    parser.add_argument("--print", dest="only_print", action="store_true", help="print the link, open nothing")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.browser import opened  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, print_note, printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above

    answer = api_of(call).post("/api/auth/login-codes")
    url = text(answer, "url")
    if call.json:
        print_json({"url": url, "expires_at": text(answer, "expires_at")})
    if call.given.only_print or not opened(url, call.environment):
        if not call.json:
            sys.stdout.write(f"{printable(url)}\n")
    elif not (call.json or call.quiet):
        print_note("Opened in your browser.")
    return 0
