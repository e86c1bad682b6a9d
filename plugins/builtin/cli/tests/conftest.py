"""The real program in a real process, with directories of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).with_name("mosaicfs"))


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing of this machine's user is seen."""
    names = {"STATE_HOME": "state", "CONFIG_HOME": "config", "CACHE_HOME": "cache", "DATA_HOME": "data"}
    directories = {f"XDG_{name}": str(tmp_path / folder) for name, folder in names.items()}
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime), **directories}


@pytest.fixture
def mosaicfs(surroundings: dict[str, str]) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        whole = [PROGRAM, *arguments]
        environment = surroundings | variables
        return subprocess.run(whole, env=environment, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.fixture
def running(surroundings: dict[str, str]) -> Callable[..., object]:
    """A duty in the background that is gone at the end, whatever happened."""

    @contextmanager
    def start(*arguments: str, **variables: str) -> Iterator["subprocess.Popen[str]"]:
        with subprocess.Popen(
            [PROGRAM, *arguments],
            env=surroundings | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    return start
