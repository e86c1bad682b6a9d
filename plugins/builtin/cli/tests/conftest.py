"""The real program in a real process, with directories of its own; and duties that say what a test wants them to."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from mosaicfs.identity.access_keys import new_access_key
from mosaicfs_cli.client import Api
from mosaicfs_cli.program import run as run_program
from mosaicfs_sdk.fakes.control_plane import FakeControlPlane

PROGRAM = str(Path(sys.executable).with_name("mosaicfs"))
READY = Path(__file__).with_name("ready_program.py")


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing of this machine's user is seen, and `up` mounts nothing unless it is asked to."""
    names = {"STATE_HOME": "state", "CONFIG_HOME": "config", "CACHE_HOME": "cache", "DATA_HOME": "data"}
    directories = {f"XDG_{name}": str(tmp_path / folder) for name, folder in names.items()}
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    own = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime), **directories}
    return {**own, "MOSAICFS_UP_NO_MOUNT": "1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Something to watch."""
    watched = tmp_path / "watched"
    watched.mkdir()
    (watched / "report.txt").write_text("quarterly")
    return watched


class ReadyProgram:
    """Runs command lines, each in a process that is forked from one that has loaded the program."""

    def __init__(self) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._orders.settimeout(60)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(READY), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={"PATH": os.environ["PATH"]},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )

    def run(self, arguments: Sequence[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        order = {"arguments": arguments, "environment": environment, "folder": str(Path.cwd())}
        with Path(os.devnull).open() as nothing, TemporaryFile("w+") as told, TemporaryFile("w+") as said:
            files = [each.fileno() for each in (nothing, told, said)]
            socket.send_fds(self._orders, [json.dumps(order).encode()], files)
            code = int(self._orders.recv(16))
            told.seek(0)
            said.seek(0)
            return subprocess.CompletedProcess(arguments, code, told.read(), said.read())

    def close(self) -> None:
        """With whatever command still hangs."""
        self._orders.close()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@pytest.fixture(scope="session")
def ready_program() -> Iterator[ReadyProgram]:
    with closing(ReadyProgram()) as program:
        yield program


@pytest.fixture
def mosaicfs(
    ready_program: ReadyProgram, surroundings: dict[str, str]
) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        return ready_program.run(arguments, surroundings | variables)

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


@pytest.fixture
def ask(server: FakeControlPlane, surroundings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """One command line, in this process, asking the `server` of the test."""
    key = new_access_key()
    for name, value in {
        **surroundings,
        "MOSAICFS_SERVER_URL": server.pinned_url,
        "MOSAICFS_ACCESS_KEY_ID": key.access_key_id,
        "MOSAICFS_SECRET_KEY": key.secret,
    }.items():
        monkeypatch.setenv(name, value)

    opened: list[Api] = []

    class Closing(Api):
        """A command leaves that to the end of its process."""

        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            opened.append(self)

    monkeypatch.setattr("mosaicfs_cli.asking.Api", Closing)

    def typed(line: str, *more: str) -> int:
        server.asked.clear()
        try:
            return run_program([*line.split(), *more])
        finally:
            for api in opened:
                api.close()

    return typed


class FakeDuty:
    """Answers on a Unix socket, one connection after the other; `asked` is what came."""

    def __init__(self, path: Path, serve: Callable[["FakeDuty", Any], None]) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.asked: list[Any] = []
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._serve = serve
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream, suppress(StopIteration):
                self._serve(self, stream)


Answer = Callable[[str, dict[str, str]], object]


@pytest.fixture
def fake_api(surroundings: dict[str, str]) -> Iterator[Callable[[Answer], FakeDuty]]:
    """Start a control plane that answers `answer(path, query)`: an object, or bytes that are sent as they are."""
    duties = []

    def start(answer: Answer) -> FakeDuty:
        def serve(duty: FakeDuty, stream: Any) -> None:
            while line := stream.readline():
                while stream.readline().strip():
                    pass
                target = urlsplit(line.split()[1].decode())
                asked = parse_qsl(target.query)
                duty.asked.append((target.path, asked))
                stream.write(_response(answer(target.path, dict(asked))))
                stream.flush()

        duties.append(FakeDuty(Path(surroundings["XDG_RUNTIME_DIR"], "mosaicfs", "api.sock"), serve))
        return duties[-1]

    yield start
    for duty in duties:
        duty.close()


def _response(answer: object) -> bytes:
    if isinstance(answer, bytes):
        return answer
    status = b"422 Refused" if isinstance(answer, dict) and "error" in answer else b"200 OK"
    body = json.dumps(answer).encode()
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


@pytest.fixture
def fake_agent(surroundings: dict[str, str]) -> Iterator[Callable[[Callable[[dict[str, Any]], object]], FakeDuty]]:
    """Start an agent whose control socket answers `answer(request)`."""
    duties = []

    def start(answer: Callable[[dict[str, Any]], object]) -> FakeDuty:
        def serve(duty: FakeDuty, stream: Any) -> None:
            asked = json.loads(stream.readline())
            duty.asked.append(asked)
            told = answer(asked)
            stream.write(told if isinstance(told, bytes) else json.dumps(told).encode() + b"\n")

        duties.append(FakeDuty(Path(surroundings["XDG_RUNTIME_DIR"], "mosaicfs", "agent.sock"), serve))
        return duties[-1]

    yield start
    for duty in duties:
        duty.close()
