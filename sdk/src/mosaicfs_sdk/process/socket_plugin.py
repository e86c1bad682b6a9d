"""A process that stays and answers at a Unix socket: hello, window, acks, requests, reads, and an orderly end.

The plugin binds the socket, the agent connects. Events come in order and are handed to `on_event` one by one; after a
lost connection all that were not acked come again, so handle each as if it were the first time.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hmac import compare_digest
from itertools import count
from pathlib import Path
from typing import Any

from mosaicfs_sdk.process.answering import Failed, Handler, outcome
from mosaicfs_sdk.process.tls_relay import tls_wrapper

PROTOCOL = 1
LONGEST = 10_000_000
READ_S = 30.0

RequestHandler = Callable[[str, dict[str, Any]], "dict[str, Any] | None"]
Object = dict[str, Any]


def _nothing(_: Object) -> None:
    """An event that nobody wants is acked."""


def _not_mine(name: str, _: Object) -> None:
    raise Failed("give_up", f"{name} is not answered here", code="unsupported")


class SocketPlugin:
    """`on_event` is given the envelope and answers with facts; `on_request` a name and its payload.

    With `acks_itself` an event is not acked when the handler returns: call `ack` when its effect is safe.
    """

    def __init__(
        self,
        name: str,
        version: str,
        *,
        on_event: Handler = _nothing,
        on_request: RequestHandler = _not_mine,
        info: Object | None = None,
        window: int = 64,
        acks_itself: bool = False,
    ) -> None:
        self.name = name
        self.config: Object = {}
        self._hello = {"type": "hello", "protocol": PROTOCOL, "plugin_name": name, "version": version}
        self._hello |= {"window": window} | ({} if info is None else {"info": info})
        self._on_event = on_event
        self._on_request = on_request
        self._acks_itself = acks_itself
        self._token: str | None = None
        self._line: _Line | None = None
        self._stopping = threading.Event()
        self._reads: dict[str, _Read] = {}
        self._numbers = count(1)

    def run(self, path: Path | str) -> None:
        """Serve one agent after the other until `stop`."""
        with _bound(Path(path)) as listener:
            self._accept(listener, _as_it_is)

    def run_tls(self, address: tuple[str, int], certificate: Path | str, key: Path | str, *, token: str) -> None:
        """At a port, for the agent of another machine. Who does not know the token is told nothing."""
        self._token = token
        wrapped = tls_wrapper(certificate, key)
        with socket.create_server(address) as listener:
            self._accept(listener, wrapped)

    def _accept(self, listener: socket.socket, wrapped: Callable[[socket.socket], socket.socket]) -> None:
        listener.settimeout(0.2)
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                connected, _ = listener.accept()
                connected.settimeout(None)
                try:
                    plain = wrapped(connected)
                except OSError:  # somebody who speaks no TLS
                    connected.close()
                    continue
                self._serve(plain)

    def stop(self) -> None:
        """From another thread, or a signal handler."""
        self._stopping.set()
        if (line := self._line) is not None:
            line.close()

    # --- what the author calls ---------------------------------------------------------------------------------------

    def ack(self, sequence: int, data: Object | None = None) -> None:
        """Nobody there to hear it means that the event comes again."""
        self._send({"ack": sequence} | ({} if data is None else {"data": data}))

    def nack(self, sequence: int, failed: Failed) -> None:
        self._send({"nack": sequence, "error": failed.told()})

    def notify(self, *notifications: Object, resolve: tuple[str, ...] = ()) -> None:
        """Ten a minute are heard."""
        told = {"notifications": list(notifications), "resolve_notifications": list(resolve)}
        self._send({"type": "notification", **told})

    def read(self, file_id: str, offset: int = 0, length: int = 1 << 20) -> tuple[bytes, bool]:
        """Bytes of a file whose event is not acked yet, and whether the file ends with them. From `on_event` only."""
        key = f"p{next(self._numbers)}"
        pending = self._reads[key] = _Read()
        try:
            self._send({"type": "read", "id": key, "file_id": file_id, "offset": offset, "length": length})
            return pending.wait()
        finally:
            del self._reads[key]

    # --- one connection ----------------------------------------------------------------------------------------------

    def _serve(self, connected: socket.socket) -> None:
        line = self._line = _Line(connected)
        events = _Worker(self._do_event)
        try:
            for message in line:
                if not self._take(message, events):
                    return
        except (OSError, ValueError) as trouble:
            sys.stderr.write(f"{self.name}: the connection ended: {trouble}\n")
        finally:
            self._line = None
            for pending in self._reads.values():
                pending.fail("the connection was lost")
            events.stop()
            line.close()

    def _take(self, message: Object, events: _Worker) -> bool:
        """False at the end of the connection."""
        match message.get("type"):
            case "hello":
                return self._greet(message)
            case "event":
                events.put(message)
            case "bytes":
                if (pending := self._reads.get(str(message.get("id")))) is not None:
                    pending.take(message)
            case "config":
                self.config = message.get("config", {})
            case "bye" | "refuse":
                return False
            case "cancel" | "more":
                pass
            case _:
                threading.Thread(target=self._do_request, args=(message,), daemon=True).start()
        return True

    def _greet(self, hello: Object) -> bool:
        if self._token is not None and not compare_digest(str(hello.get("token")).encode(), self._token.encode()):
            self._send({"type": "refuse", "reason": "the token is not the right one"})
            return False
        self.config = hello.get("config", {})
        if PROTOCOL not in hello.get("protocols", ()):
            self._send({"type": "refuse", "reason": f"this plugin speaks version {PROTOCOL} of the protocol"})
            return False
        self._send(self._hello)
        return True

    def _do_event(self, event: Object) -> None:
        answer, error = outcome(self._on_event, event)
        sequence = event.get("sequence", 0)
        if error is not None:
            self._send({"nack": sequence, "error": error})
        elif not self._acks_itself:
            self.ack(sequence, answer)

    def _do_request(self, message: Object) -> None:
        answer, error = outcome(self._answer, message)
        told = {"result": answer} if error is None else {"error": error}
        self._send({"type": "reply", "id": message.get("id"), **told})

    def _answer(self, message: Object) -> Object | None:
        name = str(message.get("type"))
        try:
            return self._on_request(name, message.get("payload", {}))
        except Failed:
            if name == "health_check":  # a plugin that says nothing of it is well
                return {"status": "healthy"}
            raise

    def _send(self, message: Object) -> None:
        if (line := self._line) is not None:
            with suppress(OSError):
                line.send(message)


def _as_it_is(connected: socket.socket) -> socket.socket:
    return connected


class _Line:
    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._file = connected.makefile("rb")
        self._sending = threading.Lock()

    def __iter__(self) -> Iterator[Object]:
        while line := self._file.readline(LONGEST + 1):
            if len(line) > LONGEST:
                raise ValueError("a line of more than 10 MB")
            yield _object_in(line)

    def send(self, message: Object) -> None:
        line = json.dumps(message).encode() + b"\n"
        with self._sending:
            self._socket.sendall(line)

    def close(self) -> None:
        """The reader is woken first: closing alone would leave it waiting."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _object_in(line: bytes) -> Object:
    try:
        message = json.loads(line)
    except RecursionError:
        raise ValueError("a line that is nested too deeply") from None
    if not isinstance(message, dict):
        raise ValueError("a line that is no object")
    return message


