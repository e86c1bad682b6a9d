"""`mosaicfs down`: stop what `mosaicfs up` started for this user, as Ctrl-C in its terminal would."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_changing

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs_cli.lock import Note

EXAMPLES = ("mosaicfs down", "mosaicfs down --json", "mosaicfs down --dry-run")

PATIENCE_S = 25.0
"""Longer than the supervisor takes at most."""


def arguments(parser: Parser) -> None:
    add_changing(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.lock import holder  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - as above

    lock = call.configured().places.runtime_dir / "up.lock"
    note = holder(lock)
    stopped = [text(duty, "duty") for duty in items(note.facts, "duties")] if note else []
    if call.given.dry_run:
        from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

        print_rehearsal(call, f"Would stop: {', '.join(stopped) or 'nothing'}.", {"would_stop": [*stopped]})
        return 0
    if note:
        _stop(lock, note)
    if call.json:
        print_json({"stopped": stopped})
    elif not call.quiet:
        sys.stdout.write(
            f"Stopped: {', '.join(stopped) or 'pid ' + str(note.pid)}.\n" if note else "Nothing was running.\n"
        )
    return 0


def _stop(lock: Path, note: Note) -> None:
    """The lock is held by a living process, and its pid stands in a file that only we can write: it is ours."""
    import os  # noqa: PLC0415 - its help needs none of this
    import signal  # noqa: PLC0415 - as above
    import time  # noqa: PLC0415 - as above
    from contextlib import suppress  # noqa: PLC0415 - as above

    from mosaicfs.errors import TimedOutError  # noqa: PLC0415 - as above
    from mosaicfs_cli.lock import holder  # noqa: PLC0415 - as above

    with suppress(ProcessLookupError):
        os.kill(note.pid, signal.SIGTERM)
    end = time.monotonic() + PATIENCE_S
    while (now := holder(lock)) and now.pid == note.pid:
        if time.monotonic() > end:
            raise TimedOutError(f"The running mosaicfs up, pid {note.pid}", PATIENCE_S)
        time.sleep(0.05)
