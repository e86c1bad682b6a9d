"""`mosaicfs agent holds`: deletions that wait because suspiciously many files are missing, and their confirmation."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs.model.json import JsonObject

EXAMPLES = (
    "mosaicfs agent holds",
    "mosaicfs agent holds confirm wp-3f9a1c0b7d24",
    "mosaicfs agent holds confirm wp-3f9a1c0b7d24 -n",
)

HEADER = ("hold_id", "missing", "known", "since", "path")


def arguments(parser: Parser) -> None:
    parser.add_argument("words", nargs="*", metavar="confirm ID", help="look at each held file again, then delete it")
    add_changing(parser, asks=True)
    add_asking(parser, of_agent=True)


def run(call: Call) -> int:
    from mosaicfs_cli.agent_socket import NAME, ask_agent  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.asking import runtime_dir  # noqa: PLC0415 - as above
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - as above

    socket, timeout_s = runtime_dir(call) / NAME, call.given.timeout
    match call.given.words:
        case []:
            _print_holds(call, ask_agent(socket, "holds", timeout_s=timeout_s))
        case ["confirm", hold_id]:
            _confirm(call, socket, hold_id)
        case _:
            raise UsageError("agent holds", "Say nothing more, or: confirm ID")
    return 0


def _print_holds(call: Call, answer: JsonObject) -> None:
    from mosaicfs_cli.asking import Shown  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_json, print_table  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count, items, text  # noqa: PLC0415 - as above

    if call.json:
        print_json(answer)
        return
    shown = Shown(call)
    rows = [
        (
            text(hold, "hold_id"),
            str(count(hold, "missing")),
            str(count(hold, "known")),
            shown.time(text(hold, "since")),
            text(hold, "path"),
        )
        for hold in items(answer, "holds")
    ]
    print_table(HEADER, rows, with_header=not call.given.no_header, paint=shown.paint)


def _confirm(call: Call, socket: Path, hold_id: str) -> None:
    """Looked up before only where a person is to read what goes; the agent looks again anyway."""
    from mosaicfs_cli.agent_socket import ask_agent  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_note  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count, text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import NOTHING_CHANGED, agrees, held, print_rehearsal  # noqa: PLC0415 - as above

    timeout_s = call.given.timeout
    if call.given.dry_run or (sys.stdin.isatty() and not call.given.yes):
        hold = held(ask_agent(socket, "holds", timeout_s=timeout_s), hold_id)
        what = f"{count(hold, 'missing'):,} of {count(hold, 'known'):,} files of {text(hold, 'path')}"
        if call.given.dry_run:
            would = f"Would look for {what} again; those still missing would leave the index."
            print_rehearsal(call, would, {"hold": hold})
            return
        if not agrees(call, hold, f"{what} are missing. Shall those still missing leave the index?"):
            print_note(NOTHING_CHANGED)
            return
    _print_confirmed(call, ask_agent(socket, "confirm", timeout_s=timeout_s, hold_id=hold_id))


def _print_confirmed(call: Call, answer: JsonObject) -> None:
    from mosaicfs_cli import showing  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count  # noqa: PLC0415 - as above

    if call.json:
        print_json(answer)
    elif not call.quiet:
        sys.stdout.write(f"{showing.files(count(answer, 'deleted'))} deleted from the index.\n")
