"""How far this machine's replica has grown away from its control plane, as its agent and the time of a file tell it."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from mosaicfs_cli.reading import number, part, text

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs.model.json import JsonObject

CONTACT = "last_contact"
"""Touched by the agent each time that the control plane has taken what it told."""


class InStep(NamedTuple):
    """`age_s` is None before the control plane was reached for the first time.

    `waiting` are documents to be sent, None where no agent tells; `trouble` is what keeps them.
    """

    age_s: int | None
    waiting: int | None = None
    trouble: str = ""


def in_step(state_dir: Path, agent: JsonObject | None) -> InStep:
    """Heartbeats may get through where documents do not: the replica is as old as the worse of the two."""
    told = part(agent or {}, "replication")
    is_well = text(told, "status") in ("", "healthy")
    ages = [_since_contact(state_dir), None if is_well else _since(text(told, "last_success"))]
    known = [age for age in ages if age is not None]
    return InStep(max(known, default=None), number(told, "pending_push"), "" if is_well else text(told, "message"))


def _since_contact(state_dir: Path) -> int | None:
    try:
        return max(0, int(time.time() - (state_dir / CONTACT).stat().st_mtime))
    except OSError:
        return None


def _since(moment: str) -> int | None:
    try:
        return max(0, int(time.time() - datetime.fromisoformat(moment).timestamp()))
    except ValueError:
        return None
