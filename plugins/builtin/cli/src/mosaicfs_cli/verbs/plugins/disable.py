"""`mosaicfs plugins disable NODE NAME`: a plugin of a node is told of nothing any more; its options stay."""

from __future__ import annotations

from mosaicfs_cli.options import Call
from mosaicfs_cli.plugin_switch import arguments, switched

__all__ = ["EXAMPLES", "arguments", "run"]

EXAMPLES = ("mosaicfs plugins disable nas summary@work",)


def run(call: Call) -> int:
    return switched(call, enabled=False)
