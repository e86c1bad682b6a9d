"""`up` with real duties: from nothing to an index that is searched, and all the ways in which it ends."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from mosaicfs_cli.supervising.leftovers import is_duty

pytestmark = pytest.mark.journey

Process = subprocess.Popen[str]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., AbstractContextManager[Process]]
Up = Callable[..., AbstractContextManager["Running"]]

ANYWHERE = ("--listen", "http://127.0.0.1:0")
PATIENCE_S = 30.0


class Running:
    """An `up --json` that is ready; `told` are its events by name."""

    def __init__(self, process: Process, lock: Path) -> None:
        self.process = process
        self.lock = lock
        self.told: dict[str, dict[str, Any]] = {}
        self.until("ready")

    def until(self, event: str) -> dict[str, Any]:
        assert self.process.stdout
        for line in self.process.stdout:
            said = json.loads(line)
            self.told[said["event"]] = said
            if said["event"] == event:
                return dict(said)
        raise AssertionError(f"it ended: {self.process.stderr.read() if self.process.stderr else ''}")

    def pid(self, duty: str) -> int:
        """0 while it does not run."""
        try:
            noted = json.loads(self.lock.read_text().splitlines()[1])["duties"]
        except (IndexError, ValueError):
            return 0  # caught while it is written
        return next(int(each["pid"]) for each in noted if each["duty"] == duty and each["state"] == "running")

    def stop(self, by: signal.Signals = signal.SIGINT) -> None:
        self.process.send_signal(by)
        self.process.communicate(timeout=PATIENCE_S)


@pytest.fixture
def up(running: Start, folder: Path, tmp_path: Path) -> Up:
    @contextmanager
    def start(*arguments: str) -> Iterator[Running]:
        with running("up", str(folder), "--json", *ANYWHERE, *arguments) as process:
            here = Running(process, tmp_path / "runtime/mosaicfs/up.lock")
            try:
                yield here
            finally:
                if process.poll() is None:
                    here.stop()

    return start


def until(true: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=10):
            return True
    except HTTPError:
        return True
    except OSError:
        return False


def test_it_indexes_what_it_is_given_and_says_so(up: Up, mosaicfs: Run, folder: Path, tmp_path: Path) -> None:
    with up() as here:
        started, ready = here.told["started"], here.told["ready"]
        assert (started["pid"], started["new"]) == (here.process.pid, True)
        assert ready["watch_paths"] == [str(folder)]
        assert answers(ready["url"])
        assert here.until("indexed")["files"] == 1
        found = json.loads(mosaicfs("search", "report", "--json").stdout)["files"]
        assert [file["source"]["export_path"] for file in found["items"]] == [str(folder / "report.txt")]
        here.stop()
        assert here.process.returncode == 0
        assert not answers(ready["url"])
    left = [path for path in (tmp_path / "runtime").rglob("*") if not path.is_dir()]
    assert [path for path in left if not path.name.startswith("reads-")] == [], "what was read is counted on"
    assert [path.name for path in folder.iterdir()] == ["report.txt"]


def test_the_block_for_people_says_where_everything_is(running: Start, folder: Path) -> None:
    with running("up", str(folder), *ANYWHERE) as process:
        assert process.stdout
        title, _, *lines = takewhile(lambda line: not line.startswith("  Stop"), process.stdout)
        assert "MosaicFS" in title
        assert "new instance “" in title
        told = {line.split("  ")[1]: line.split(maxsplit=1)[1].strip() for line in lines}
        assert told["Watching"].startswith(str(folder))
        assert answers(next(word for fact in told.values() for word in fact.split() if word.startswith("http")))
        assert "Mount" not in told
        assert process.stdout.readline() == "\n"
        assert process.stdout.readline().startswith("Indexed 1 file (9 B) in ")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert (said, process.returncode) == ("Stopping…\n", 0)


def is_open(path: Path) -> bool:
    """To anybody else. A journal of SQLite may be gone by now."""
    try:
        return bool(path.stat().st_mode & 0o077)
    except FileNotFoundError:
        return False


def test_everything_it_writes_is_private_and_in_its_places(up: Up, folder: Path, tmp_path: Path) -> None:
    with up():
        kept = [path for place in ("state", "cache") for path in (tmp_path / place / "mosaicfs").rglob("*")]
        written = [*kept, tmp_path / "config/mosaicfs/mosaicfs.toml"]
        assert [str(path) for path in written if is_open(path)] == []
        assert f'watch_paths = ["{folder}"]' in written[-1].read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"state", "cache", "runtime", "config", "watched"}


def test_a_path_that_does_not_exist_exits_2_before_anything_is_made(mosaicfs: Run, tmp_path: Path) -> None:
    done = mosaicfs("up", str(tmp_path / "none"))
    assert (done.stdout, done.returncode) == ("", 2)
    assert "does not exist" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"runtime"}


def test_once_indexes_and_ends(mosaicfs: Run, folder: Path) -> None:
    done = mosaicfs("up", str(folder), *ANYWHERE, "--once", "--json")
    events = [json.loads(line)["event"] for line in done.stdout.splitlines()]
    assert [each for each in events if each != "unavailable"][:2] == ["started", "ready"]
    assert events[-2:] == ["indexed", "stopped"]
    assert done.returncode == 0


def test_a_second_up_adds_its_folders_and_exits_0(up: Up, mosaicfs: Run, folder: Path, tmp_path: Path) -> None:
    more = tmp_path / "more"
    more.mkdir()
    (more / "letter.txt").write_text("dear")
    with up() as here:
        here.until("indexed")
        done = mosaicfs("up", str(more))
        assert done.returncode == 0, done.stderr
        assert f"already running, pid {here.process.pid}, since " in done.stdout
        assert str(more) in done.stdout
        assert f'watch_paths = ["{folder}", "{more}"]' in (tmp_path / "config/mosaicfs/mosaicfs.toml").read_text()
        until(lambda: "letter.txt" in mosaicfs("search", "letter").stdout, "the new folder is indexed")


def test_an_option_that_would_change_what_runs_exits_3(up: Up, mosaicfs: Run) -> None:
    with up():
        done = mosaicfs("up", "--listen", "http://127.0.0.1:0")
        assert (done.stdout, done.returncode) == ("", 3)
        assert "--listen cannot change while it runs" in done.stderr


@pytest.mark.parametrize("duty", ["server", "agent"])
def test_a_duty_that_is_killed_comes_back_and_the_other_stays(duty: str, up: Up, mosaicfs: Run) -> None:
    other = {"server": "agent", "agent": "server"}[duty]
    with up() as here:
        here.until("indexed")
        killed, kept, url = here.pid(duty), here.pid(other), here.told["ready"]["url"]
        os.kill(killed, signal.SIGKILL)

        def is_back() -> bool:
            try:
                return here.pid(duty) not in (0, killed)
            except StopIteration:
                return False

        until(is_back, "it is started again")
        assert here.pid(other) == kept
        assert answers(url)
        assert "report.txt" in mosaicfs("search", "report").stdout
        assert mosaicfs("agent", "holds").returncode == 0


def test_children_end_with_a_supervisor_that_is_killed_and_up_works_again(up: Up, mosaicfs: Run) -> None:
    with up() as here:
        here.until("indexed")
        instance, pids = here.told["started"]["instance_id"], [here.pid("server"), here.pid("agent")]
        assert all(map(is_duty, pids))
        here.process.kill()
        here.process.wait()
        with up() as again:
            assert not any(map(is_duty, pids))
            assert (again.told["started"]["instance_id"], again.told["started"]["new"]) == (instance, False)
            again.until("indexed")
            assert "report.txt" in mosaicfs("search", "report").stdout


def test_down_ends_it_from_another_terminal(up: Up, mosaicfs: Run) -> None:
    with up() as here:
        done = mosaicfs("down", "--json")
        assert (json.loads(done.stdout), done.returncode) == ({"stopped": ["server", "agent"]}, 0)
        here.process.communicate(timeout=PATIENCE_S)
        assert here.process.returncode == 0


def test_detached_it_goes_on_until_it_is_told_to_stop(mosaicfs: Run, folder: Path, tmp_path: Path) -> None:
    done = mosaicfs("up", str(folder), *ANYWHERE, "--detach")
    try:
        assert done.returncode == 0, done.stderr
        assert str(folder) in done.stdout
        status = json.loads(mosaicfs("status", "--json").stdout)
        assert [duty["duty"] for duty in status["here"]["duties"]] == ["server", "agent"]
        assert status["control_plane"]["reachable"]
    finally:
        assert mosaicfs("down").stdout == "Stopped: server, agent.\n"
    assert not (tmp_path / "runtime/mosaicfs/up.lock").exists()


def test_a_second_signal_ends_it_at_once(up: Up) -> None:
    with up() as here:
        pids = [here.pid("server"), here.pid("agent")]
        os.kill(here.process.pid, signal.SIGSTOP)
        os.kill(pids[0], signal.SIGSTOP)  # it cannot end in an orderly way
        os.kill(here.process.pid, signal.SIGCONT)
        here.process.send_signal(signal.SIGINT)
        assert here.process.stderr
        until(lambda: not is_duty(pids[1]), "the other duty ends")
        here.process.send_signal(signal.SIGINT)
        here.process.communicate(timeout=PATIENCE_S)
        assert here.process.returncode == 130
        until(lambda: not any(map(is_duty, pids)), "no child is left")


def test_it_steps_aside_when_its_port_is_taken(running: Start, folder: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8440))
            taken.listen()
        except OSError:
            pass  # somebody else holds it, which is all that is needed
        with running("up", str(folder), "--json") as process:
            here = Running(process, tmp_path / "runtime/mosaicfs/up.lock")
            url = here.told["ready"]["url"]
            assert url.startswith("http://127.0.0.1:")
            assert url != "http://127.0.0.1:8440"
            assert answers(url)
            here.stop()


def test_a_duty_that_waits_for_its_store_says_why(running: Start, folder: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        store = {"MOSAICFS_STORE_DRIVER": "couchdb", "MOSAICFS_STORE_URL": url}
        with running("up", str(folder), *ANYWHERE, **store) as process:
            assert process.stderr
            line = process.stderr.readline()
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE_S)
    assert line.startswith(f"The server ended (exit code 10). The document store at {url}/mosaicfs cannot be reached: ")
    assert process.returncode == 0


def test_a_duty_that_never_comes_up_ends_it_with_its_own_words(mosaicfs: Run, folder: Path, tmp_path: Path) -> None:
    database = tmp_path / "state/mosaicfs/mosaicfs.db"
    database.parent.mkdir(parents=True, mode=0o700)
    database.write_bytes(b"these are my holiday notes" * 100)
    done = mosaicfs("up", str(folder), *ANYWHERE)
    assert done.stderr.splitlines()[-1].startswith(f"{database} is not a MosaicFS database")
    assert (done.stdout, done.returncode) == ("", 11)
    assert database.read_bytes() == b"these are my holiday notes" * 100
