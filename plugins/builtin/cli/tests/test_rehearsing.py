"""`--dry-run`: what a command would do is looked up and said, and nobody is asked to do it. And questions."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., Any]
Run = Callable[..., "subprocess.CompletedProcess[str]"]

STATUS = {"watch_paths": [{"path": "/srv/media", "state": "present"}]}
HOLD = {"hold_id": "wp-1", "path": "/srv/media", "missing": 300, "known": 1000, "examples": ["/srv/media/a\tb"]}


def agent(asked: dict[str, Any]) -> dict[str, Any]:
    answers: dict[str, dict[str, Any]] = {"status": STATUS, "holds": {"holds": [HOLD]}}
    return answers.get(asked["do"], {"deleted": 300})


@pytest.mark.parametrize(
    ("words", "would"),
    [
        (["accept", "/srv/media/films"], "Would take /srv/media/films as the same folder as before."),
        (["mark", "/srv/media"], "Would write .mosaicfs-folder into /srv/media."),
        (["crawl"], "Would look through /srv/media."),
        (["crawl", "/srv/media/films", "--now"], "Would look through /srv/media/films."),
        (
            ["holds", "confirm", "wp-1"],
            "Would look for 300 of 1,000 files of /srv/media again; those still missing would leave the index.",
        ),
    ],
)
def test_the_agent_is_only_asked_how_it_is(words: list[str], would: str, fake_agent: Start, mosaicfs: Run) -> None:
    duty = fake_agent(agent)
    done = mosaicfs("agent", *words, "-n")
    assert (done.stdout, done.returncode) == (f"{would} Nothing was changed.\n", 0)
    assert json.loads(mosaicfs("agent", *words, "--json", MOSAICFS_DRY_RUN="1").stdout)["dry_run"]
    assert {asked["do"] for asked in duty.asked} <= {"status", "holds"}


@pytest.mark.parametrize(
    "words", [["accept", "/srv"], ["mark", "/srv/media/films"], ["crawl", "/srv/mediathek"], ["holds", "confirm", "x"]]
)
def test_what_would_be_refused_is_refused(words: list[str], fake_agent: Start, mosaicfs: Run) -> None:
    fake_agent(agent)
    done = mosaicfs("agent", *words, "--dry-run")
    assert ("there are: " in done.stderr, done.stdout, done.returncode) == (True, "", 2)


def test_up_says_what_it_would_watch_and_makes_nothing(mosaicfs: Run, folder: Path, tmp_path: Path) -> None:
    done = mosaicfs("up", str(folder), "-n")
    file = tmp_path / "config/mosaicfs/mosaicfs.toml"
    assert done.stdout == (
        f"Would start MosaicFS and watch {folder}. Would save in {file}: {folder}. Nothing was changed.\n"
    )
    told = json.loads(mosaicfs("up", str(folder), "-n", "--json").stdout)
    assert (told["running"], told["new_watch_paths"], told["dry_run"]) == (False, [str(folder)], True)
    assert mosaicfs("up", str(tmp_path / "none"), "-n").returncode == 2
    assert mosaicfs("up", str(folder), "-n", "--listen", "http://0.0.0.0:1").returncode == 11
    assert {path.name for path in tmp_path.iterdir()} == {"runtime", "watched"}


def test_doctor_says_what_it_would_mend_and_mends_nothing(mosaicfs: Run, tmp_path: Path) -> None:
    state = tmp_path / "state/mosaicfs"
    state.mkdir(parents=True)
    state.chmod(0o755)
    done = mosaicfs("doctor", "--fix", "-n")
    assert f"Would do: chmod 700 {state}. Nothing was changed.\n" in done.stdout
    assert state.stat().st_mode & 0o777 == 0o755


def test_down_says_what_it_would_stop(mosaicfs: Run) -> None:
    assert mosaicfs("down", "-n").stdout == "Would stop: nothing. Nothing was changed.\n"


@pytest.mark.parametrize(("answer", "deleted"), [(b"y\n", True), (b"n\n", False), (b"\n", False)])
def test_a_person_is_shown_what_goes_and_asked(
    answer: bytes, deleted: bool, fake_agent: Start, surroundings: dict[str, str]
) -> None:
    duty = fake_agent(agent)
    ours, theirs = pty.openpty()
    program = str(Path(sys.executable).with_name("mosaicfs"))
    os.write(ours, answer)
    words = [program, "agent", "holds", "confirm", "wp-1"]
    done = subprocess.run(words, env=surroundings, stdin=theirs, stdout=theirs, stderr=theirs, check=False)
    os.close(theirs)
    shown = os.read(ours, 4096).decode()
    os.close(ours)
    assert "/srv/media/a\\x09b" in shown
    assert "300 of 1,000 files of /srv/media are missing." in shown
    assert ("Nothing was changed." in shown, done.returncode) == (not deleted, 0)
    assert ({"do": "confirm", "hold_id": "wp-1"} in duty.asked) is deleted
