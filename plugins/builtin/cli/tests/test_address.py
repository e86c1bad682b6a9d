"""The port that `up` chooses by itself, and what becomes of it when somebody else was quicker."""

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from mosaicfs.model.configuration import ServerSettings, Settings
from mosaicfs_cli.supervising import address
from mosaicfs_cli.supervising.address import TAKEN, Address

Process = subprocess.Popen[str]
Start = Callable[..., AbstractContextManager[Process]]

READY_S = 60.0


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Those that are tried, in order; nobody has them."""
    with ExitStack() as probes:
        sockets = [probes.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        found = sorted(each.getsockname()[1] for each in sockets)
    monkeypatch.setattr(address, "PORTS", tuple(found))
    return found


@pytest.fixture
def take() -> Iterator[Callable[[int], socket.socket]]:
    with ExitStack() as taken:
        yield lambda port: taken.enter_context(socket.create_server(("127.0.0.1", port)))


def port_of(chosen: Address) -> int:
    (url,) = chosen.listen
    return int(url.rpartition(":")[2])


def test_the_first_free_one_is_chosen_and_the_next_when_it_was_lost(
    ports: list[int], take: Callable[[int], socket.socket]
) -> None:
    chosen = Address(Settings())
    assert port_of(chosen) == ports[0]
    take(ports[0])
    take(ports[1])
    assert chosen.moves_on(TAKEN)
    assert port_of(chosen) == ports[2]
    take(ports[2])
    assert chosen.moves_on(TAKEN)
    assert port_of(chosen) not in ports


def test_a_server_that_ended_for_another_reason_stays_where_it_is(
    ports: list[int], take: Callable[[int], socket.socket]
) -> None:
    chosen = Address(Settings())
    assert not chosen.moves_on(TAKEN)  # its lock was taken, not its port
    take(ports[0])
    assert not chosen.moves_on(11)
    assert port_of(chosen) == ports[0]


def test_what_somebody_asked_for_is_never_left(ports: list[int], take: Callable[[int], socket.socket]) -> None:
    url = f"http://127.0.0.1:{ports[1]}"
    chosen = Address(Settings(server=ServerSettings(listen=(url,)), given={"server.listen": "--listen"}))
    take(ports[1])
    assert not chosen.moves_on(TAKEN)
    assert tuple(chosen.listen) == (url,)


def test_who_always_loses_gives_up_at_last(
    ports: list[int], take: Callable[[int], socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "MOST_MOVES", 5)
    chosen = Address(Settings())
    moves = 0
    take(port_of(chosen))
    while chosen.moves_on(TAKEN):
        take(port_of(chosen))
        moves += 1
    assert moves == 5


@pytest.mark.journey
def test_two_that_start_at_the_same_moment_listen_at_two_addresses(
    running: Start, folder: Path, surroundings: dict[str, str], tmp_path: Path
) -> None:
    """Of two persons on one machine, as it were: each has directories of its own."""
    with ExitStack() as started:
        both = [started.enter_context(running("up", str(folder), "--json", **_own(tmp_path / n))) for n in "ab"]
        urls = {_ready(process)["url"] for process in both}
        assert len(urls) == 2
        for process in both:
            process.terminate()
        for process in both:
            process.communicate(timeout=READY_S)
            assert process.returncode == 0


def _own(home: Path) -> dict[str, str]:
    (home / "runtime").mkdir(mode=0o700, parents=True)
    names = ("CONFIG_HOME", "STATE_HOME", "CACHE_HOME", "DATA_HOME")
    folders = {f"XDG_{name}": str(home / name.lower()) for name in names}
    return {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "runtime"), **folders}


def _ready(process: Process) -> dict[str, Any]:
    assert process.stdout
    for line in process.stdout:
        told: dict[str, Any] = json.loads(line)
        if told["event"] == "ready":
            return told
    raise AssertionError(process.stderr.read() if process.stderr else "it ended")
