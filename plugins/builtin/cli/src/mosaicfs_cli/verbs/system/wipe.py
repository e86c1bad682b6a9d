"""`mosaicfs system wipe`: an instance as if it were new, for who works on MosaicFS itself.

A yes is not enough: the word has to be typed, or given where nobody can type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

EXAMPLES = ("mosaicfs system wipe --dry-run", "mosaicfs system wipe", "mosaicfs system wipe --confirm DELETE_ALL_DATA")

WORD = "DELETE_ALL_DATA"
LONGEST_S = 3_600.0
"""Half a million documents take minutes."""


def arguments(parser: Parser) -> None:
    parser.add_argument("--confirm", metavar="WORD", help=f"{WORD}, where nobody can type it")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.reading import count  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api = api_of(call)
    info = api.get("/api/system/info")
    whole = _whole(info)
    if call.given.dry_run:
        print_rehearsal(call, f"Would delete {whole} from the index. Files on disks stay.", {"info": info})
        return 0
    _require_word(call, whole)
    answer = api.ask("DELETE", "/api/system/data", {"confirm": WORD}, more_s=LONGEST_S)
    deleted = f"{count(answer, 'deleted_count'):,} documents were deleted."
    print_done(call, answer, f"{deleted} Nodes that are there index their files anew.")
    return 0


def _whole(info: JsonObject) -> str:
    """What would be deleted. `RefusedError` where the server does not let it happen anyway."""
    from mosaicfs.errors import RefusedError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.reading import count, text  # noqa: PLC0415 - as above

    if not info.get("developer_mode"):
        message = "This server is not in developer mode. Stop it and start it with: mosaicfs server --developer-mode"
        raise RefusedError("developer_mode_required", message)
    files = f"{count(info, 'file_count'):,} files"
    return f"all {files}, directories, labels, rules, keys and settings of “{text(info, 'name')}”"


def _require_word(call: Call, whole: str) -> None:
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.questions import ask_line  # noqa: PLC0415 - as above

    question = f"This deletes {whole} from the index. Type {WORD}"
    typed = call.given.confirm or ask_line(call, question, otherwise=f"Say --confirm {WORD}.")
    if typed != WORD:
        raise UsageError(call.verb, f"nothing was deleted: {typed!r} is not {WORD}")
