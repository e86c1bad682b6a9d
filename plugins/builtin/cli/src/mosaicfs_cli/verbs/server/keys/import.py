"""`mosaicfs server keys import FILE`: the keys of such a file for the control plane here, while it is stopped."""  # noqa: N999 - the word of the command

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_changing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mosaicfs import KeyArchive, Places

EXAMPLES = ("mosaicfs server keys import /media/stick/mosaicfs-keys.age",)


def arguments(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="what mosaicfs server keys export has written")
    add_changing(parser, asks=True)


def run(call: Call) -> int:
    from pathlib import Path  # noqa: PLC0415 - its help needs none of this

    from mosaicfs_cli.questions import confirm  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

    file, places = Path(call.given.file).absolute(), call.configured().places
    content = _content(file)
    places.make()
    with _stopped(places):
        pass  # before anybody is asked for a passphrase
    archive = _opened(call, file, content)
    replaced = archive.replaced(places)
    if call.given.dry_run:
        would = f"Would restore {len(archive.keys)} keys of the instance {archive.instance_id} in {places.keys_dir}."
        print_rehearsal(call, would, {"keys": sorted(archive.keys), "replaced": replaced})
    elif not replaced or confirm(call, f"Other keys lie in {places.keys_dir}. Put them aside and take these?"):
        _restore(call, archive, places)
    return 0


def _content(file: Path) -> bytes:
    from mosaicfs_cli.errors import NotFoundError  # noqa: PLC0415 - only who errs pays for it

    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(str(file), "Name the file that “mosaicfs server keys export” has written.") from None


@contextmanager
def _stopped(places: Places) -> Iterator[None]:
    """No server runs, and none can begin to answer meanwhile. `AlreadyRunningError`, `AddressInUseError`."""
    from mosaicfs import listening  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.asking import API_SOCKET  # noqa: PLC0415 - as above
    from mosaicfs_cli.lock import held  # noqa: PLC0415 - as above

    with ExitStack() as alone:
        alone.enter_context(held(places.runtime_dir / "up.lock"))
        alone.enter_context(listening(places.runtime_dir / API_SOCKET))
        yield


def _opened(call: Call, file: Path, content: bytes) -> KeyArchive:
    from mosaicfs import open_keys  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.passphrases import known_passphrase  # noqa: PLC0415 - as above

    return open_keys(content, known_passphrase(call), str(file))


def _restore(call: Call, archive: KeyArchive, places: Places) -> None:
    from time import time  # noqa: PLC0415 - its help needs none of this

    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    with _stopped(places):
        aside = archive.restore(places, time)
    told = {
        "instance_id": archive.instance_id,
        "keys": sorted(archive.keys),
        "put_aside": str(aside) if aside else None,
    }
    before = f" Those of before are in {aside}." if aside else ""
    print_done(call, told, f"{len(archive.keys)} keys are back. Start with: mosaicfs server.{before}")
