"""Fetching files: whatever happens on the way, nothing has its name before it is whole and right."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from subprocess import CompletedProcess

import pytest

from mosaicfs.errors import DigestMismatchError, EntryChangedError, MosaicError
from mosaicfs_cli import downloading, fetching
from mosaicfs_cli.client import Api
from mosaicfs_cli.downloading import Download, Wanted, wanted
from mosaicfs_cli.errors import BeingFetchedError, FileExistsAlreadyError, LostError, NoRoomError
from mosaicfs_cli.fetching import Fetched, How, fetch
from mosaicfs_cli.part import TAG, opened_part, part_of
from plugins.builtin.cli.tests.file_server import FILE_ID, FileServer

CONTENT = Random(3).randbytes(10_000)
OTHER = Random(4).randbytes(9_000)
STEP = 1_000

Mosaicfs = Callable[..., "CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of a thousandth, and no pause between connections."""
    monkeypatch.setattr(downloading, "PIECE", STEP)
    monkeypatch.setattr(downloading, "PAUSES_S", (0.0, 0.0, 0.0))


@pytest.fixture
def server(surroundings: dict[str, str]) -> Iterator[FileServer]:
    """At the place where a command looks for a control plane."""
    with FileServer(CONTENT).serving(Path(surroundings["XDG_RUNTIME_DIR"], "mosaicfs", "api.sock")) as running:
        yield running


@pytest.fixture
def api(server: FileServer, surroundings: dict[str, str]) -> Iterator[Api]:
    with Api(Path(surroundings["XDG_RUNTIME_DIR"], "mosaicfs", "api.sock")) as opened:
        yield opened


@pytest.fixture
def target(tmp_path: Path) -> Path:
    place = tmp_path / "to"
    place.mkdir()
    return place / "report.pdf"


def left(target: Path) -> set[str]:
    return {each.name for each in target.parent.iterdir()}


class StoppedError(Exception):
    """As a kill would."""


