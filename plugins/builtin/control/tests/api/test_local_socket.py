"""The owner's socket: who may open it, what lies in its place, what is left of it."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import pytest
import trio
from structlog.testing import capture_logs

from mosaicfs_control import local_socket
from mosaicfs_control.local_socket import SocketUnusableError, is_owner, open_local_socket, peer_uid


async def connected(path: Path, listener: trio.SocketListener) -> tuple[trio.SocketStream, trio.SocketStream]:
    near = await trio.open_unix_socket(path)
    return near, await listener.accept()


async def test_only_its_owner_may_open_it_and_nothing_is_left_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "run" / "api.sock"
    async with open_local_socket(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == []


async def test_what_a_killed_server_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    assert path.exists()
    async with open_local_socket(path) as listener:
        near, far = await connected(path, listener)
        await near.aclose()
        await far.aclose()


async def test_a_server_that_lives_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    async with open_local_socket(path):
        with pytest.raises(SocketUnusableError, match="another server answers there"):
            async with open_local_socket(path):
                pass
        assert path.exists()


async def test_a_file_in_its_place_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    path.write_text("mine")
    with pytest.raises(SocketUnusableError, match="move it away"):
        async with open_local_socket(path):
            pass
    assert path.read_text() == "mine"


async def test_a_path_that_is_too_long_for_a_socket_is_told(tmp_path: Path) -> None:
    path = tmp_path / ("d" * 120) / "api.sock"
    with pytest.raises(SocketUnusableError, match="XDG_RUNTIME_DIR"):
        async with open_local_socket(path):
            pass
    assert list(path.parent.iterdir()) == []


async def test_the_socket_of_a_later_server_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    async with open_local_socket(path):
        path.unlink()
        path.write_text("of another")
    assert path.read_text() == "of another"


async def test_the_operating_system_tells_who_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "api.sock"
    async with open_local_socket(path) as listener:
        near, far = await connected(path, listener)
        async with near, far:
            own = peer_uid(far)
            assert is_owner(far)
            monkeypatch.setattr(local_socket, "peer_uid", lambda stream: 0)
            assert is_owner(far)
            monkeypatch.setattr(local_socket, "peer_uid", lambda stream: own + 4711)
            with capture_logs() as logged:
                assert not is_owner(far)
    assert [(line["event"], line["uid"]) for line in logged] == [("foreign_user_refused", own + 4711)]
