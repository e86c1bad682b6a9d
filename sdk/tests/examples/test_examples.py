"""Each example does what it says."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from mosaicfs_sdk import examples
from mosaicfs_sdk.conformance.annotate import AnnotateConformance, Sample
from mosaicfs_sdk.examples import shouting, word_search

FILE_ID = "file::0195c1de-0000-7000-8000-000000000001"
SHELL = Path(examples.__file__).with_name("pdf_pages")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Pages/Count 2>>endobj\n2 0 obj<</Type /Page>>endobj\n3 0 obj<</Type/Page/X 1>>endobj\n"


class TestShouting(AnnotateConformance):
    plugin = shouting
    telling = Sample("report.txt", "text/plain", b"A title")
    boring = Sample("empty.txt", "text/plain", b"123")


def run_shell(event: str, path: Path | None) -> subprocess.CompletedProcess[str]:
    payload = {"file_id": FILE_ID, "content_path": path and str(path)}
    envelope = json.dumps({"event": event, "protocol": 1, "config": {}, "payload": payload})
    clean = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
    return subprocess.run([SHELL], input=envelope, capture_output=True, text=True, env=clean, check=False)


@pytest.mark.parametrize(("content", "told"), [(PDF, {"pages": 2}), (b"no pdf", {})])
def test_the_shell_counts_pages(tmp_path: Path, content: bytes, told: object) -> None:
    path = tmp_path / "a report.pdf"
    path.write_bytes(content)
    done = run_shell("file.added", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == told


def test_the_shell_says_what_can_be_done(tmp_path: Path) -> None:
    assert json.loads(run_shell("file.deleted", None).stdout) is None
    assert json.loads(run_shell("label.assigned", tmp_path).stdout) is None
    assert run_shell("file.added", tmp_path / "gone.pdf").returncode == 66
    assert run_shell("file.added", tmp_path / 'a"quote.pdf').returncode == 65


def test_the_sidecar_of_the_shell_names_it() -> None:
    told = json.loads(SHELL.with_name(f"{SHELL.name}.json").read_text())
    assert told["name"] == SHELL.name
    assert os.access(SHELL, os.X_OK)


@contextmanager
def running(path: Path) -> Iterator[None]:
    """The process as a person starts it; it ends when it is told to."""
    with subprocess.Popen([sys.executable, "-m", word_search.__name__, str(path)]) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
    assert not path.exists()


async def line_to(path: Path) -> socket.socket:
    while True:  # the timeout of the test is the limit
        line = socket.socket(socket.AF_UNIX)
        try:
            line.connect(str(path))
        except OSError:
            line.close()
            await trio.sleep(0.02)
        else:
            return line


async def test_the_search_engine_finds_what_it_heard_of(tmp_path: Path) -> None:
    place, file = tmp_path / "word-search.sock", tmp_path / "a.txt"
    file.write_text("Money came in.")
    with running(place), closing(await line_to(place)) as line:
        answers = line.makefile("r")

        def ask(message: dict[str, Any]) -> Any:
            line.sendall(json.dumps(message).encode() + b"\n")
            return json.loads(answers.readline())

        assert ask({"type": "hello", "protocols": [1], "config": {}})["info"]["name"] == "word-search"
        payload = {"file_id": FILE_ID, "content_path": str(file)}
        assert ask({"type": "event", "event": "file.added", "sequence": 1, "payload": payload}) == {"ack": 1}
        asked = {"type": "query", "id": "r1", "payload": {"query": "money IN", "limit": 20}}
        assert [each["file_id"] for each in ask(asked)["result"]["results"]] == [FILE_ID]
        answers.close()