class _Worker:
    """Does one thing after the other, while the connection is read on."""

    def __init__(self, work: Callable[[Object], None]) -> None:
        self._work = work
        self._waiting: list[Object] = []
        self._is_over = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, thing: Object) -> None:
        with self._news:
            self._waiting.append(thing)
            self._news.notify()

    def stop(self) -> None:
        """What waits is left; it was not acked and comes again."""
        with self._news:
            self._is_over = True
            self._news.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._waiting or self._is_over)
                if self._is_over:
                    return
                thing = self._waiting.pop(0)
            self._work(thing)


class _Read:
    def __init__(self) -> None:
        self._done = threading.Event()
        self._answer: Object = {}

    def take(self, message: Object) -> None:
        self._answer = message
        self._done.set()

    def fail(self, reason: str) -> None:
        self.take({"error": {"kind": "try_later", "message": reason}})

    def wait(self) -> tuple[bytes, bool]:
        if not self._done.wait(READ_S):
            raise Failed("try_later", "the agent did not send the bytes", code="timed_out")
        if (error := self._answer.get("error")) is not None:
            raise Failed(error["kind"], error.get("message", ""), code=error.get("code", ""))
        return base64.b64decode(self._answer["data"]), bool(self._answer["eof"])


@contextmanager
def _bound(path: Path) -> Iterator[socket.socket]:
    """For its owner alone. What a killed process left there is taken away, anything else is not."""
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    draft = path.with_name(f".{os.getpid()}")
    try:
        listener.bind(str(draft))
        draft.chmod(0o600)
        listener.listen(1)
        draft.rename(path)
        yield listener
    finally:
        listener.close()
        path.unlink(missing_ok=True)
        draft.unlink(missing_ok=True)
