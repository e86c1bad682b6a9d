"""`mosaicfs plugins enable NODE NAME`: a plugin of a node goes on, with what has waited for it."""

from __future__ import annotations

from mosaicfs_cli.options import Call
from mosaicfs_cli.plugin_switch import arguments, switched

__all__ = ["EXAMPLES", "arguments", "run"]

EXAMPLES = ("mosaicfs plugins enable nas summary@work",)


def run(call: Call) -> int:
    return switched(call, enabled=True)
