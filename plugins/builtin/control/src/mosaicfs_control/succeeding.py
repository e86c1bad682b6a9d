"""The next authority of the instance, from its making to the end of the one before: when each step is due.

It is used once every enabled node that has joined trusts it, or at the latest after the patience of
`mosaicfs.identity.succession`, which also says what each step is. This machine's own node reads the files themselves.
"""

from __future__ import annotations

import structlog
import trio

from mosaicfs.identity.succession import Step
from mosaicfs_control.rest.routing import Instance

log = structlog.get_logger(component="authority")


async def succeeded(instance: Instance) -> Step:
    """Take the step that is due, if one is. Keys that cannot be written are an error of the files."""
    authority, files = instance.authority, instance.auth.files
    is_known = await _is_known(instance, authority.next_fingerprint)
    step = await trio.to_thread.run_sync(lambda: authority.succeed(files, is_known=is_known))
    if step:
        _tell(instance, step)
    return step


async def _is_known(instance: Instance, fingerprint: str) -> bool:
    """To every node that could be asked; a disabled one comes back by joining again."""
    if not fingerprint:
        return False
    own, trusted = instance.kernel.node_id, instance.reception.trusted
    nodes = [node for node in instance.auth.nodes.followed if node.node_id != own and node.status != "disabled"]
    joined = [node.node_id for node in nodes if node.public_key]
    return all([await trusted.has(node_id, fingerprint) for node_id in joined])


def _tell(instance: Instance, step: Step) -> None:
    authority = instance.authority
    about = authority.next_fingerprint if step == "made" else authority.fingerprint
    log.info("authority_renewed", step=step, fingerprint=about)
    if step != "forgotten":
        instance.auth.audit.note("ca_renewed", target=about, detail={"state": step})
