"""Real files that change in the ways of real programs: the index follows, and nothing loses its identity."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.machine import Machine, make_files


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine", MOSAICFS_WATCH_RENAME_WINDOW_MS="500")
    yield found
    found.close()


def ids(machine: Machine, word: str, *more: str) -> dict[str, str]:
    items = machine.found(word, "--all", *more)
    return {item["source"]["export_path"]: item["file_id"] for item in items}


def settle(machine: Machine) -> None:
    machine.event("indexed")


def test_saves_keep_the_identity_however_an_editor_makes_them(machine: Machine) -> None:
    (machine.files / "letter.txt").write_text("one")
    (machine.files / "plan.txt").write_text("one")
    machine.up()
    settle(machine)
    before = ids(machine, "letter.txt") | ids(machine, "plan.txt")
    (machine.files / ".letter.swx").write_text("two two")
    (machine.files / ".letter.swx").rename(machine.files / "letter.txt")
    (machine.files / "plan.txt").write_text("two two")

    def both() -> bool:
        found = machine.found("letter.txt") + machine.found("plan.txt")
        return [item["size"] for item in found] == [7, 7]

    machine.until(both, "Both saves")
    assert ids(machine, "letter.txt") | ids(machine, "plan.txt") == before
    assert machine.total() == 2


def test_a_renamed_file_and_a_renamed_folder_keep_their_identity(machine: Machine, full: bool) -> None:
    count = 5_000 if full else 1_000
    make_files(machine.files / "trip", count, each=count)
    (machine.files / "note.txt").write_text("x")
    machine.up()
    settle(machine)
    before = {Path(path).name: file_id for path, file_id in ids(machine, "file-").items()}
    note = ids(machine, "note.txt")
    (machine.files / "trip").rename(machine.files / "journey")
    (machine.files / "note.txt").rename(machine.files / "memo.txt")
    below = ("--path-prefix", str(machine.files / "journey"))
    machine.until(lambda: machine.total(*below) == count, "The folder")
    machine.until(lambda: machine.paths("memo.txt"), "The file")
    assert {Path(path).name: file_id for path, file_id in ids(machine, "file-").items()} == before
    assert list(ids(machine, "memo.txt").values()) == list(note.values())
    assert machine.total() == count + 1
    assert machine.total("--status", "deleted") == 0


def test_an_archive_with_nested_folders_is_found_whole(machine: Machine, tmp_path: Path, full: bool) -> None:
    tree = tmp_path / "tree"
    for number in range(120):
        below = tree / f"a{number % 4}" / f"b{number % 7}" / f"c{number}" / "d" / "e"
        below.mkdir(parents=True)
        (below / f"leaf-{number}.txt").write_text("x")
    archive = tmp_path / "tree.tar"
    with tarfile.open(archive, "w") as packed:
        packed.add(tree, "tree")
    machine.up()
    settle(machine)
    for run in range(10 if full else 3):
        into = machine.files / f"run-{run}"
        into.mkdir()
        subprocess.run(["tar", "-xf", archive, "-C", into], check=True)
        machine.until(lambda: machine.total("--path-prefix", str(into)) == 120, f"Archive {run}")  # noqa: B023


def test_a_folder_that_leaves_and_comes_back_keeps_its_files(machine: Machine, tmp_path: Path) -> None:
    make_files(machine.files / "album", 50)
    make_files(machine.files / "rest", 300)
    machine.up()
    settle(machine)
    before = ids(machine, "file-", "--path-prefix", str(machine.files / "album"))
    away = machine.folder / "away"
    (machine.files / "album").rename(away)
    machine.until(lambda: machine.total() == 300, "Its leaving")
    away.rename(machine.files / "album")
    machine.until(lambda: machine.total() == 350, "Its return")
    assert ids(machine, "file-", "--path-prefix", str(machine.files / "album")) == before


def test_a_storm_ends_with_index_and_disk_the_same(machine: Machine, full: bool) -> None:
    """`git checkout` between two branches that share no file."""
    count = 10_000 if full else 2_000
    repository = machine.files / "work"
    repository.mkdir()

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=one"]
        subprocess.run(["git", *identity, "-C", repository, *arguments], check=True, capture_output=True)

    git("init")
    make_files(repository / "one", count)
    git("add", "-A")
    git("commit", "-qm", "one")
    git("checkout", "-q", "--orphan", "two")
    git("rm", "-rqf", ".")
    make_files(repository / "two", count)
    git("add", "-A")
    git("commit", "-qm", "two")
    git("checkout", "-q", "one")
    machine.up()
    settle(machine)
    assert machine.total("--path-prefix", str(repository / "one")) == count
    git("checkout", "-q", "two")
    machine.until(lambda: machine.total("--path-prefix", str(repository / "two")) == count, "The other branch", 180)

    def is_judged() -> bool:
        return machine.ask("agent", "holds")["holds"] or machine.total("--path-prefix", str(repository / "one")) == 0

    machine.until(is_judged, "The end of the first one: half of all files are missing, so they are held, or gone")


@pytest.fixture
def few_watches() -> Iterator[None]:
    """The system's own limit, for as long as the test takes."""
    limit = Path("/proc/sys/fs/inotify/max_user_watches")
    before = limit.read_text()
    try:
        limit.write_text("100")
    except OSError:
        pytest.skip("only root may lower the limit of watches")
    yield
    limit.write_text(before)


@pytest.mark.alone
@pytest.mark.usefixtures("few_watches")
def test_where_watches_run_out_the_rest_is_polled_and_the_owner_is_told(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine", MOSAICFS_WATCH_POLL_INTERVAL_S="2")
    try:
        make_files(machine.files, 300, each=1)
        machine.up()
        settle(machine)
        for folder in sorted(machine.files.iterdir()):
            (folder / "late.txt").write_text("x")
        machine.until(lambda: len(ids(machine, "late.txt")) == 300, "All of them", 120)
        told = machine.ask("status")["notifications"]
        assert "inotify_limit_approaching" in {each["condition_key"] for each in told}
    finally:
        machine.close()


def test_names_of_every_kind_are_kept_exactly(machine: Machine) -> None:
    odd = ["new\nline", 'quo"te', "ü" * 120, "a" * 255, "\u202eabc.txt", "-rf", " lead", "tab\there"]
    for name in odd:
        (machine.files / name).write_text("x")
    os.mkfifo(machine.files / "pipe")
    os.close(os.open(os.fsencode(machine.files) + b"/bad\xff.txt", os.O_CREAT | os.O_WRONLY))
    machine.up()
    settle(machine)
    names = {item["name"] for item in machine.listed("--all")[:-1]}
    assert names == {name for name in odd if name.isprintable() or "\u202e" in name} | {r"bad\xFF.txt"}
    shutil.rmtree(machine.files)
