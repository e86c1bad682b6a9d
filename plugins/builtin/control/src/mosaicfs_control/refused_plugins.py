"""Plugins that were refused at the start of this server stand in the audit log: somebody may have put them there."""

from __future__ import annotations

from mosaicfs.model.kernel import Kernel
from mosaicfs.model.plugin_item import ShowsPlugins
from mosaicfs_control.auth.audit import Audit


def note_refused(kernel: Kernel, audit: Audit) -> None:
    """Each on a line of its own, since refusals from one source are folded."""
    if not isinstance(kernel, ShowsPlugins):
        return
    for item in kernel.plugin_items():
        if item.standing == "refused":
            source, why = f"plugin:{item.name}", {"kind": item.kind, "reason": item.reason}
            audit.note("plugin_refused", source=source, target=item.name, result="refused", detail=why)
