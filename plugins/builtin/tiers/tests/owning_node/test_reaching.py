"""Which address is taken, and that nothing is told to who cannot prove to be that node."""

import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import trio
import trio.testing

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.identity.authority import Authority, csr, node_name
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.private_keys import tls_key
from mosaicfs.model.node import Transfer
from mosaicfs_tiers.owning_node.line import Patience
from plugins.builtin.tiers.tests.owning_node.other_end import CONTENT, LARGE, LONG_S, NAS, Asked, Nas, an_entry, honest

pytestmark = pytest.mark.patient

Impostor = Callable[[Nas, Path], KeyFiles]


@pytest.fixture
def deaf() -> Iterator[str]:
    """Takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def closed() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


def another_node(nas: Nas, path: Path) -> KeyFiles:
    """Of the same instance, with a certificate of its own."""
    files = KeyFiles(path / "other")
    files.write("ca.crt", nas.authority.certificate_pem.encode())
    certificate = nas.authority.node_certificate(csr(tls_key(files, "server.key")), "node-other")
    files.write("server.crt", certificate.encode())
    return files


def a_stranger(nas: Nas, path: Path) -> KeyFiles:
    """With the right name, by an authority of its own."""
    files = KeyFiles(path / "stranger")
    Authority.open(files).server_pair(files, [node_name(NAS)])
    return files


def the_control_plane(nas: Nas, path: Path) -> KeyFiles:
    files = KeyFiles(nas.root / "ground")
    Authority.open(files).server_pair(files, ["control-plane.mosaicfs.internal", "127.0.0.1", "localhost"])
    return files


@pytest.mark.parametrize("impostor", [another_node, a_stranger, the_control_plane])
async def test_attack_26_who_cannot_prove_its_name_is_told_nothing(
    nas: Nas, tmp_path: Path, impostor: Impostor
) -> None:
    await nas.know(await nas.serve(impostor(nas, tmp_path)))
    with pytest.raises(SourceUnavailableError, match="nothing was sent"):
        await nas.read()
    assert (nas.asked, nas.received) == ([], 0)


async def test_attack_26_a_service_without_tls_is_told_nothing_that_it_could_understand(nas: Nas) -> None:
    heard: list[bytes] = []

    async def listen(stream: trio.SocketStream) -> None:
        heard.append(await stream.receive_some())
        await stream.send_all(b"220 ready\r\n")
        await stream.aclose()

    listeners = await nas.nursery.start(trio.serve_tcp, listen, 0)
    await nas.know(f"127.0.0.1:{listeners[0].socket.getsockname()[1]}")
    with pytest.raises(SourceUnavailableError):
        await nas.read()
    assert heard
    assert all(b"HTTP" not in each and b"Signature" not in each for each in heard)


async def test_attack_26_a_node_that_speaks_without_tls_is_not_asked(nas: Nas) -> None:
    await nas.know(transfer=Transfer(endpoint=await nas.serve(), protocol="http"))
    assert await nas.tier.offer(an_entry()) is None


async def test_another_machine_at_an_old_address_is_passed_over(nas: Nas, tmp_path: Path) -> None:
    await nas.know(await nas.serve(another_node(nas, tmp_path)), await nas.serve())
    assert await nas.read() == CONTENT


async def test_a_dead_address_costs_a_moment_and_not_the_whole_patience(nas: Nas, deaf: str, closed: str) -> None:
    await nas.know(closed, deaf, await nas.serve())
    with trio.fail_after(LONG_S / 2):
        assert await nas.read() == CONTENT


@pytest.mark.parametrize("status", ["online", "offline"])
async def test_who_is_known_to_be_offline_is_waited_for_less(nas: Nas, deaf: str, status: str) -> None:
    assert Patience().connect_offline_s < Patience().connect_s
    await nas.know(deaf, status=status)
    if status == "offline":
        nas.patience.connect_offline_s = 0.3
    else:
        nas.patience.connect_s = 0.3
    began = trio.current_time()
    with trio.fail_after(LONG_S / 2), pytest.raises(SourceUnavailableError, match="did not answer"):
        await nas.read()
    assert trio.current_time() - began >= 0.3


async def test_a_node_that_just_starts_is_found_within_the_patience(nas: Nas, closed: str) -> None:
    async def later() -> None:
        await trio.sleep(0.1)
        port = int(closed.rpartition(":")[2])
        await nas.nursery.start(trio.serve_tcp, _pass_on(await nas.serve()), port)

    await nas.know(closed)
    nas.nursery.start_soon(later)
    assert await nas.read() == CONTENT


def _pass_on(endpoint: str) -> Callable[[trio.SocketStream], Awaitable[None]]:
    async def pump(source: trio.SocketStream, sink: trio.SocketStream) -> None:
        try:
            async for some in source:
                await sink.send_all(some)
            await sink.send_eof()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass

    async def serve(stream: trio.SocketStream) -> None:
        inner = await trio.open_tcp_stream("127.0.0.1", int(endpoint.rpartition(":")[2]))
        async with inner, trio.open_nursery() as nursery:
            nursery.start_soon(pump, stream, inner)
            nursery.start_soon(pump, inner, stream)

    return serve


async def test_connections_are_kept_while_the_tier_works_and_closed_with_it(nas: Nas) -> None:
    tier = nas.tier
    nas.connections = 0
    async with trio.open_nursery() as nursery:
        nursery.start_soon(tier.work)
        await trio.testing.wait_all_tasks_blocked()
        offer = await tier.offer(an_entry())
        assert offer is not None
        for _ in range(3):
            handle = await tier.open(an_entry(), offer)
            assert await handle.read(0, 10) == CONTENT[:10]
            await handle.close()
        nursery.cancel_scope.cancel()
    assert (nas.connections, len(nas.asked)) == (1, 3)


async def test_a_connection_that_the_node_has_closed_meanwhile_is_made_anew(nas: Nas) -> None:
    async def once(asked: Asked, stream: trio.abc.Stream) -> None:
        await stream.send_all(honest(asked).raw)
        await stream.aclose()

    nas.answer = once
    tier = nas.tier
    offer = await tier.offer(an_entry())
    assert offer is not None
    one, two = await tier.open(an_entry(), offer), await tier.open(an_entry(), offer)
    assert await two.read(0, 5) == CONTENT[:5]
    await one.close()
    await two.close()


async def test_a_handle_that_is_closed_under_a_read_leaves_nothing_open(nas: Nas) -> None:
    async def stall(asked: Asked, stream: trio.abc.Stream) -> None:
        told = honest(asked, LARGE)
        if asked.start == 0:
            await stream.send_all(told.raw)
        else:
            await stream.send_all(told.head + told.body[:1_000])
            await trio.sleep_forever()

    async def read() -> None:
        with pytest.raises(SourceUnavailableError, match="closed"):
            await handle.read(5_000, 50_000)

    nas.answer, tier = stall, nas.tier
    offer = await tier.offer(an_entry(LARGE))
    assert offer is not None
    handle = await tier.open(an_entry(LARGE), offer)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        await trio.sleep(0.1)
        await handle.close()
    assert len(nas.asked) == 2


async def test_a_reader_that_gives_up_leaves_nothing_open(nas: Nas) -> None:
    async def stall(asked: Asked, stream: trio.abc.Stream) -> None:
        await trio.sleep_forever()

    nas.answer = stall
    with trio.move_on_after(0.1) as scope:
        await nas.read()
    assert scope.cancelled_caught
