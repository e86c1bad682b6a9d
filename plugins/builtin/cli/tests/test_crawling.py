"""Waiting for a crawl: an agent that takes its time, what is said meanwhile, and how the waiting ends."""

import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mosaicfs.model.json import JsonObject
from mosaicfs_cli.crawling import in_words
from mosaicfs_cli.supervising.progress import read_progress

PROGRAM = str(Path(sys.executable).with_name("mosaicfs"))
CRAWLER = {"phase": "walking", "watch_path": "/srv", "seen": 6120, "files_per_s": 900.0, "eta_s": 75.0}
CRAWLS = {"crawls": [{"watch_path": "/srv", "seen": 9000, "new": 12}]}


class SlowAgent:
    """Crawls until `done` is set; `asked` is set when somebody wants to know how far it is."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.done, self.asked = threading.Event(), threading.Event()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self.done.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._answer, args=(connection,))
            thread.start()
            self._threads.append(thread)

    def _answer(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            if json.loads(stream.readline())["do"] == "crawl":
                self.done.wait()
                answer: dict[str, Any] = CRAWLS
            else:
                self.asked.set()
                answer = {"crawler": CRAWLER}
            with suppress(BrokenPipeError):  # who asked may be gone
                connection.sendall(json.dumps(answer).encode() + b"\n")


@pytest.fixture
def slow(surroundings: dict[str, str]) -> Iterator[SlowAgent]:
    agent = SlowAgent(Path(surroundings["XDG_RUNTIME_DIR"], "mosaicfs", "agent.sock"))
    yield agent
    agent.close()


Start = Callable[..., Any]


@pytest.mark.patient
def test_it_waits_until_the_crawl_is_done_and_says_how_far_it_is(slow: SlowAgent, surroundings: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    words = [PROGRAM, "agent", "crawl", "--timeout", "0.1"]
    with subprocess.Popen(words, env=surroundings, stdout=subprocess.PIPE, stderr=theirs, text=True) as waiting:
        os.close(theirs)
        shown = b""
        while b"left" not in shown and select.select([ours], [], [], 30)[0]:
            shown += os.read(ours, 4096)
        slow.done.set()
        said, _ = waiting.communicate(timeout=30)
    os.close(ours)
    assert shown.decode().strip() == "walking /srv: 6,120 files so far, 900 a second, about 75 s left"
    assert said == "/srv: 9,000 files seen, 12 new, 0 changed, 0 moved, 0 deleted, 0 held\n"
    assert waiting.returncode == 0


@pytest.mark.patient
def test_an_interrupt_ends_the_waiting_and_says_that_the_crawl_goes_on(slow: SlowAgent, running: Start) -> None:
    with running("agent", "crawl") as waiting:
        assert slow.asked.wait(30)
        waiting.send_signal(signal.SIGINT)
        said, told = waiting.communicate(timeout=30)
    assert (said, told) == ("", "The crawl goes on. How far it is: mosaicfs status\n")
    assert waiting.returncode == 130


@pytest.mark.patient
def test_where_nobody_looks_nothing_is_said(slow: SlowAgent, running: Start) -> None:
    with running("agent", "crawl", "--json") as waiting:
        assert slow.asked.wait(30)
        slow.done.set()
        said, told = waiting.communicate(timeout=30)
    assert (json.loads(said), told, waiting.returncode) == (CRAWLS, "", 0)


@pytest.mark.parametrize(
    ("crawler", "words"),
    [
        ({"phase": "idle"}, "waiting for the crawl to begin"),
        ({"phase": "deleting", "watch_path": "/a", "seen": 1}, "deleting /a: 1 file so far"),
        (CRAWLER | {"eta_s": 7_800}, "walking /srv: 6,120 files so far, 900 a second, about 2 h 10 min left"),
    ],
)
def test_how_far_it_is_in_words(crawler: JsonObject, words: str) -> None:
    assert in_words(read_progress({"crawler": crawler})) == words
