"""`mosaicfs logout`: forget the access key and the control plane of `mosaicfs login`. The key itself stays good."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_changing

EXAMPLES = ("mosaicfs logout",)


def arguments(parser: Parser) -> None:
    add_changing(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.kept_login import forget  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_json, print_note  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.saving import set_key  # noqa: PLC0415 - as above

    configured = call.configured()
    url = configured.settings.client.server_url
    if call.given.dry_run:
        print_rehearsal(call, f"Would forget the access key for {url or 'no control plane'}.", {"server_url": url})
        return 0
    was_there = forget(configured.places.config_file)
    set_key(configured.places.config_file, "client.server_url", None)
    if call.json:
        print_json({"server_url": url or None, "was_logged_in": was_there})
    elif not call.quiet:
        print_note("Logged out." if was_there else "Nobody was logged in.")
    return 0
