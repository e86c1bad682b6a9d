"""What every program must do that is started for each job: good envelopes, bad ones, and an end when it is told to.

class TestMyProgram(ExecutableConformance):
    program = Path("plugins/my-program")

What its answers must be is judged by the suites of its hooks; here it is looked at as a process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pytest

from mosaicfs.model.json import Json

LIMIT_S = 30.0
KNOWN_CODES = frozenset({65, 66, 77, 78})
KINDS = frozenset({"try_later", "ask_owner", "give_up"})
FILE_ID = "file::0195c1de-0000-7000-8000-000000000001"


class Done(NamedTuple):
    """`pid` is also that of its process group."""

    pid: int
    code: int
    stdout: bytes
    stderr: bytes


class ExecutableConformance:
    """`program` is the file; `exempt` are checks that it cannot pass, each with the reason."""

    program: ClassVar[Path]
    exempt: ClassVar[Mapping[str, str]] = {}

    @pytest.fixture(autouse=True)
    def exemption(self, request: pytest.FixtureRequest) -> None:
        if reason := self.exempt.get(request.node.originalname):
            pytest.skip(reason)

    def test_an_event_is_answered_by_one_object_or_refused_by_a_code(self, tmp_path: Path) -> None:
        file = tmp_path / "report.txt"
        file.write_text("A report\n")
        done = self.ask(tmp_path, envelope("file.added", content_path=str(file)))
        assert done.code in {0, *KNOWN_CODES}, told(done)
        if done.code == 0:
            answer_in(done)

    def test_members_that_it_does_not_know_are_left_alone(self, tmp_path: Path) -> None:
        known = envelope("file.deleted", content_path=None)
        more: dict[str, Any] = {**known, "matched_rules": ["a"], "of_a_newer_agent": {"deep": [1, None]}}
        plain, extended = self.ask(tmp_path, known), self.ask(tmp_path, more)
        assert (extended.code, extended.stdout) == (plain.code, plain.stdout)

    def test_a_question_that_it_does_not_know_is_no_success(self, tmp_path: Path) -> None:
        """`{}` would remove what it said before, and facts would be made up."""
        done = self.ask(tmp_path, envelope("conformance.unheard_of", content_path=None))
        assert done.code >= 0, told(done)
        if done.code == 0:
            answer = answer_in(done)
            assert answer is None or (isinstance(answer, dict) and "error" in answer), told(done)

    def test_it_says_who_it_is_or_that_it_does_not(self, tmp_path: Path) -> None:
        done = self.ask(tmp_path, {**envelope("describe", content_path=None), "payload": {}})
        answer = answer_in(done) if done.code == 0 else None
        if isinstance(answer, dict) and "error" not in answer and answer:
            assert (answer.get("name"), answer.get("api")) == (self.program.name, 1), told(done)

    @pytest.mark.parametrize("given", [b"", b"no json", b'{"event": "file.ad', b"[1, 2]", b"\xff\xfe", b"null"])
    def test_garbage_ends_it_and_is_no_facts(self, tmp_path: Path, given: bytes) -> None:
        done = self.run(tmp_path, given)
        assert done.code not in (77, 78), f"what it was given is not the owner's fault: {told(done)}"
        if done.code == 0:
            assert answer_in(done) in (None, {}), told(done)

    def test_a_large_envelope_is_read_to_its_end(self, tmp_path: Path) -> None:
        done = self.ask(tmp_path, {**envelope("file.deleted", content_path=None), "config": {"much": "x" * 5_000_000}})
        assert done.code >= 0, told(done)

    def test_it_leaves_nobody_behind(self, tmp_path: Path) -> None:
        done = self.ask(tmp_path, envelope("file.deleted", content_path=None))
        with pytest.raises(ProcessLookupError):
            os.killpg(done.pid, 0)

    def test_it_ends_when_it_is_told_to(self, tmp_path: Path) -> None:
        """While it waits for its envelope; an agent that stops waits five seconds for it."""
        process = self.start(tmp_path)
        try:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(5)
        finally:
            end(process)

    def ask(self, home: Path, asked: Mapping[str, Any]) -> Done:
        return self.run(home, json.dumps(asked).encode())

    def run(self, home: Path, given: bytes) -> Done:
        process = self.start(home)
        try:
            stdout, stderr = process.communicate(given, LIMIT_S)
        except subprocess.TimeoutExpired:
            pytest.fail(f"it has not ended {LIMIT_S:g} s after the end of what it was given")
        finally:
            if process.returncode is None:
                end(process)
        return Done(process.pid, process.returncode, stdout, stderr)

    def start(self, home: Path) -> subprocess.Popen[bytes]:
        """Alone in its group, in a folder of its own, with few words around it, as the agent starts it."""
        folder = home / "home"
        folder.mkdir(exist_ok=True)
        variables = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder)}
        return subprocess.Popen(  # noqa: S603 - the program under test
            [self.program.absolute()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=variables,
            process_group=0,
        )


def envelope(event: str, *, content_path: str | None) -> dict[str, Any]:
    facts = {"file_id": FILE_ID, "export_path": "/conformance/report.txt", "name": "report.txt", "size": 9}
    payload = {**facts, "mime_type": "text/plain", "mtime": "2026-01-15T14:30:00Z", "content_path": content_path}
    head = {"event": event, "protocol": 1, "sequence": 1, "timestamp": "2026-02-16T09:22:00Z"}
    who = {"node_id": "conformance", "plugin_name": "conformance", "attempt": 1, "matched_rules": [], "config": {}}
    return {**head, **who, "payload": payload}


def answer_in(done: Done) -> Json:
    try:
        answer: Json = json.loads(done.stdout)
    except ValueError:
        pytest.fail(f"its stdout is not one JSON object: {told(done)}")
    assert answer is None or isinstance(answer, dict), told(done)
    error = answer.get("error") if isinstance(answer, dict) else None
    if error is not None:
        assert isinstance(error, dict), told(done)
        assert error.get("kind") in KINDS, told(done)
    return answer


def told(done: Done) -> str:
    return f"it ended with {done.code}, wrote {done.stdout[:200]!r}, and complained {done.stderr[-200:]!r}"


def end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
