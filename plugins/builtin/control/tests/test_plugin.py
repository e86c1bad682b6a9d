"""The face as the kernel puts it up: from the settings to an answer, and down again; and when it refuses to."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import trio

from mosaicfs.errors import AddressInUseError, ConfigError, StoreBusyError
from mosaicfs.identity.key_files import KeyUnsafeError
from mosaicfs.model.configuration import ServerSettings, Settings
from mosaicfs_control import plugin
from mosaicfs_control.local_socket import socket_path
from mosaicfs_control.warming import warm
from mosaicfs_sdk.fakes.kernel import FakeKernel
from mosaicfs_sdk.fakes.places import places_below
from mosaicfs_sdk.fakes.store import MemoryStore


def kernel(home: Path, *listen: str) -> FakeKernel:
    places = places_below(home)
    places.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FakeKernel(places, "node-a", settings=Settings(server=ServerSettings(listen=listen)))


def socket_below(home: Path) -> Path:
    return socket_path(places_below(home).runtime_dir)


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
            async with httpx.AsyncClient(verify=False) as client:
                assert (await client.get(f"{told['url']}/api/identity")).status_code == 200
                assert (await client.get(f"{told['url']}/api/replication/mosaicfs")).status_code == 401
            assert told["socket"] == str(socket_below(tmp_path))
            owners = httpx.AsyncHTTPTransport(uds=told["socket"], verify=False)
            async with httpx.AsyncClient(transport=owners, base_url="http://localhost") as client:
                assert (await client.get("/api/health/ready")).json() == {"status": "ok"}
                assert (await client.get("/api/replication/mosaicfs")).status_code == 200
                assert (await client.get("/api/system/info")).json()["setup_date"].startswith("20")
            nursery.cancel_scope.cancel()
    with pytest.raises(OSError, match="No such file"):
        await trio.open_unix_socket(told["socket"])
    with pytest.raises(OSError, match="connect"):
        await trio.open_tcp_stream("127.0.0.1", int(told["url"].rpartition(":")[2]))


async def test_an_address_that_is_taken_is_named_and_none_stays_open(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(AddressInUseError, match=url):
            await plugin.serve(kernel(tmp_path, "http://127.0.0.1:0", url), lambda **facts: None)
    assert not socket_below(tmp_path).exists()


@pytest.mark.parametrize(
    ("listen", "says"),
    [
        (["http://0.0.0.0:0"], "could read along"),
        (["https://0.0.0.0:0"], "no access key yet. Type: mosaicfs init"),
        (["http://127.0.0.1:0", "https://[::]:0"], "no access key yet"),
        (["unix:relative"], "absolute path"),
    ],
)
async def test_attack_23_what_would_be_unsafe_to_listen_on_opens_nothing(
    listen: list[str], says: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=says):
        await plugin.serve(kernel(tmp_path, *listen), lambda **facts: None)
    assert not socket_below(tmp_path).exists()


async def test_attack_23_a_key_that_others_can_read_opens_nothing(tmp_path: Path) -> None:
    keys = places_below(tmp_path).keys_dir
    keys.mkdir(mode=0o700, parents=True)
    (keys / "instance.key").write_text("known to everybody")
    (keys / "instance.key").chmod(0o644)
    with pytest.raises(KeyUnsafeError, match="chmod 600"):
        await plugin.serve(kernel(tmp_path, "http://127.0.0.1:0"), lambda **facts: None)
    assert not socket_below(tmp_path).exists()


async def test_what_is_wrong_with_names_and_proxies_is_told_before_anything_listens(tmp_path: Path) -> None:
    for wrong in (
        {"trusted_proxies": ("everybody",)},
        {"tls_certificate": "/c.pem"},
        {"socket_group": "no such group"},
    ):
        asked = kernel(tmp_path, "http://127.0.0.1:0")
        asked.settings = Settings(server=replace(asked.settings.server, **wrong))
        with pytest.raises(ConfigError):
            await plugin.serve(asked, lambda **facts: None)
        assert not socket_below(tmp_path).exists()


class WarmStore(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may_end = trio.Event(), trio.Event()

    async def warm(self) -> None:
        self.asked.set()
        await self.may_end.wait()


async def test_it_is_ready_before_its_store_is_warm(tmp_path: Path) -> None:
    cold = kernel(tmp_path, "http://127.0.0.1:0")
    cold.store = store = WarmStore()
    ready = trio.Event()
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(plugin.serve, cold, lambda **facts: ready.set())
            await ready.wait()
            await store.asked.wait()
            nursery.cancel_scope.cancel()


async def test_a_store_that_cannot_be_warmed_is_served_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    store = WarmStore()

    async def refuse() -> None:
        raise StoreBusyError(10)

    monkeypatch.setattr(store, "warm", refuse)
    await warm(store)
    await warm(MemoryStore())
