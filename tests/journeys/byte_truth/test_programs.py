"""What people's programs make of the tree: each is run over the mount and over the source, and both are the same."""

from __future__ import annotations

import mmap
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import NamedTuple

import pytest

from tests.journeys.byte_truth.pair import FAR, OWN, Pair

pytestmark = pytest.mark.patient

NAME = "programs"
PATIENCE_S = 60


class Place(NamedTuple):
    shown: Path
    source: Path


@pytest.fixture(scope="module")
def places(both: Pair) -> Iterator[list[Place]]:
    """Files, folders and a checkout, here and elsewhere, and where the mount has them."""
    both.line.fault = ""
    sources = both.plant(NAME, 200, most=1 << 20)
    folders = [both.nas.files / NAME, both.laptop.files / NAME]
    for folder in folders:
        sources += [(Path(_place(both, folder), each.relative_to(folder)), each) for each in _furnish(folder)]
    with both.mounted() as tree:
        both.wait_for(tree, sources)
        yield [Place(tree / _place(both, folder), folder) for folder in folders]


@pytest.fixture(params=[FAR, OWN])
def place(request: pytest.FixtureRequest, places: list[Place]) -> Place:
    return places[0 if request.param == FAR else 1]


def run(*command: str | Path, at: Path | None = None, given: bytes = b"") -> bytes:
    done = subprocess.run(command, cwd=at, input=given, capture_output=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr.decode() + done.stdout[-2_000:].decode(errors="replace")
    return done.stdout


def test_what_is_compared_copied_and_packed_is_what_lies_at_the_source(place: Place, tmp_path: Path) -> None:
    shown, source = place
    run("diff", "-r", source, shown)
    run("cp", "-a", shown, tmp_path / "copy")
    run("diff", "-r", source, tmp_path / "copy")
    packed = run("tar", "--create", "--sort=name", "--directory", shown, ".")
    listed = run("tar", "--list", given=packed).decode().splitlines()
    below = {f"./{each.relative_to(source)}{'/' if each.is_dir() else ''}" for each in source.rglob("*")}
    assert set(listed) == {"./", *below}
    (tmp_path / "unpacked").mkdir()
    run("tar", "--extract", "--directory", tmp_path / "unpacked", given=packed)
    run("diff", "-r", tmp_path / "copy", tmp_path / "unpacked")
    times = {each: each.stat().st_mtime_ns // 1_000 for each in source.rglob("*.bin")}
    assert {each: (shown / each.relative_to(source)).stat().st_mtime_ns // 1_000 for each in times} == times


def test_sums_made_at_the_source_fit(place: Place) -> None:
    files = sorted(str(each.relative_to(place.source)) for each in place.source.rglob("*.bin"))
    assert len(files) == 100
    sums = run("sha256sum", *files, at=place.source)
    told = run("sha256sum", "--check", "--strict", "--quiet", given=sums, at=place.shown)
    assert told == b""


def test_rsync_finds_nothing_to_do(place: Place) -> None:
    if which("rsync") is None:
        pytest.skip("rsync is not installed")
    told = run(
        "rsync", "--checksum", "--dry-run", "--recursive", "--itemize-changes", f"{place.source}/", f"{place.shown}/"
    )
    assert told == b""


def test_a_checkout_is_clean_and_whole(place: Place) -> None:
    git = ["git", "-C", str(place.shown / "checkout")]
    quietly = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    for words in (("status", "--porcelain"), ("fsck", "--full", "--strict")):
        done = subprocess.run([*git, *words], env=quietly, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert len(run(*git, "log", "--oneline").splitlines()) == 2
    assert run(*git, "show", "HEAD:part1/file3.txt") == (place.source / "checkout/part1/file3.txt").read_bytes()


def test_a_mapped_file_is_the_file(place: Place) -> None:
    for source in sorted(place.source.glob("*.bin")):
        if source.stat().st_size == 0:
            continue
        with (place.shown / source.name).open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
            assert mapped[:] == source.read_bytes(), source.name


def test_fio_reads_at_random_what_it_wrote(place: Place) -> None:
    if which("fio") is None:
        pytest.skip("fio is not installed")
    read = [
        "--rw=randread",
        "--readonly",
        "--allow_file_create=0",
        "--verify_fatal=1",
        "--verify_state_save=0",
        "--output=/dev/null",
    ]
    run("fio", "--name=probe", f"--directory={place.shown}", "--size=2m", "--bs=4k", "--verify=crc32c", *read)


# --- what lies at the source -----------------------------------------------------------------------------------------


def _place(pair: Pair, folder: Path) -> Path:
    return Path(FAR if folder.is_relative_to(pair.nas.files) else OWN, folder.name)


def _furnish(folder: Path) -> list[Path]:
    """The files that were made."""
    checkout = folder / "checkout"
    for part in range(3):
        (checkout / f"part{part}").mkdir(parents=True)
        for number in range(10):
            (checkout / f"part{part}" / f"file{number}.txt").write_text(f"line of {part}\n" * (number * 50 + 1))
    who = ["-c", "user.name=Writer", "-c", "user.email=writer@example.org"]
    git = ["git", "-C", str(checkout), *who, "-c", "core.fileMode=false", "-c", "init.defaultBranch=main"]
    run(*git, "init", "--quiet", "--template=")
    run(*git, "config", "core.fileMode", "false")
    run(*git, "add", "part0", "part1")
    run(*git, "commit", "--quiet", "--message", "one")
    run(*git, "add", "part2")
    run(*git, "commit", "--quiet", "--message", "two")
    if which("fio") is not None:
        wrote = ["--rw=write", "--do_verify=0", "--verify_state_save=0", "--output=/dev/null"]
        run("fio", "--name=probe", f"--directory={folder}", "--size=2m", "--bs=4k", "--verify=crc32c", *wrote)
    _without_empty(folder)
    return [each for each in folder.rglob("*") if each.is_file() and each.suffix != ".bin"]


def _without_empty(folder: Path) -> None:
    """A tree of files shows no folder in which none lies."""
    for each in sorted(folder.rglob("*"), reverse=True):
        if each.is_dir() and not any(each.iterdir()):
            each.rmdir()
