"""`mosaicfs agent`: what this machine does as a node, in the foreground. Its further verbs speak to one that runs.

In a container nobody types `mosaicfs join`: an address with its fingerprint, and a code or an access key, are in the
environment, and the first start joins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_exclude, add_name, add_watch

if TYPE_CHECKING:
    from mosaicfs import Configured

EXAMPLES = ("mosaicfs agent", "mosaicfs agent --name attic --watch /srv/media")

SERVER, CODE = "MOSAICFS_SERVER_URL", "MOSAICFS_JOIN_CODE"
_URL = "agent.control_plane_url"


def arguments(parser: Parser) -> None:
    add_name(parser)
    add_watch(parser)
    add_exclude(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.foreground import run_in_foreground  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.lock import held  # noqa: PLC0415 - as above

    configured = _joined(call) if call.environment.get(SERVER) else call.configured()
    configured.places.make()
    with held(configured.places.state_dir / "agent.lock"):
        return run_in_foreground(call, "agent", configured)


def _joined(call: Call) -> Configured:
    """Joined by what the environment holds, unless that was done before or nothing there lets us in."""
    from mosaicfs import membership  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.kept_login import given_login  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_note  # noqa: PLC0415 - as above

    url = call.environment[SERVER]
    login = given_login(call.environment)
    if membership(call.configured().places) != "joined" and (login or call.environment.get(CODE)):
        from mosaicfs_cli.joining import join  # noqa: PLC0415 - only the first start pays for it
        from mosaicfs_cli.server_line import signer_of  # noqa: PLC0415 - as above

        joined = join(call, url, lambda each: each.environment[CODE], signer_of(login) if login else None)
        if joined is not None:
            print_note(f"This machine is the node {joined.node_id} of {joined.server_url}.")
    return _towards(call, url)


def _towards(call: Call, url: str) -> Configured:
    """A container may have lost its configuration file, but not its address."""
    from mosaicfs import membership, read_address  # noqa: PLC0415 - its help needs none of this

    configured = call.configured()
    if configured.settings.agent.control_plane_url or membership(configured.places) != "joined":
        return configured
    setattr(call.given, _URL, read_address(url).url)
    return call.configured()