@pytest.mark.parametrize("tells_digest", [True, False])
@pytest.mark.parametrize("stop", [*range(0, 10_001, STEP), 1, 9_999])
def test_what_is_interrupted_anywhere_and_resumed_has_the_digest_of_the_source(
    api: Api, server: FileServer, target: Path, stop: int, tells_digest: bool
) -> None:
    """The process ends there, and another one goes on."""
    server.tells_digest, server.digest_is_work = tells_digest, not tells_digest

    def told(done: int, size: int) -> None:
        if done >= stop:
            raise StoppedError

    with pytest.raises(StoppedError):
        fetch(api, server.file, target, How(), told)
    api.close()
    assert left(target) == {"report.pdf.part"}
    done = fetch(api, server.file, target, How(resumes=True))
    assert target.read_bytes() == CONTENT
    assert left(target) == {"report.pdf"}
    assert done == Fetched(FILE_ID, target, len(CONTENT), f"sha256:{server.digest.hex()}", True)
    came = max(STEP, -(-stop // STEP) * STEP)
    asked_on = [span for what, span in server.asked[1:] if what == "content"]
    assert asked_on == ([f"bytes={came}-"] if came < len(CONTENT) else [])


@pytest.mark.parametrize("cut", [0, 1, 999, 1_000, 5_555, 9_998])
def test_a_connection_that_breaks_is_made_anew_behind_the_last_byte(
    api: Api, server: FileServer, target: Path, cut: int
) -> None:
    server.cuts = [cut, 1, 0, 0]
    assert fetch(api, server.file, target, How()).verified
    assert target.read_bytes() == CONTENT
    assert ("content", f"bytes={cut + 1}-") in server.asked


def test_a_line_that_brings_nothing_is_given_up_and_what_came_is_kept(
    api: Api, server: FileServer, target: Path
) -> None:
    server.cuts = [2_500, *[0] * 9]
    with pytest.raises(LostError):
        fetch(api, server.file, target, How())
    assert part_of(target).read_bytes() == CONTENT[:2_500]
    assert not target.exists()


@pytest.mark.parametrize("cut", [1, 5_000, 9_999])
def test_a_file_that_changes_on_the_way_is_begun_anew(api: Api, server: FileServer, target: Path, cut: int) -> None:
    server.cuts, server.next_content = [cut], [OTHER]
    done = fetch(api, server.file, target, How())
    assert target.read_bytes() == OTHER
    assert done.verified


def test_a_file_that_never_stops_changing_is_given_up(api: Api, server: FileServer, target: Path) -> None:
    server.cuts, server.next_content = [100] * 9, [OTHER + bytes(n) for n in range(9)]
    with pytest.raises(EntryChangedError):
        fetch(api, server.file, target, How())
    assert not target.exists()


@pytest.mark.parametrize("has_attribute", [True, False])
def test_a_part_of_an_older_version_never_becomes_the_file(
    api: Api, server: FileServer, target: Path, has_attribute: bool
) -> None:
    with opened_part(target) as part:
        part.put(0, OTHER[:4_000])
        part.name_version('"older"')
        if not has_attribute:
            _without_attribute(part_of(target))
    if has_attribute or not hasattr(os, "setxattr"):
        fetch(api, server.file, target, How(resumes=True))
        assert target.read_bytes() == CONTENT
    else:
        with pytest.raises(DigestMismatchError):
            fetch(api, server.file, target, How(resumes=True))
        assert left(target) == set()
        fetch(api, server.file, target, How(resumes=True, verifies=False))
        assert target.read_bytes() == CONTENT


def _without_attribute(path: Path) -> None:
    try:
        os.removexattr(path, TAG)
    except OSError:
        return


def test_a_part_of_nobody_knows_what_is_not_gone_on_with_unverified(api: Api, server: FileServer, target: Path) -> None:
    part_of(target).write_bytes(OTHER[:4_000])
    done = fetch(api, server.file, target, How(resumes=True, verifies=False))
    assert target.read_bytes() == CONTENT
    assert not done.verified


def test_without_resume_an_old_part_is_no_beginning(api: Api, server: FileServer, target: Path) -> None:
    part_of(target).write_bytes(CONTENT[:4_000] + b"x" * 90_000)
    fetch(api, server.file, target, How())
    assert target.read_bytes() == CONTENT
    assert server.asked[0] == ("content", "")


def test_wrong_bytes_are_deleted(api: Api, server: FileServer, target: Path) -> None:
    server.wrong_digest = True
    with pytest.raises(DigestMismatchError):
        fetch(api, server.file, target, How())
    assert left(target) == set()
    assert fetch(api, server.file, target, How(verifies=False)).bytes == len(CONTENT)


def test_what_is_there_stays_unless_it_is_to_be_replaced(api: Api, server: FileServer, target: Path) -> None:
    target.write_text("mine")
    with pytest.raises(FileExistsAlreadyError):
        fetch(api, server.file, target, How())
    assert target.read_text() == "mine"
    assert server.asked == []
    fetch(api, server.file, target, How(replaces=True))
    assert target.read_bytes() == CONTENT


def test_no_link_leads_the_bytes_elsewhere(api: Api, server: FileServer, target: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    part_of(target).symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic links"):
        fetch(api, server.file, target, How())
    part_of(target).unlink()
    target.symlink_to(elsewhere)
    fetch(api, server.file, target, How(replaces=True))
    assert elsewhere.read_text() == "mine"
    assert target.read_bytes() == CONTENT


def test_two_commands_do_not_write_into_one_part(api: Api, server: FileServer, target: Path) -> None:
    with opened_part(target), pytest.raises(BeingFetchedError):
        fetch(api, server.file, target, How())


def test_a_full_disk_keeps_what_came(
    api: Api, server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full: list[int] = []
    real = os.pwrite

    def pwrite(descriptor: int, piece: bytes, at: int) -> int:
        if at >= 3_000 and not full:
            full.append(at)
            raise OSError(28, "No space left on device")
        return real(descriptor, piece, at)

    monkeypatch.setattr(os, "pwrite", pwrite)
    with pytest.raises(NoRoomError):
        fetch(api, server.file, target, How())
    api.close()
    fetch(api, server.file, target, How(resumes=True))
    assert target.read_bytes() == CONTENT
    assert ("content", "bytes=3000-") in server.asked


def test_an_empty_file_is_a_file(api: Api, server: FileServer, target: Path) -> None:
    server.content = b""
    assert fetch(api, server.file, target, How(resumes=True)).bytes == 0
    assert target.read_bytes() == b""


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.txt", "a.txt"), ("../../etc/passwd", "passwd"), ("/etc/passwd", "passwd"), ("..\\x", "x"), ("..", None)],
)
def test_names_are_one_component_and_never_a_path(tmp_path: Path, name: str, expected: str | None) -> None:
    given = {"name": name, "file_id": FILE_ID}
    if expected is None:
        with pytest.raises(MosaicError):
            fetching.target_of("files fetch", given, str(tmp_path))
    else:
        assert fetching.target_of("files fetch", given, str(tmp_path)) == tmp_path / expected


# --- ranges -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0-1023", Wanted(0, 1024)),
        ("5-5", Wanted(5, 6)),
        ("7-", Wanted(7)),
        ("-9", Wanted(last=9)),
        ("", None),
        ("-", None),
        ("5", None),
        ("6-5", None),
        ("1-2,3-4", None),
        ("a-b", None),
        ("٣-", None),
    ],
)
def test_a_range_is_read_as_it_is_typed(text: str, expected: Wanted | None) -> None:
    assert wanted(text) == expected


@pytest.mark.parametrize(
    ("span", "expected"), [("10-19", CONTENT[10:20]), ("-7", CONTENT[-7:]), ("9990-", CONTENT[-10:])]
)
@pytest.mark.parametrize("cut", [None, 0, 3])
def test_a_range_goes_on_after_a_lost_connection(
    api: Api, server: FileServer, span: str, expected: bytes, cut: int | None
) -> None:
    server.cuts = [] if cut is None else [cut]
    asked = wanted(span)
    assert asked is not None
    assert b"".join(piece for _, piece in Download(api, FILE_ID, asked).pieces()) == expected


# --- the commands -----------------------------------------------------------------------------------------------------


def test_fetch_says_what_came(mosaicfs: Mosaicfs, server: FileServer, tmp_path: Path) -> None:
    done = mosaicfs("files", "fetch", FILE_ID, "-o", f"{tmp_path}/")
    path = tmp_path / "report.pdf"
    assert (done.returncode, done.stdout) == (0, f"{path}\t10000\tsha256:{server.digest.hex()}\n"), done.stderr
    again = mosaicfs("files", "fetch", FILE_ID, "-o", f"{tmp_path}/", "--json")
    assert again.returncode == 6
    assert "--force" in again.stderr


def test_of_several_files_each_is_for_itself(mosaicfs: Mosaicfs, server: FileServer, tmp_path: Path) -> None:
    done = mosaicfs("files", "fetch", FILE_ID, FILE_ID.replace("5f", "60"), "-o", str(tmp_path), "--json")
    assert done.returncode == 7, done.stderr
    assert (tmp_path / "report.pdf").read_bytes() == CONTENT
    assert '"verified": true' in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert mosaicfs("files", "fetch", FILE_ID, FILE_ID, "-o", str(tmp_path / "none")).returncode == 2


def test_wrong_bytes_end_with_8(mosaicfs: Mosaicfs, server: FileServer, tmp_path: Path) -> None:
    server.wrong_digest = True
    done = mosaicfs("files", "fetch", FILE_ID, "-o", str(tmp_path / "x"))
    assert done.returncode == 8
    assert not (tmp_path / "x").exists()


def test_cat_writes_the_bytes_and_nothing_else(mosaicfs: Mosaicfs, server: FileServer) -> None:
    server.content = b"one\ntwo\nthree\n"
    assert mosaicfs("files", "cat", FILE_ID).stdout == "one\ntwo\nthree\n"
    assert mosaicfs("files", "cat", FILE_ID, "--range", "4-6").stdout == "two"
    assert mosaicfs("files", "cat", FILE_ID, "--range", "-6").stdout == "three\n"
    assert mosaicfs("files", "cat", FILE_ID, "--range=20-").returncode == 2
    assert mosaicfs("files", "cat", FILE_ID, "--range", "6-4").returncode == 2
    assert mosaicfs("files", "cat", FILE_ID, "--json").returncode == 2
