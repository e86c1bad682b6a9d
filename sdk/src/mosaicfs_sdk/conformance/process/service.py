"""What every process must do that stays and answers at a socket: hello, acks, replay, requests, garbage, and its end.

class TestMyService(ServiceConformance):
    command = (sys.executable, "-m", "my_service", "{socket}")
    name = "my-service"

With `at` in place of `command` a process is looked at that runs already; then it is not ended and begun anew.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest

from mosaicfs_sdk.conformance.process.agent_line import AgentLine, Message, line_to
from mosaicfs_sdk.conformance.process.executable import KINDS, envelope

QUIET_S = 0.2
END_S = 20.0
LONGEST = 10_000_000
HEALTHS = ("healthy", "degraded", "unhealthy")
EVENTS = 5


class ServiceConformance:
    """`name` is its plugin name; `exempt` are checks that it cannot pass, each with the reason."""

    command: ClassVar[Sequence[str]] = ()
    at: ClassVar[Path | None] = None
    name: ClassVar[str]
    config: ClassVar[Mapping[str, Any]] = {}
    exempt: ClassVar[Mapping[str, str]] = {}

    @pytest.fixture(autouse=True)
    def exemption(self, request: pytest.FixtureRequest) -> None:
        if reason := self.exempt.get(request.node.originalname):
            pytest.skip(reason)

    @pytest.fixture
    def socket_path(self) -> Iterator[Path]:
        """Where it listens. A socket has room for a short path only."""
        if self.at is not None:
            yield self.at
            return
        with TemporaryDirectory(prefix="m-") as folder:
            path = Path(folder) / f"{self.name}.sock"
            with self.started(path):
                yield path

    # --- hello -------------------------------------------------------------------------------------------------------

    def test_it_says_hello_and_nothing_before_it_is_greeted(self, socket_path: Path) -> None:
        with line_to(socket_path) as line:
            assert line.is_silent(QUIET_S), "it speaks before it is spoken to"
            hello = self.greet(line)
        assert (hello.get("protocol"), hello.get("plugin_name")) == (1, self.name)
        window = hello.get("window", 64)
        assert type(window) is int
        assert 1 <= window <= 1000
        if (info := hello.get("info")) is not None:
            assert (info.get("name"), info.get("api")) == (self.name.partition("@")[0], 1)

    def test_a_version_that_it_does_not_speak_is_refused(self, socket_path: Path) -> None:
        with line_to(socket_path) as line:
            line.say(self.hello(protocols=[999]))
            answer = line.hear()
            assert answer is None or answer.get("type") == "refuse", f"it goes on with {answer}"
        self.is_well(socket_path)

    # --- events ------------------------------------------------------------------------------------------------------

    def test_each_event_is_acked_once_and_nothing_else_is(self, socket_path: Path) -> None:
        with self.greeted(socket_path) as line:
            assert self.settled(line, range(1, EVENTS + 1)) == set(range(1, EVENTS + 1))

    def test_what_was_not_acked_may_come_again(self, socket_path: Path) -> None:
        """And so may what was: an ack can be lost with its line."""
        with self.greeted(socket_path) as line:
            line.say(*(event(number) for number in range(1, EVENTS + 1)))
        with self.greeted(socket_path) as line:
            assert self.settled(line, range(1, EVENTS + 1)) == set(range(1, EVENTS + 1))

    def test_a_line_of_ten_megabytes_is_read(self, socket_path: Path) -> None:
        with self.greeted(socket_path) as line:
            large = event(1)
            large["payload"]["much"] = "x" * (LONGEST - 2_000)
            line.say(large)
            assert (line.until("ack", "nack").get("ack") or 1) == 1

    # --- requests ----------------------------------------------------------------------------------------------------

    def test_a_request_that_it_does_not_know_is_answered_all_the_same(self, socket_path: Path) -> None:
        with self.greeted(socket_path) as line:
            reply = ask(line, "conformance_unheard_of")
            error = reply.get("error")
            assert error is not None or reply.get("result") is None, f"it makes up {reply}"
            assert error is None or error.get("kind") in KINDS

    def test_it_tells_of_its_health(self, socket_path: Path) -> None:
        self.is_well(socket_path)

    def test_it_says_who_it_is_or_that_it_does_not(self, socket_path: Path) -> None:
        with self.greeted(socket_path) as line:
            told = ask(line, "describe").get("result")
            if told:
                assert (told.get("name"), told.get("api")) == (self.name.partition("@")[0], 1)

    def test_what_it_need_not_answer_does_not_disturb_it(self, socket_path: Path) -> None:
        with self.greeted(socket_path) as line:
            line.say({"type": "cancel", "id": "r999"}, {"type": "more", "id": "r999"})
            line.say({"type": "bytes", "id": "p999", "data": "", "eof": True})
            line.say({"type": "config", "config": dict(self.config)})
            assert ask(line, "health_check")["result"]["status"] in HEALTHS

    # --- the end -----------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("garbage", [b"no json\n", b"[1]\n", b"\xff\n", b'{"type": 5}\n', b'{"half'])
    def test_garbage_ends_at_most_the_connection(self, socket_path: Path, garbage: bytes) -> None:
        with self.greeted(socket_path) as line:
            line.say(garbage)
        self.is_well(socket_path)

    def test_after_goodbye_it_waits_for_the_next_agent(self, socket_path: Path) -> None:
        with self.greeted(socket_path) as line:
            line.say({"type": "bye", "reason": "shutdown"})
        self.is_well(socket_path)

    def test_it_ends_when_it_is_told_to(self) -> None:
        with TemporaryDirectory(prefix="m-") as folder:
            path = Path(folder) / "a.sock"
            with self.started(path) as process, self.greeted(path):
                process.send_signal(signal.SIGTERM)
                process.wait(END_S)

    def test_it_begins_anew_over_what_a_kill_left(self) -> None:
        with TemporaryDirectory(prefix="m-") as folder:
            path = Path(folder) / "a.sock"
            with self.started(path) as process, self.greeted(path):
                process.kill()
                process.wait(END_S)
            with self.started(path), self.greeted(path) as line:
                assert self.settled(line, [1]) == {1}

    # --- how it is asked ---------------------------------------------------------------------------------------------

    @contextmanager
    def started(self, path: Path) -> Iterator[subprocess.Popen[bytes]]:
        if not self.command:
            pytest.skip("it was started by somebody else")
        words = [word.format(socket=path) for word in self.command]
        # What the tests can import, a service in Python can too.
        seen = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with subprocess.Popen(words, env=seen) as process:  # noqa: S603 - the program under test
            try:
                yield process
            finally:
                process.kill()

    @contextmanager
    def greeted(self, path: Path) -> Iterator[AgentLine]:
        with line_to(path) as line:
            self.greet(line)
            yield line

    def greet(self, line: AgentLine) -> Message:
        line.say(self.hello())
        hello = line.hear()
        assert hello is not None, "it hung up in place of a hello"
        assert hello.get("type") == "hello", f"it begins with {hello}"
        return hello

    def hello(self, **more: Any) -> Message:
        who = {"node_id": "conformance", "plugin_name": self.name, "agent_version": "0", "last_acked": 0}
        return {"type": "hello", "protocols": [1], **who, "config": dict(self.config), **more}

    def settled(self, line: AgentLine, sequences: Sequence[int]) -> set[int]:
        line.say(*(event(number) for number in sequences))
        found: list[Any] = []
        while len(found) < len(sequences):
            said = line.until("ack", "nack")
            assert "ack" not in said or "nack" not in said, f"it says both: {said}"
            found.append(said.get("ack", said.get("nack")))
        assert line.is_silent(QUIET_S), f"it says more than was asked: {line.hear()}"
        assert len(found) == len(set(found)), f"it acks twice: {found}"
        return set(found)

    def is_well(self, path: Path) -> None:
        with self.greeted(path) as line:
            assert ask(line, "health_check")["result"]["status"] in HEALTHS


def event(number: int) -> Message:
    """Of a file that is gone: every subscriber may be told of such, and none needs its content."""
    return {**envelope("file.deleted", content_path=None), "type": "event", "sequence": number}


def ask(line: AgentLine, name: str) -> Message:
    line.say({"type": name, "id": "r1", "deadline_ms": 5000, "payload": {}})
    reply = line.until("result", "error")
    assert (reply.get("type"), reply.get("id")) == ("reply", "r1")
    return reply
