"""Whoever types `mosaicfs plugins list` sees which plugin does not work, why, and what to type next."""

from __future__ import annotations

import os
import pty
import subprocess
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.machine import PROGRAM, Machine
from tests.journeys.test_process_plugins import enable, node_of

ANNOTATOR = """
import trio
from mosaicfs.hookspecs import hookimpl

@hookimpl
async def annotate(event, path):
    {body}
"""
BODIES = {
    "good": "return {'looked': True}",
    "idle": "return {}",
    "failing": "raise ValueError('the model is not there')",
    "slow": "await trio.sleep_forever()",
}
FILES = 8


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine")
    sources = {"broken": "import no_such_module\n"} | {k: ANNOTATOR.format(body=body) for k, body in BODIES.items()}
    for name, source in sources.items():
        found.plant(f"{name}.py", source)
    for number in range(FILES):
        (found.files / f"{number}.txt").write_text("x" * number)
    yield found
    found.close()


def listed(machine: Machine) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in machine.ask("plugins", "list")["items"]}


def seen(machine: Machine) -> str:
    """As it looks in a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 80))
    environment = machine.environment | {"NO_COLOR": "1"}
    with subprocess.Popen([PROGRAM, "plugins", "list"], env=environment, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        text = b""
        while piece := _read(ours):
            text += piece
        os.close(ours)
        assert process.wait(60) == 0
    return text.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    """A terminal that nobody writes to any more is an error on Linux."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_each_plugin_is_named_with_its_standing_the_cause_and_the_next_step(machine: Machine) -> None:
    before = listed(machine)
    assert (before["good"]["standing"], before["good"]["reason"]) == ("disabled", "available, not enabled")
    machine.up()
    machine.event("indexed")
    at_once = listed(machine)
    assert {at_once[name]["reason"] for name in BODIES} == {"available, not enabled"}
    assert at_once["broken"]["standing"] == "refused"
    node = node_of(machine)
    for name in ("broken", "failing", "good", "slow"):
        enable(machine, node, name, "python", subscribed_events=("file.added",), timeout_s=1)
    enable(machine, node, "gone", "executable", subscribed_events=("file.added",))
    troubles = {"broken": "refused", "failing": "failing", "slow": "failing", "gone": "missing", "good": "ready"}

    def are_told() -> bool:
        now = listed(machine)
        return {name: now[name]["standing"] for name in troubles if name in now} == troubles

    machine.until(are_told, "What the agent tells of its plugins")
    now = listed(machine)
    assert (now["good"]["reason"], now["good"]["next_step"], now["good"]["failed"]) == ("", "", 0)
    assert now["idle"]["reason"] == "available, not enabled"
    text = seen(machine)
    retry = f"It is asked again after a rest, and sooner with: mosaicfs plugins retry {node}"
    for told in (
        "broken: refused\n  import failed: ModuleNotFoundError: No module named 'no_such_module' (broken.py:1)\n",
        "\n  Look closer, mend it and look again: mosaicfs plugins check broken\n",
        f"failing: failing\n  annotate: ValueError: the model is not there\n  {retry} failing\n",
        f"slow: failing\n  annotate: The plugin slow failed: no answer within 1 s.\n  {retry} slow\n",
        "gone: missing\n  there is no executable gone in ",
        f"What is available is enabled with: mosaicfs plugins add {node} NAME\n",
    ):
        assert told in text, text
    assert "Traceback" not in text
    assert all(len(line) <= 80 for line in text.partition("\n\n")[0].splitlines())


def test_the_api_names_the_same_standing(machine: Machine) -> None:
    machine.up()
    machine.event("indexed")
    enable(machine, node_of(machine), "broken", "python", subscribed_events=("file.added",))

    def told() -> list[Any]:
        found = machine.ask("api", "GET", "/api/plugins")["items"]
        return [(each["plugin_name"], each["standing"]) for each in found]

    machine.until(lambda: told() == [("broken", "refused")], "What the API tells")
