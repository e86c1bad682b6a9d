"""A plugin that nobody here wrote is tried as far as that can be done without its author."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mosaicfs_sdk import examples
from mosaicfs_sdk.checking.samples import boring_samples, samples, wanted
from mosaicfs_sdk.checking.suites import suite_of
from mosaicfs_sdk.conformance.annotate import AnnotateConformance
from mosaicfs_sdk.examples import word_search
from mosaicfs_sdk.scaffold.writing import NewPlugin, write_plugin


def checks(word: Path, home: Path) -> list[dict[str, str]]:
    places = {f"XDG_{name}": str(home / name) for name in ("CONFIG_HOME", "STATE_HOME", "CACHE_HOME", "DATA_HOME")}
    environment = {**os.environ, **places, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    command = [sys.executable, "-m", "mosaicfs_sdk.checking", str(word)]
    done = subprocess.run(command, env=environment, input="{}", capture_output=True, text=True, check=True, timeout=250)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.journey
@pytest.mark.parametrize("kind", ["annotate", "bridge", "target", "face", "file"])
def test_what_was_just_begun_passes(kind: str, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    found = checks(write_plugin(NewPlugin(kind, "my-thing"), tmp_path), tmp_path / "home")
    assert [each for each in found if each["status"] == "fail"] == []
    assert found[-1]["id"] == "tests"


def test_a_plugin_that_prints_disturbs_nobody(tmp_path: Path) -> None:
    path = tmp_path / "loud.py"
    path.write_text(
        "from mosaicfs.hookspecs import hookimpl\nprint('hello')\n\n"
        "@hookimpl\nasync def annotate(event, path):\n    print('{}')\n    return None\n"
    )
    path.chmod(0o644)
    found = checks(path, tmp_path)
    assert {each["status"] for each in found} <= {"ok", "skip"}


@pytest.mark.journey
def test_a_program_is_asked_as_the_agent_would_ask_it(tmp_path: Path) -> None:
    """Once for each check, in the sandbox that this machine has."""
    found = checks(Path(examples.__file__).with_name("pdf_pages"), tmp_path)
    assert {each["status"] for each in found} == {"ok"}
    assert "process: it ends when it is told to" in {each["title"] for each in found}
    assert "annotate: the file is left as it was" in {each["title"] for each in found}


STATUSES = ("ok", "skip", "fail")
CARELESS = """\
#!/bin/sh
cat >/dev/null
echo 'looking at it'
echo '{"pages": 1}'
"""


def test_what_a_careless_program_does_wrong_is_named(tmp_path: Path) -> None:
    program = tmp_path / "careless"
    program.write_text(CARELESS)
    program.chmod(0o755)
    failed = {each["title"] for each in checks(program, tmp_path) if each["status"] == "fail"}
    assert {each for each in failed if each.startswith("process: garbage")}
    assert "process: an event is answered by one object or refused by a code" in failed


@contextmanager
def listening(path: Path) -> Iterator[None]:
    with subprocess.Popen([sys.executable, "-m", word_search.__name__, str(path)]) as process:
        try:
            while not path.exists():
                time.sleep(0.02)
            yield
        finally:
            process.terminate()


@pytest.mark.journey
def test_a_service_that_runs_is_spoken_to_and_not_ended() -> None:
    with TemporaryDirectory(prefix="m-") as folder:
        path = Path(folder) / "word-search.sock"
        with listening(path):
            found = checks(path, Path(folder))
            titles = {status: [each["title"] for each in found if each["status"] == status] for status in STATUSES}
            assert titles["fail"] == []
            ends = ["process: it ends when it is told to", "process: it begins anew over what a kill left"]
            assert titles["skip"] == ends
            assert "process: each event is acked once and nothing else is" in titles["ok"]
            assert path.exists()


def test_a_service_that_serves_another_agent_is_left_alone() -> None:
    with TemporaryDirectory(prefix="m-") as folder, line_at(Path(folder) / "busy.sock"):
        (found,) = checks(Path(folder) / "busy.sock", Path(folder))
        assert found["status"] == "skip"
        assert "says no hello" in found["detail"]


@contextmanager
def line_at(path: Path) -> Iterator[None]:
    """Bound, and nobody ever accepts."""
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))
        bound.listen()
        yield


def test_a_hook_without_a_suite_has_none() -> None:
    assert suite_of("nothing") is None
    assert suite_of("annotate") is AnnotateConformance


def test_only_samples_that_its_subscription_would_bring_are_shown() -> None:
    assert {each.mime_type for each in wanted(samples(), ["image/*"])} == {"image/gif"}
    assert len(wanted(boring_samples(), [])) == len(list(samples()))
