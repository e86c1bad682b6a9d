"""An agent that is killed again and again while files change: its plugin hears of every one, and of none twice at once.

A real agent, a plugin that is one file in the plugins folder, and a document that enables it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest
import trio

from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.document import Document
from mosaicfs.model.ids import plugin_id
from mosaicfs.model.role import CONTROL
from tests.journeys.conftest import in_full
from tests.journeys.machine import Machine, make_files

KILLS = 20 if in_full() else 2
FILES = 60
NODE = "node-desk"
NAME = "counter"

COUNTER = '''
"""Counts what it is shown, and how often."""
import os
import trio
from mosaicfs.errors import SourceUnavailableError
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.plugin_info import PluginInfo

PLUGIN = PluginInfo(name="counter", title="Counter", summary="Counts.", version="1", api=1)

def tell(*words):
    line = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(line, (" ".join(map(str, words)) + "\\n").encode())
    os.close(line)

@hookimpl
async def annotate(event, entry, path):
    tell("begin", os.getpid(), entry.file_id, event.name)
    await trio.sleep(0.01)
    try:
        size = 0 if path is None else path.stat().st_size
    except FileNotFoundError:
        raise SourceUnavailableError("The file", "it has gone elsewhere meanwhile") from None
    tell("end", os.getpid(), entry.file_id, event.name, entry.export_path, size)
    return {{"bytes": size}}
'''


class Desk(Machine):
    """Its plugin writes down when it begins with a file and when it ends."""

    @property
    def log(self) -> Path:
        return self.folder / "counter.log"

    def install(self) -> None:
        self.plant("counter.py", COUNTER.format(log=str(self.log)))

    def enable(self) -> None:
        body = {
            "type": "plugin",
            "node_id": NODE,
            "plugin_name": NAME,
            "plugin_type": "python",
            "name": "Counter",
            "enabled": True,
            "subscribed_events": ["file.added", "file.modified", "file.moved", "file.deleted"],
            "max_attempts": 50,
            "created_at": "2026-01-01T00:00:00Z",
        }
        trio.run(self._put, Document(plugin_id(NODE, NAME), "", json.dumps(body).encode()))

    async def _put(self, document: Document) -> None:
        async with open_store(self.folder / "state" / "mosaicfs" / "mosaicfs.db", self.runtime / "bell") as store:
            (row,) = await store.write([document], writer=CONTROL)
            assert not row.error, row.reason

    def lines(self) -> list[list[str]]:
        text = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        return [line.split(" ") for line in text.splitlines()]

    def has_heard(self, lines: int) -> bool:
        return len(self.lines()) >= lines

    def seen(self) -> dict[str, int]:
        """Path and size of each file, as the plugin was shown it last."""
        known: dict[str, tuple[str, int]] = {}
        for word, _, file, event, *what in self.lines():
            if word == "end" and event == "file.deleted":
                known.pop(file, None)
            elif word == "end":
                known[file] = what[0], int(what[1])
        return dict(known.values())

    def missing(self) -> set[tuple[str, int]]:
        """What it has not seen as it is, or was not told the end of."""
        return set(self.seen().items()) ^ set(self.truth().items())

    def truth(self) -> dict[str, int]:
        return {str(path): path.stat().st_size for path in self.files.rglob("*") if path.is_file()}

    def agent(self) -> int:
        """Its process; 0 while there is none."""
        children = subprocess.run(["pgrep", "-P", str(self.pid)], capture_output=True, text=True, check=False).stdout
        for pid in map(int, children.split()):
            words = _command(pid)
            if "agent" in words:
                return pid
        return 0

    def kill_agent(self) -> None:
        """And begin anew: who only restarts what dies waits longer each time."""
        os.kill(self.agent(), signal.SIGKILL)
        self.stop()
        self.up()


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return []


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path / "desk")
    yield found
    found.close()


def test_no_event_is_lost_by_an_agent_that_is_killed(desk: Desk) -> None:
    chance = Random(7)
    make_files(desk.files, FILES)
    desk.install()
    desk.up()
    desk.event("indexed")
    desk.enable()
    for kill in range(KILLS):
        desk.until(desk.lines, "The first event")
        _change(desk.files, chance, kill)
        desk.until(partial(desk.has_heard, len(desk.lines()) + chance.randrange(1, 9)), "Further events")
        desk.kill_agent()
    desk.until(lambda: desk.total("--node", NODE) == len(desk.truth()), "The index", 120)
    desk.crawl()
    desk.until(lambda: not desk.missing(), f"What the plugin is shown; it lacks {desk.missing()}", 120)
    _never_twice_at_once(desk.lines())
    _annotated(desk)
    said = len(desk.lines())
    assert desk.run("plugins", "sync", NODE, NAME, timeout=120).returncode == 0
    assert len(desk.lines()) == said, "a full sync asked although nothing had changed"
    assert desk.ask("plugins", "jobs", NODE, NAME, "--status", "failed")["items"] == []


def _change(folder: Path, chance: Random, kill: int) -> None:
    """New ones, grown ones, moved ones and a few that go."""
    known = sorted(path for path in folder.rglob("*.txt"))
    below = folder / f"after-{kill}"
    below.mkdir()
    for number in range(10):
        (below / f"new-{number}.txt").write_bytes(b"n" * (number + 1))
    for path in chance.sample(known, 8):
        path.write_bytes(b"g" * chance.randrange(10, 1_000))
    for path in chance.sample(known, 3):
        path.rename(path.with_name(f"moved-{kill}-{path.name}"))
    for path in chance.sample([path for path in known if path.exists()], 3):
        path.unlink()


def _never_twice_at_once(lines: list[list[str]]) -> None:
    """In the life of one agent; what a kill cut off has no end."""
    at_work: set[tuple[str, str]] = set()
    for word, pid, file, *_ in lines:
        if word == "begin":
            assert (pid, file) not in at_work, f"two jobs of {file} at once"
            at_work.add((pid, file))
        else:
            at_work.discard((pid, file))


def _annotated(desk: Desk) -> None:
    for path, size in sorted(desk.truth().items())[::20]:
        said = desk.ask("annotations", "show", f"{NODE}:{path}", "--plugin", NAME)
        assert said["data"] == {"bytes": size}
