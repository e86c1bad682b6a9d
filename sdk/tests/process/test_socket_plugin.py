"""The helper for sockets, played with by an agent that the test is; and that it needs no other package."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mosaicfs_sdk import process
from mosaicfs_sdk.process import Failed, SocketPlugin

HELLO = {"type": "hello", "protocols": [1], "node_id": "n", "plugin_name": "words", "config": {"k": 1}}


class Agent:
    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        while not path.exists():
            time.sleep(0.005)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("rb")

    def say(self, *messages: object) -> None:
        for message in messages:
            self._socket.sendall(json.dumps(message).encode() + b"\n")

    def hear(self) -> dict[str, Any]:
        line = self._file.readline()
        return json.loads(line) if line else {}

    def hang_up(self) -> None:
        self._file.close()
        self._socket.close()


class Running:
    def __init__(self, plugin: SocketPlugin, path: Path) -> None:
        self.plugin, self.path = plugin, path
        self._thread = threading.Thread(target=plugin.run, args=(path,))
        self._thread.start()
        self._agents: list[Agent] = []

    def agent(self) -> Agent:
        agent = Agent(self.path)
        self._agents.append(agent)
        agent.say(HELLO)
        assert agent.hear()["type"] == "hello"
        return agent

    def end(self) -> None:
        self.plugin.stop()
        for agent in self._agents:
            agent.hang_up()
        self._thread.join()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Any]:
    made: list[Running] = []

    def run(**more: Any) -> Running:
        found = Running(SocketPlugin("words", "1.0", **more), tmp_path / "words.sock")
        made.append(found)
        return found

    yield run
    for each in made:
        each.end()
    assert not (tmp_path / "words.sock").exists()


def test_it_says_hello_and_keeps_what_it_is_configured_with(running: Any) -> None:
    found = running(window=9, info={"name": "words", "api": 1})
    agent = Agent(found.path)
    found._agents.append(agent)
    agent.say(HELLO)
    assert agent.hear() == {
        "type": "hello",
        "protocol": 1,
        "plugin_name": "words",
        "version": "1.0",
        "window": 9,
        "info": {"name": "words", "api": 1},
    }
    agent.say({"type": "config", "config": {"k": 2}}, {"type": "health_check", "id": "r1", "payload": {}})
    assert agent.hear() == {"type": "reply", "id": "r1", "result": {"status": "healthy"}}
    assert found.plugin.config == {"k": 2}


def test_it_refuses_a_protocol_of_the_future(running: Any) -> None:
    found = running()
    agent = Agent(found.path)
    found._agents.append(agent)
    agent.say(HELLO | {"protocols": [2, 3]})
    assert agent.hear()["type"] == "refuse"
    assert agent.hear() == {}


def test_events_are_acked_in_order_with_what_was_found(running: Any) -> None:
    def on_event(event: dict[str, Any]) -> dict[str, Any] | None:
        if event["sequence"] == 2:
            raise Failed("try_later", "busy", code="throttled", retry_after_s=4)
        return {"n": event["sequence"]} if event["sequence"] == 1 else None

    agent = running(on_event=on_event).agent()
    agent.say(*({"type": "event", "sequence": number} for number in (1, 2, 3)))
    error = {"kind": "try_later", "code": "throttled", "message": "busy", "retry_after_s": 4}
    assert [agent.hear() for _ in range(3)] == [{"ack": 1, "data": {"n": 1}}, {"nack": 2, "error": error}, {"ack": 3}]


def test_an_index_may_ack_many_at_once_and_later(running: Any) -> None:
    seen: list[int] = []
    found = running(on_event=lambda event: seen.append(event["sequence"]), acks_itself=True)
    agent = found.agent()
    agent.say(*({"type": "event", "sequence": number} for number in (1, 2)))
    while len(seen) < 2:
        time.sleep(0.005)
    found.plugin.ack(2, {"late": True})
    found.plugin.ack(1)
    assert [agent.hear(), agent.hear()] == [{"ack": 2, "data": {"late": True}}, {"ack": 1}]


def test_requests_are_answered_while_an_event_is_worked_on(running: Any) -> None:
    gate = threading.Event()
    agent = running(on_event=lambda event: gate.wait(10) and None, on_request=lambda name, asked: {name: asked}).agent()
    agent.say({"type": "event", "sequence": 1}, {"type": "query", "id": "r7", "payload": {"query": "x"}})
    assert agent.hear() == {"type": "reply", "id": "r7", "result": {"query": {"query": "x"}}}
    gate.set()
    assert agent.hear() == {"ack": 1}


def test_bytes_are_asked_for_from_within_an_event(running: Any) -> None:
    box: list[Any] = []

    def on_event(event: dict[str, Any]) -> None:
        try:
            box.append(found.plugin.read("file::1", 5, 10))
        except Failed as failed:
            box.append(failed.kind)

    found = running(on_event=on_event)
    agent = found.agent()
    agent.say({"type": "event", "sequence": 1}, {"type": "event", "sequence": 2})
    asked = agent.hear()
    assert asked == {"type": "read", "id": "p1", "file_id": "file::1", "offset": 5, "length": 10}
    agent.say({"type": "bytes", "id": "p1", "data": base64.b64encode(b"abc").decode(), "eof": True})
    assert agent.hear() == {"ack": 1}
    agent.say({"type": "bytes", "id": agent.hear()["id"], "error": {"kind": "give_up", "message": "no"}})
    assert agent.hear() == {"ack": 2}
    assert box == [(b"abc", True), "give_up"]


def test_after_a_lost_connection_the_next_agent_is_served(running: Any) -> None:
    found = running()
    found.agent().hang_up()
    agent = found.agent()
    found.plugin.notify({"condition_key": "lag"}, resolve=("old",))
    told = agent.hear()
    assert (told["type"], told["resolve_notifications"]) == ("notification", ["old"])
    agent.say({"type": "bye", "reason": "shutdown"})
    assert agent.hear() == {}


def test_it_needs_nothing_but_the_standard_library(tmp_path: Path) -> None:
    """It can be copied beside a plugin: in an isolated interpreter without our packages."""
    package = tmp_path / "mosaicfs_sdk"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "process").symlink_to(Path(process.__file__).parent)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import mosaicfs_sdk.process"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
