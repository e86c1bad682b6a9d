"""What one look at a plugin found, for the author or the owner of the machine."""

from __future__ import annotations

from typing import Literal, NamedTuple


class PluginCheck(NamedTuple):
    """`id` is for programs. What was skipped says why in `detail`."""

    id: str
    title: str
    status: Literal["ok", "fail", "skip"]
    detail: str = ""
