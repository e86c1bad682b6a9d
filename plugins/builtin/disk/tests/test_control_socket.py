"""The agent's own socket: it appears whole, stands in nobody's way and leaves nothing behind."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import trio

from mosaicfs.errors import AddressInUseError
from mosaicfs_disk.control_socket import NAME, serve_socket


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / NAME


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def put_there(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(text)


@asynccontextmanager
async def serving(path: Path) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        await nursery.start(serve_socket, path, {})
        yield
        nursery.cancel_scope.cancel()


@contextmanager
def knocking(path: Path) -> Iterator[list[str]]:
    """Somebody who connects as soon as the path is there, again and again; what went wrong is listed."""
    troubles: list[str] = []
    enough = threading.Event()

    def knock() -> None:
        while not enough.is_set():
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as visitor:
                try:
                    visitor.connect(str(path))
                except FileNotFoundError:
                    continue
                except OSError as trouble:
                    troubles.append(str(trouble))

    visitor = threading.Thread(target=knock)
    visitor.start()
    try:
        yield troubles
    finally:
        enough.set()
        visitor.join()


async def test_whoever_sees_the_socket_is_never_refused(path: Path) -> None:
    with knocking(path) as troubles:
        for _ in range(10):
            async with serving(path):
                assert mode(path) == 0o600
    assert troubles == []


async def test_nothing_is_left_of_it_at_the_end(path: Path) -> None:
    async with serving(path):
        assert list(path.parent.iterdir()) == [path]
    assert list(path.parent.iterdir()) == []


async def test_the_socket_of_a_later_agent_is_not_removed(path: Path) -> None:
    async with serving(path):
        put_there(path, "of another")
    assert await trio.Path(path).read_text() == "of another"


async def test_an_agent_that_lives_is_left_alone(path: Path) -> None:
    async with serving(path):
        with pytest.raises(AddressInUseError):
            await serve_socket(path, {})
        assert list(path.parent.iterdir()) == [path]


async def test_a_file_in_its_place_is_left_alone(path: Path) -> None:
    put_there(path, "mine")
    with pytest.raises(AddressInUseError):
        await serve_socket(path, {})
    assert await trio.Path(path).read_text() == "mine"
