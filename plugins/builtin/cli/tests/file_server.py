"""A control plane that hands out one file over a Unix socket, and hangs up in the middle when the test says so."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from io import BufferedRWPair
from pathlib import Path
from urllib.parse import unquote

from mosaicfs.model.json import Json
from mosaicfs.wire.byte_requests import asked_for, content_range, digest_field

FILE_ID = "file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f"


@dataclass
class FileServer:
    """`cuts`: after how many bytes of the next answers it hangs up. `next_content` replaces the file after a cut."""

    content: bytes
    name: str = "report.pdf"
    cuts: list[int] = field(default_factory=list)
    next_content: list[bytes] = field(default_factory=list)
    tells_digest: bool = True
    digest_is_work: bool = False
    wrong_digest: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def tag(self) -> str:
        return f'"m-{sha256(self.content).hexdigest()[:16]}"'

    @property
    def digest(self) -> bytes:
        return sha256(b"other" if self.wrong_digest else self.content).digest()

    @property
    def file(self) -> dict[str, Json]:
        return {"file_id": FILE_ID, "name": self.name, "size": len(self.content), "etag": self.tag}

    @contextmanager
    def serving(self, path: Path) -> Iterator[FileServer]:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(path))
            listener.listen()
            thread = threading.Thread(target=self._run, args=(listener,))
            thread.start()
            try:
                yield self
            finally:
                with suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)
                thread.join()

    def _run(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.settimeout(5)
            with connection, connection.makefile("rwb") as stream, suppress(OSError):
                while (line := stream.readline()) and self._answer(stream, line.split()[1].decode()):
                    pass

    def _answer(self, stream: BufferedRWPair, target: str) -> bool:
        headers = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        path = unquote(target.partition("?")[0])
        self.asked.append((path.rpartition("/")[2], headers.get("range", "")))
        if path.endswith("/content"):
            return self._send_content(stream, headers)
        if path.endswith("/digest"):
            self._send(stream, *self._digest(headers))
        elif path.startswith("/api/jobs/"):
            self._send(stream, 200, {"job_id": "j", "state": "done", "result": {"hex": self.digest.hex()}})
        elif path in ("/api/files/by-path", f"/api/files/{FILE_ID}"):
            self._send(stream, 200, self.file)
        else:
            self._send(stream, 404, {"error": {"code": "not_found", "message": "No."}})
        return True

    def _digest(self, headers: dict[str, str]) -> tuple[int, object]:
        if headers.get("if-match", self.tag) != self.tag:
            return 412, {"error": {"code": "precondition_failed", "message": "It has changed."}}
        if self.digest_is_work:
            return 202, {"job_id": "j", "state": "running"}
        return 200, {"hex": self.digest.hex()}

    def _send(self, stream: BufferedRWPair, status: int, body: object) -> None:
        told = json.dumps(body).encode()
        stream.write(b"HTTP/1.1 %d Told\r\nContent-Length: %d\r\n\r\n%s" % (status, len(told), told))
        stream.flush()

    def _send_content(self, stream: BufferedRWPair, headers: dict[str, str]) -> bool:
        asked = asked_for(headers, self.tag, len(self.content))
        if asked.decision == "beyond":
            self._send(stream, 416, {"error": {"code": "range_not_satisfiable", "message": "Beyond."}})
            return True
        body = self.content[asked.start : asked.end]
        head = [f"HTTP/1.1 {206 if asked.decision == 'part' else 200} Told", f"Content-Length: {len(body)}"]
        head.append(f"ETag: {self.tag}")
        if asked.decision == "part":
            head.append(f"Content-Range: {content_range(asked, len(self.content))}")
        if self.tells_digest:
            head.append(f"Repr-Digest: {digest_field(self.digest)}")
        cut = self.cuts.pop(0) if self.cuts else None
        stream.write("\r\n".join([*head, "", ""]).encode() + body[:cut])
        stream.flush()
        if cut is not None and self.next_content:
            self.content = self.next_content.pop(0)
        return cut is None
