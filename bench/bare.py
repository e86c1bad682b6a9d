"""FastAPI with next to nothing behind it, on the server library that MosaicFS uses: what a request costs at the least.

Each route gives a value that it has at hand, the one that MosaicFS answered with; nobody signs in.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import trio
from fastapi import FastAPI
from hypercorn.config import Config
from hypercorn.trio import serve

START_S = 30.0


def app_of(values: Mapping[str, Any]) -> FastAPI:
    """`GET /<name>` for each of them."""
    app = FastAPI()
    for name, value in values.items():
        app.get(f"/{name}")(_giving(value))
    return app


def _giving(value: Any) -> Callable[[], Awaitable[Any]]:
    async def give() -> Any:
        return value

    return give


@contextmanager
def bare(folder: Path, answers: Mapping[str, bytes], port: int) -> Iterator[None]:
    """In a process of its own, until the end of the block. `answers` are JSON."""
    values = folder / "answers.json"
    values.write_text(json.dumps({name: json.loads(body) for name, body in answers.items()}), encoding="utf-8")
    with (folder / "bare.log").open("w") as log:
        command = [sys.executable, "-m", "bench.bare", str(values), str(port)]
        started = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(folder / "bare.log", started)
        yield
    finally:
        started.terminate()
        started.wait()


def _wait_for(log: Path, started: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while "Running on" not in log.read_text(encoding="utf-8"):
        assert started.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < until, "the bare server does not start"
        time.sleep(0.02)


def main(values: str, port: str) -> None:
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    app: Any = app_of(json.loads(Path(values).read_text(encoding="utf-8")))
    trio.run(partial(serve, app, config, mode="asgi"))


if __name__ == "__main__":
    main(*sys.argv[1:])
