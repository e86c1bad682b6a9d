"""`mosaicfs umount`: `unmount`, as it is mostly typed."""

from __future__ import annotations

from mosaicfs_cli.verbs.unmount import arguments, run

__all__ = ("EXAMPLES", "arguments", "run")

EXAMPLES = ("mosaicfs umount", "mosaicfs umount ~/Tree --lazy")
