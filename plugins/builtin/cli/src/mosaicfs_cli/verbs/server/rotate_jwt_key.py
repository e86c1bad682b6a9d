"""`mosaicfs server rotate-jwt-key`: another key signs the logins of browsers; those of the last day stay good."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_changing

EXAMPLES = ("mosaicfs server rotate-jwt-key",)


def arguments(parser: Parser) -> None:
    add_changing(parser)


def run(call: Call) -> int:
    from time import time  # noqa: PLC0415 - its help needs none of this

    from mosaicfs import rotate_token_key  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    places = call.configured().places
    if call.given.dry_run:
        print_rehearsal(call, f"Would write a new key to {places.keys_dir / 'jwt.json'}.", {})
        return 0
    kid = rotate_token_key(places, time)
    print_done(call, {"kid": kid}, f"The key {kid} signs from now on; the one before verifies for another day.")
    return 0
