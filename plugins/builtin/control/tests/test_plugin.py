"""The face as the kernel puts it up: from the settings to an answer, and down again."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import trio

from mosaicfs.errors import ConfigError
from mosaicfs.model.configuration import ServerSettings, Settings
from mosaicfs.model.kernel import Places as PlacesOfAFace
from mosaicfs.model.store import Store
from mosaicfs.paths import find_places
from mosaicfs_control import plugin
from mosaicfs_control.callers import password
from mosaicfs_sdk.fakes.store import MemoryStore


@dataclass
class Kernel:
    places: PlacesOfAFace
    settings: Settings
    store: Store = field(default_factory=MemoryStore)
    node_id: str = "node-a"


def kernel(home: Path, *listen: str) -> Kernel:
    places = find_places({"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "XDG_STATE_HOME": str(home)}, uid=1000)
    return Kernel(places, Settings(server=ServerSettings(listen=listen)))


async def test_it_tells_its_address_when_it_answers_and_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    told: dict[str, str] = {}
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:

            async def serve(task_status: trio.TaskStatus[None]) -> None:
                def started(**facts: str) -> None:
                    told.update(facts)
                    task_status.started()

                await plugin.serve(kernel(tmp_path, "http://127.0.0.1:0", "http://[::1]:0"), started)

            await nursery.start(serve)
            key = (tmp_path / "mosaicfs" / "keys" / "replication.key").read_bytes()
            auth = httpx.BasicAuth("control", password(key, "control"))
            async with httpx.AsyncClient(auth=auth, verify=False) as client:
                assert (await client.get(f"{told['url']}/api/replication/mosaicfs")).status_code == 200
            nursery.cancel_scope.cancel()
    with pytest.raises(OSError, match="connect"):
        await trio.open_tcp_stream("127.0.0.1", int(told["url"].rpartition(":")[2]))


async def test_an_address_that_is_taken_is_named_and_none_stays_open(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigError, match=url):
            await plugin.serve(kernel(tmp_path, "http://127.0.0.1:0", url), lambda **facts: None)
