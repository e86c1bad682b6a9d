"""The README's first replication, word for word, by a newcomer with an empty home."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_first_replication_does_what_the_readme_says(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), **{f"XDG_{name}": str(tmp_path / name) for name in XDG}}
    (tmp_path / "files").mkdir()
    with started({**os.environ, **home}, tmp_path / "files") as address:
        told = run_by_hand(example().replace("http://127.0.0.1:8440", address), {**os.environ, **home})
    assert re.fullmatch(r"1 sent, [0-9]+ received\n", told)


XDG = ("CONFIG_HOME", "STATE_HOME", "CACHE_HOME", "DATA_HOME", "RUNTIME_DIR")


def example() -> str:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```sh\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    return str(block)


@contextmanager
def started(environment: dict[str, str], watched: Path) -> Iterator[str]:
    """`make up`, at a port that is free."""
    program = Path(sys.executable).with_name("mosaicfs")
    with subprocess.Popen(
        [program, "up", str(watched), "--json", "--no-mount"], env=environment, stdout=subprocess.PIPE, text=True
    ) as up:
        try:
            yield ready(up)["url"]
        finally:
            up.send_signal(signal.SIGINT)
            assert up.wait(timeout=20) == 0


def ready(up: subprocess.Popen[str]) -> dict[str, str]:
    assert up.stdout
    for line in up.stdout:
        if (told := json.loads(line))["event"] == "ready":
            return dict(told)
    raise AssertionError(f"mosaicfs up ended with {up.wait()} before it was ready")


def run_by_hand(script: str, environment: dict[str, str]) -> str:
    """The example finds the program in the checkout's .venv, as its reader would."""
    bash = ["bash", "-ec", script]
    ran = subprocess.run(bash, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
