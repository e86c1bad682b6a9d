"""Asking the agent of this machine, and the verbs that do nothing else."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mosaicfs.errors import PeerGarbledError, RefusedError
from mosaicfs_cli.agent_socket import ask_agent
from mosaicfs_cli.errors import LostError, NothingRunningError

Start = Callable[..., Any]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def socket_path(surroundings: dict[str, str]) -> Path:
    return Path(surroundings["XDG_RUNTIME_DIR"], "mosaicfs", "agent.sock")


def test_one_line_asks_and_one_line_answers(fake_agent: Start, socket_path: Path) -> None:
    duty = fake_agent(lambda asked: {"took": asked["path"]})
    assert ask_agent(socket_path, "watch", path="/a\nb") == {"took": "/a\nb"}
    assert duty.asked == [{"do": "watch", "path": "/a\nb"}]


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"error": {"code": "not_found", "message": "No such hold."}}, RefusedError),
        (b"{,}\n", PeerGarbledError),
        (b"[]\n", PeerGarbledError),
        (b'{"half":', LostError),
        (b"", LostError),
    ],
)
def test_what_is_no_answer_is_told(told: object, error: type[Exception], fake_agent: Start, socket_path: Path) -> None:
    fake_agent(lambda _: told)
    with pytest.raises(error):
        ask_agent(socket_path, "holds")


def test_nobody_there_says_how_to_start(socket_path: Path) -> None:
    with pytest.raises(NothingRunningError, match="mosaicfs up"):
        ask_agent(socket_path, "status")


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["crawl"], {"do": "crawl", "now": False}),
        (["crawl", "/srv/../srv/media", "--now"], {"do": "crawl", "now": True, "path": "/srv/media"}),
        (["holds"], {"do": "holds"}),
        (["holds", "confirm", "wp-1"], {"do": "confirm", "hold_id": "wp-1"}),
        (["mark", "/srv"], {"do": "mark", "path": "/srv"}),
        (["accept", "/srv/"], {"do": "accept", "path": "/srv"}),
    ],
)
def test_the_verbs_of_the_agent_ask_for_what_they_say(
    arguments: list[str], asked: dict[str, object], fake_agent: Start, mosaicfs: Run
) -> None:
    duty = fake_agent(lambda _: {"deleted": 3})
    done = mosaicfs("agent", *arguments, "--json")
    assert (json.loads(done.stdout), done.returncode) == ({"deleted": 3}, 0)
    assert mosaicfs("agent", *arguments).returncode == 0
    assert duty.asked == [asked, asked]


def test_holds_are_a_table(fake_agent: Start, mosaicfs: Run) -> None:
    hold = {"hold_id": "wp-1", "path": "/a\tb", "missing": 300, "known": 1000, "since": "2026-01-15T14:30:00Z"}
    fake_agent(lambda _: {"holds": [hold]})
    done = mosaicfs("agent", "holds", "--no-header")
    assert done.stdout == "wp-1\t300\t1000\t2026-01-15T14:30:00Z\t/a\\x09b\n"


def test_a_wrong_word_about_holds_exits_2(mosaicfs: Run) -> None:
    done = mosaicfs("agent", "holds", "destroy", "wp-1")
    assert (done.stderr, done.returncode) == ("Say nothing more, or: confirm ID. See: mosaicfs help agent holds\n", 2)
