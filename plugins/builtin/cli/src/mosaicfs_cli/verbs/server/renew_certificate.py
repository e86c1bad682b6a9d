"""`mosaicfs server renew-certificate`: a new certificate of the server, by the same authority; nobody joins again."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_changing

EXAMPLES = ("mosaicfs server renew-certificate",)


def arguments(parser: Parser) -> None:
    add_changing(parser)


def run(call: Call) -> int:
    from time import time  # noqa: PLC0415 - its help needs none of this

    from mosaicfs import renew_certificate  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    settings, places = call.configured()
    if call.given.dry_run:
        print_rehearsal(call, f"Would write a new certificate to {places.keys_dir / 'server.crt'}.", {})
        return 0
    days = round(renew_certificate(settings, places, time))
    print_done(call, {"days_left": days}, f"The certificate is good for {days} days. A server that runs takes it up.")
    return 0
