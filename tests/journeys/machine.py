"""A machine with one person on it: `mosaicfs up` over folders of hers, and the commands that she types beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.journeys.conftest import free_port
from tests.journeys.waiting import START_S, until

LINES = 120
"""The end of a log, with the last words of a process that has many threads."""

LAST_WORDS_S = 0.5
PROGRAM = str(Path(sys.executable).with_name("mosaicfs"))


class Machine:
    """All that MosaicFS writes lies below `folder`; `home` is what she would call her files."""

    def __init__(self, folder: Path, *, program: str = PROGRAM, **settings: str) -> None:
        self.program = program
        self.folder = folder
        self.files = folder / "files"
        self.files.mkdir(parents=True)
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MOSAICFS_")},
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(runtime),
            **{f"XDG_{kind.upper()}_HOME": str(folder / kind) for kind in ("state", "config", "cache", "data")},
            "MOSAICFS_AGENT_NAME": "desk",
            "MOSAICFS_TRANSFER_LISTEN": "127.0.0.1:0",
            "PYTHONFAULTHANDLER": "1",
            **settings,
        }
        self.runtime = runtime / "mosaicfs"
        self._listen = f"http://127.0.0.1:{free_port()}"
        self._up: subprocess.Popen[str] | None = None
        self._log = folder / "up.log"

    def plant(self, name: str, content: str, mode: int = 0o644) -> Path:
        """A plugin of hers, in the folder where they are looked for."""
        planted = self.plugins / name
        planted.write_text(content, encoding="utf-8")
        planted.chmod(mode)
        return planted

    @property
    def plugins(self) -> Path:
        folder = self.folder / "data" / "mosaicfs" / "plugins"
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        return folder

    # --- the supervisor ------------------------------------------------------------------------------------------

    def up(
        self, *arguments: str, paths: tuple[Path, ...] | None = None, page: bool = False, mount: Path | None = None
    ) -> dict[str, Any]:
        """Start it and return its `ready` event. It listens where no other machine of a test does; `page` by wish."""
        if "--listen" not in arguments and "MOSAICFS_SERVER_LISTEN" not in self.environment:
            arguments = ("--listen", self._listen, *arguments)
        watched = [str(path) for path in ((self.files,) if paths is None else paths)]
        shown = [*([] if page else ["--no-web"]), *(["--mount-point", str(mount)] if mount else ["--no-mount"])]
        command = [self.program, "up", *watched, "--json", *shown, *arguments]
        with self._log.open("a") as log:
            self._up = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
            )
        return self.event("ready")

    def event(self, name: str) -> dict[str, Any]:
        """The next one of that name on the supervisor's output."""
        assert self._up is not None
        assert self._up.stdout is not None
        for line in self._up.stdout:
            told: dict[str, Any] = json.loads(line)
            if told.get("event") == name:
                return told
        raise AssertionError(f"up ended without {name!r}:\n{self._log.read_text()}")

    @property
    def pid(self) -> int:
        assert self._up is not None
        return self._up.pid

    def processes(self) -> list[int]:
        """The supervisor's, and those of all that it has started."""
        return [] if self._up is None else _with_children(self.pid)

    def stop(self, how: int = signal.SIGINT) -> int:
        assert self._up is not None
        self._up.send_signal(how)
        assert self._up.stdout is not None
        self._up.stdout.read()
        code = self._up.wait(30)
        self._up.stdout.close()
        self._up = None
        return code

    def close(self) -> None:
        if self._up is not None:
            self.stop(signal.SIGKILL)

    # --- what she types ------------------------------------------------------------------------------------------

    def run(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def ask(self, *arguments: str, timeout: float = 60) -> Any:
        """The one JSON object that a command answers with."""
        told = self.run(*arguments, "--json", timeout=timeout)
        assert told.returncode == 0, told.stderr
        return json.loads(told.stdout)

    def found(self, word: str, *more: str) -> list[dict[str, Any]]:
        told = self.run("search", word, *more, "--json")
        assert told.returncode == 0, told.stderr
        return [item for line in told.stdout.splitlines() for item in _items(json.loads(line))]

    def paths(self, word: str, *more: str) -> set[str]:
        return {item["source"]["export_path"] for item in self.found(word, *more)}

    def listed(self, *filters: str) -> list[dict[str, Any]]:
        """The lines of `files list`; the last one has the totals."""
        told = self.run("files", "list", *filters, "--json")
        assert told.returncode == 0, told.stderr
        return [json.loads(line) for line in told.stdout.splitlines()]

    def total(self, *filters: str) -> int:
        return int(self.listed("--limit", "1", *filters)[-1]["total"])

    def crawl(self) -> dict[str, Any]:
        told: dict[str, Any] = self.ask("agent", "crawl", "--now", timeout=300)
        return told

    def until(self, true: Callable[[], object], what: str, within_s: float = START_S) -> float:
        try:
            return until(true, what, within_s)
        except AssertionError as late:
            late.add_note(self._said())
            raise

    def _said(self) -> str:
        """What it did instead: its processes end, each with where it stood, and the end of each log has it."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGABRT)
        time.sleep(LAST_WORDS_S)
        logs = {path.name: path.read_text(errors="replace").splitlines() for path in sorted(self.folder.glob("*.log"))}
        return "\n".join(f"{name} of {self.folder.name}:\n" + "\n".join(lines[-LINES:]) for name, lines in logs.items())

    def left_behind(self) -> list[str]:
        """Processes, sockets and locks of this machine that should be gone."""
        pids = subprocess.run(["pgrep", "-f", str(self.folder)], capture_output=True, text=True, check=False).stdout
        sockets = [str(path) for path in self.runtime.rglob("*") if path.is_socket()] if self.runtime.exists() else []
        return [*pids.split(), *sockets]


def _with_children(pid: int) -> list[int]:
    """Each thread has its own."""
    told = [each.read_text().split() for each in Path(f"/proc/{pid}/task").glob("*/children")]
    return [pid, *(each for children in told for child in children for each in _with_children(int(child)))]


def _items(told: dict[str, Any]) -> list[dict[str, Any]]:
    """One object, or with `--all` one object a line."""
    if "files" in told:
        return list(told["files"]["items"])
    return [told] if "file_id" in told else []


def make_files(folder: Path, count: int, each: int = 100) -> None:
    for start in range(0, count, each):
        below = folder / f"{start // each:04}"
        below.mkdir(parents=True)
        for number in range(start, min(start + each, count)):
            (below / f"file-{number:06}.txt").write_bytes(b"x")
