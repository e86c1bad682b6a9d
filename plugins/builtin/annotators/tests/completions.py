"""A service that answers `/v1/chat/completions` over real HTTP as a test tells it to, and remembers what was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

GOOD = json.dumps({"summary": "A report.", "language": "en", "keywords": ["report", "money"]})


@dataclass
class Completions:
    """What comes next: `status`, `headers`, and `said`, what the model writes; `raw` instead of a completion."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    said: str = GOOD
    raw: bytes | None = None
    asked: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)

    def body(self) -> bytes:
        if self.raw is not None:
            return self.raw
        message = {"role": "assistant", "content": self.said}
        return json.dumps({"model": "tiny-1", "choices": [{"index": 0, "message": message}]}).encode()


@contextmanager
def serving() -> Iterator[Completions]:
    state = Completions()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            state.asked.append((self.path, dict(self.headers), json.loads(content)))
            body = state.body()
            self.send_response(state.status)
            for name, value in {**state.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its parent calls it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
