"""What every plain change has in common: it is rehearsed, or agreed to, made and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.questions import confirm
from mosaicfs_cli.rehearsing import print_rehearsal
from mosaicfs_cli.telling_facts import print_done

if TYPE_CHECKING:
    from collections.abc import Callable

    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.options import Call


def change(
    call: Call,
    would: str,
    facts: Callable[[], JsonObject],
    make: Callable[[], JsonObject],
    done: str,
    *,
    question: str = "",
) -> int:
    """`would` and `done` are sentences. `facts` are asked for with `--dry-run` alone, the question without it."""
    if call.given.dry_run:
        print_rehearsal(call, would, facts())
    elif not question or confirm(call, question):
        print_done(call, make(), done)
    return 0
