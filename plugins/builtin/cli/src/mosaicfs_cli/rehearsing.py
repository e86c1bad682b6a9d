"""`--dry-run` and questions: what a command would change, looked at in what is there now, and said instead of done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs.errors import RefusedError
from mosaicfs_cli.output import print_json, printable
from mosaicfs_cli.reading import items, text, texts

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.options import Call

NOTHING_CHANGED = "Nothing was changed."


def print_rehearsal(call: Call, would: str, facts: JsonObject) -> None:
    """`would` is a sentence; `facts` the same for a program."""
    if call.json:
        print_json({"dry_run": True, **facts})
    elif not call.quiet:
        sys.stdout.write(f"{printable(would)} {NOTHING_CHANGED}\n")


def agrees(call: Call, about: JsonObject, question: str) -> bool:
    """Whether a person at the terminal says yes. Who cannot be asked, or said `--yes`, has agreed by what was typed."""
    if call.given.yes or call.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    for example in texts(about, "examples"):
        sys.stderr.write(f"  {printable(example)}\n")
    sys.stderr.write(f"{printable(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def watched(status: JsonObject, path: str, *, itself: bool = False) -> JsonObject:
    """The watched folder that `path` is, or lies in unless `itself`. `RefusedError` as the agent would say it."""
    folders = list(items(status, "watch_paths"))
    for folder in folders:
        known = text(folder, "path")
        if path == known or (path.startswith(known.rstrip("/") + "/") and not itself):
            return folder
    there = ", ".join(text(folder, "path") for folder in folders) or "none"
    raise RefusedError("bad_request", f"{path} {'is' if itself else 'lies in'} no watched folder; there are: {there}.")


def held(answer: JsonObject, hold_id: str) -> JsonObject:
    holds = list(items(answer, "holds"))
    for hold in holds:
        if text(hold, "hold_id") == hold_id:
            return hold
    there = ", ".join(text(hold, "hold_id") for hold in holds) or "none"
    raise RefusedError("bad_request", f"Nothing is held as {hold_id!r}; there are: {there}.")
