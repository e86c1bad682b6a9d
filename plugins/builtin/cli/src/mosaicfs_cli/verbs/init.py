"""`mosaicfs init`: the first node of an instance: its keys, its authority, its first access key. Starts nothing."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_changing, add_listen, add_name, add_no_default_tree, add_watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mosaicfs import Configured, Founded

EXAMPLES = (
    "mosaicfs init",
    "mosaicfs init --name nas --names nas.example.org --watch /srv/media",
    "mosaicfs init --listen https://[::]:8443 --if-needed --json",
)

LISTEN = "https://0.0.0.0:8443"
_ALL = ("0.0.0.0", "::")  # noqa: S104 - what is shown instead is looked for

SAVED = {
    "server.listen": "Where the control plane listens, beside its own socket.",
    "server.names": "Names that it is reached by.",
    "agent.name": "Name of this node.",
    "agent.watch_paths": "Folders whose files are indexed.",
}


def arguments(parser: Parser) -> None:
    add_name(parser)
    add_listen(parser)
    parser.add_argument(
        "--names",
        dest="server.names",
        action="append",
        metavar="HOST,…",
        help="further names of the server, repeatable (MOSAICFS_SERVER_NAMES)",
    )
    add_watch(parser)
    add_no_default_tree(parser)
    parser.add_argument("--if-needed", action="store_true", help="exit 0 where there is an instance")
    add_changing(parser)


def run(call: Call) -> int:
    import trio  # noqa: PLC0415 - its help needs none of this

    from mosaicfs import found_instance, refuse_founded, safe_listeners  # noqa: PLC0415 - as above
    from mosaicfs.errors import InstanceExistsError  # noqa: PLC0415 - as above
    from mosaicfs_cli.saving import set_keys  # noqa: PLC0415 - as above

    chosen = _chosen(call)
    settings, places = configured = call.configured()
    safe_listeners(chosen["server.listen"], "--listen")
    try:
        refuse_founded(places)
    except InstanceExistsError:
        if call.given.if_needed:
            return _is_there(call, configured)
        raise
    if call.given.dry_run:
        return _rehearse(call, configured, chosen)
    # First, because a secret that was made must also be shown.
    set_keys(places.config_file, chosen, SAVED)
    founded = trio.run(partial(found_instance, settings, places, default_tree=not call.given.no_default_tree))
    _tell(call, founded, urls(chosen["server.listen"]))
    return 0


def _chosen(call: Call) -> dict[str, list[str] | str]:
    """What is written to the configuration. Without `--listen`, and where no file says it, the usual address."""
    given = {key: value for key in SAVED if (value := getattr(call.given, key, None))}
    if names := given.get("server.names"):
        given["server.names"] = [part for each in names for name in each.split(",") if (part := name.strip())]
        setattr(call.given, "server.names", given["server.names"])
    settings = call.configured().settings
    if "server.listen" not in settings.given:
        given["server.listen"] = [LISTEN]
    return {"server.listen": list(settings.server.listen), **given}


def urls(listen: Sequence[str]) -> list[str]:
    """As other machines may say them: all addresses at once have the name of this machine."""
    from socket import gethostname  # noqa: PLC0415 - its help needs none of this

    from mosaicfs import safe_listeners  # noqa: PLC0415 - as above

    found = safe_listeners(listen, "--listen")
    return [(each._replace(host=gethostname()) if each.host in _ALL else each).url for each in found]


def _is_there(call: Call, configured: Configured) -> int:
    from mosaicfs_cli.output import print_json, print_note  # noqa: PLC0415 - its help needs none of this

    state = str(configured.places.state_dir)
    if call.json:
        print_json({"exists": True, "state_dir": state})
    elif not call.quiet:
        print_note(f"This machine has an instance already, in {state}.")
    return 0


def _rehearse(call: Call, configured: Configured, chosen: dict[str, list[str] | str]) -> int:
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - its help needs none of this

    shown = urls(chosen["server.listen"])
    would = f"Would make an instance in {configured.places.state_dir}, reached at {', '.join(shown)}."
    print_rehearsal(call, would, {"state_dir": str(configured.places.state_dir), "urls": shown})
    return 0


def _tell(call: Call, founded: Founded, shown: list[str]) -> None:
    from mosaicfs_cli.output import print_aligned, print_json, print_note  # noqa: PLC0415 - its help needs none of this

    if call.json:
        print_json(
            {
                "instance_id": founded.instance_id,
                "node_id": founded.node_id,
                "access_key_id": founded.access_key.access_key_id,
                "secret_key": founded.access_key.secret,
                "ca_fingerprint": founded.ca_fingerprint,
                "urls": shown,
            }
        )
        return
    facts = [("Instance", founded.instance_id), ("Node", founded.node_id)]
    facts += [("Access key", founded.access_key.access_key_id), ("Secret", founded.access_key.secret)]
    facts += [("Fingerprint", founded.ca_fingerprint)]
    facts += [("Join line", f"mosaicfs join {url}#{founded.ca_fingerprint}") for url in shown]
    print_aligned(facts)
    sys.stdout.flush()
    print_note("Keep the secret now: it is stored nowhere and cannot be shown again.")
    print_note("Start it with: mosaicfs server. A code for the join line: mosaicfs nodes invite")
