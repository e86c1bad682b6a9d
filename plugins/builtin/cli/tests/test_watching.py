"""`status --watch`: what is new, each time it is, until somebody interrupts."""

import json
import signal
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

Start = Callable[..., Any]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
Begin = Callable[..., AbstractContextManager["subprocess.Popen[str]"]]


@pytest.mark.patient
def test_each_line_is_a_state_that_differs_from_the_one_before(fake_agent: Start, running: Begin) -> None:
    seen = iter((1, 1, 2))
    fake_agent(lambda _: {"node_id": "node-a", "crawler": {"phase": "walking", "seen": next(seen, 2)}})
    with running("status", "--watch", "--json") as watching:
        assert watching.stdout
        told = [json.loads(watching.stdout.readline())["here"]["crawl"]["seen"] for _ in range(2)]
        watching.send_signal(signal.SIGINT)
        rest, said = watching.communicate(timeout=30)
    assert (told, rest, said, watching.returncode) == ([1, 2], "", "", 130)


def test_it_does_not_go_with_check(mosaicfs: Run) -> None:
    done = mosaicfs("status", "--watch", "--check")
    assert ("not allowed with argument" in done.stderr, done.returncode) == (True, 2)
