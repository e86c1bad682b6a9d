"""`mosaicfs server keys export FILE`: the keys of the control plane in one file that a passphrase locks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_changing

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = ("mosaicfs server keys export /media/stick/mosaicfs-keys.age",)


def arguments(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="where to write it; it is for its owner alone")
    add_changing(parser, asks=True)


def run(call: Call) -> int:
    from pathlib import Path  # noqa: PLC0415 - its help needs none of this

    from mosaicfs_cli.questions import confirm  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

    file = Path(call.given.file).absolute()
    if call.given.dry_run:
        print_rehearsal(call, f"Would write the keys of {call.configured().places.keys_dir} to {file}.", {})
    elif not file.exists() or confirm(call, f"{file} is there already. Replace it?"):
        _export(call, file)
    return 0


def _export(call: Call, file: Path) -> None:
    from mosaicfs import control_plane_keys, export_keys, write_whole  # noqa: PLC0415 - only who goes on needs it
    from mosaicfs_cli.passphrases import new_passphrase  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    places = call.configured().places
    control_plane_keys(places)  # nobody is asked for a passphrase in vain
    content, names = export_keys(places, new_passphrase(call))
    write_whole(file, content)
    sentence = f"{len(names)} keys are in {file}. Without the passphrase nobody opens it, and you neither."
    print_done(call, {"file": str(file), "keys": names}, sentence)
