"""What `mosaicfs join` and an agent in a container have in common: may this machine join, and what is kept then."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

import trio

from mosaicfs import JoinRequest, join_instance, membership, own_documents, read_address
from mosaicfs.errors import InstanceExistsError
from mosaicfs.model.ids import kind_of
from mosaicfs_cli.errors import UsageError
from mosaicfs_cli.lock import held
from mosaicfs_cli.rehearsing import print_rehearsal
from mosaicfs_cli.saving import set_keys

if TYPE_CHECKING:
    from mosaicfs import Configured, Joined
    from mosaicfs.identity.signatures import Signer
    from mosaicfs_cli.options import Call

SAVED = {
    "agent.control_plane_url": "The control plane of the instance that this machine has joined.",
    "agent.name": "Name of this node.",
    "agent.watch_paths": "Folders whose files are indexed.",
}


def join(call: Call, url: str, code: Callable[[Call], str], signer: Signer | None = None) -> Joined | None:
    """Everything that must be right is looked at before anybody is asked for the code. None when it was a rehearsal."""
    address = read_address(url)
    configured = call.configured()
    places = configured.places
    node_id = _rejoining(call, configured)
    if getattr(call.given, "dry_run", False):
        would = f"Would join {address.url} whose authority has the fingerprint {address.fingerprint or '(missing)'}."
        print_rehearsal(call, would, {"server_url": address.url, "node_id": node_id or None})
        return None
    places.make()
    with ExitStack() as alone:
        for lock in (places.runtime_dir / "up.lock", places.state_dir / "agent.lock"):
            alone.enter_context(held(lock))
        if not node_id:
            _refuse_own_instance(call, configured)
        request = JoinRequest(
            address,
            places,
            code="" if signer is not None else _readable(call, code(call)),
            signer=signer,
            name=configured.settings.agent.name,
            node_id=node_id,
            create_directory=not getattr(call.given, "no_directory", False),
        )
        joined = trio.run(join_instance, request, time.time)
        chosen = {key: value for key in SAVED if (value := getattr(call.given, key, None))}
        set_keys(places.config_file, {"agent.control_plane_url": joined.server_url, **chosen}, SAVED)
    return joined


def _readable(call: Call, code: str) -> str:
    """A slip of the pen is told here and costs no try."""
    from mosaicfs.identity.join_codes import normalised  # noqa: PLC0415 - who signs needs none of it

    try:
        return normalised(code)
    except ValueError as cause:
        raise UsageError(call.verb, str(cause)) from None


def _rejoining(call: Call, configured: Configured) -> str:
    """The id of the node that comes back; empty for a new one."""
    state = membership(configured.places)
    wants = getattr(call.given, "rejoin", False)
    if state == "joined" and not wants:
        raise InstanceExistsError("This machine is a node of an instance already. New keys for it: --rejoin")
    if wants and state != "joined":
        raise InstanceExistsError("This machine is no node of another instance yet. Join without --rejoin")
    if not wants:
        return ""
    return (configured.places.state_dir / "node_id").read_text(encoding="utf-8").strip()


def _refuse_own_instance(call: Call, configured: Configured) -> None:
    """Other nodes would lose their control plane, and what a person made here would be lost from sight."""
    found = trio.run(own_documents, configured.settings, configured.places)
    if found.nodes:
        raise InstanceExistsError(
            f"This machine is the control plane of {', '.join(found.nodes)}. "
            "Let them join elsewhere, or remove them first: mosaicfs nodes disable NODE"
        )
    if found.made and not getattr(call.given, "discard", False):
        what = ", ".join(f"{count:,} {kind_of(f'{kind}::') or kind}" for kind, count in found.made.items())
        raise InstanceExistsError(
            f"This machine has an instance of its own: {what}. --discard leaves that behind, in a folder of its own."
        )
