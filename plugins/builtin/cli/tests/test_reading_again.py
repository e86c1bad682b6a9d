"""SIGHUP in real processes: the configuration is read again, and with a terminal that was closed everything ends."""

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Thread

import pytest

from plugins.builtin.cli.tests.conftest import PROGRAM

pytestmark = pytest.mark.journey

Process = subprocess.Popen[str]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., AbstractContextManager[Process]]

PATIENCE_S = 30.0


class Told:
    """What a process says on stdout and stderr, as it says it."""

    def __init__(self, process: Process) -> None:
        self.lines: list[str] = []
        for stream in (process.stdout, process.stderr):
            assert stream
            Thread(target=self.lines.extend, args=(stream,), daemon=True).start()

    def until(self, *words: str) -> str:
        end = time.monotonic() + PATIENCE_S
        while True:
            for line in list(self.lines):
                if all(word in line for word in words):
                    return line
            assert time.monotonic() < end, "".join(self.lines)
            time.sleep(0.02)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config/mosaicfs/mosaicfs.toml"
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("duty", [("agent",), ("server", "--listen", "http://127.0.0.1:0")])
def test_a_mistake_changes_nothing_and_what_is_right_holds_at_once(
    running: Start, config: Path, duty: tuple[str, ...]
) -> None:
    config.write_text("[cache]\nmax_bytes = 1000000\n")
    with running(*duty, "--json", "--log-format", "json", MOSAICFS_TRANSFER_LISTEN="127.0.0.1:0") as process:
        told = Told(process)
        told.until('"event": "ready"')
        config.write_text("[cache]\nmax_bites = 1\n")
        process.send_signal(signal.SIGHUP)
        assert f"{config}:2" in told.until("was not read again")
        config.write_text("[cache]\nmax_bytes = 2000000\n[logging]\nlevel = 'debug'\n[crawl]\nbatch_size = 3\n")
        process.send_signal(signal.SIGHUP)
        line = json.loads(told.until("was read again"))
        assert line["changed"] == ["cache.max_bytes", "logging.level"]
        assert line["after_a_restart"] == ["crawl.batch_size"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


def test_up_passes_it_on_and_another_folder_is_watched(
    running: Start, mosaicfs: Run, config: Path, folder: Path, tmp_path: Path
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    (more / "minutes.txt").write_text("agreed")
    config.write_text(f"[agent]\nwatch_paths = ['{folder}']\n")
    with running("up", "--json", "--listen", "http://127.0.0.1:0") as process:
        told = Told(process)
        told.until('"event": "indexed"')
        config.write_text(f"[agent]\nwatch_paths = ['{more}']\n")
        process.send_signal(signal.SIGHUP)

        def shown(name: str) -> bool:
            found = json.loads(mosaicfs("search", name, "--json").stdout)["files"]
            return bool(found["items"])

        end = time.monotonic() + 3 * PATIENCE_S
        while not shown("minutes") or shown("report"):
            assert time.monotonic() < end, (tmp_path / "state/mosaicfs/log/agent.log").read_text()
            time.sleep(0.2)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("verb", [("agent", "--watch"), ("up", "--listen", "http://127.0.0.1:0")])
def test_a_terminal_that_is_closed_takes_what_runs_in_it_along(
    verb: tuple[str, ...], surroundings: dict[str, str], folder: Path
) -> None:
    ours, theirs = pty.openpty()
    environment = surroundings | {"MOSAICFS_TRANSFER_LISTEN": "127.0.0.1:0"}
    with subprocess.Popen(
        [PROGRAM, *verb, str(folder)], env=environment, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL
    ) as process:
        try:
            os.close(theirs)
            said = b""
            while b"eady" not in said and b"Stop " not in said:
                said += os.read(ours, 4096)
            os.close(ours)
            process.send_signal(signal.SIGHUP)
            process.wait(PATIENCE_S)
        finally:
            process.kill()
