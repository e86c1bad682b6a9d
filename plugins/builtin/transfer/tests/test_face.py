"""When a node hands out files at all, how much at once, how fast, and what it tells of itself."""

import socket
import ssl

import httpcore
import pytest
import trio

from mosaicfs.identity.authority import csr, node_name
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import NodeKeys
from mosaicfs.identity.private_keys import tls_key
from mosaicfs.identity.tls import client_context
from mosaicfs.model.configuration import Settings, TransferSettings
from mosaicfs_transfer.limits import MOST_AT_ONCE, Limits
from mosaicfs_transfer.nonces import KEPT_S, MOST
from mosaicfs_transfer.refusals import RefusalError
from plugins.builtin.transfer.tests.node import LAPTOP, NAS, UNTIL_S, Asker, Nas, at, wire_json

pytestmark = pytest.mark.patient

CONTENT = b"quarterly " * 5_000


async def test_what_is_told_is_where_it_listens(nas: Nas) -> None:
    told = nas.kernel.told[-1]
    assert told is not None
    assert (told.endpoint, told.protocol) == (f"127.0.0.1:{nas.port}", "https")
    await nas.stop()
    assert nas.kernel.told[-1] is None


async def test_the_status_of_the_node_shows_what_was_handed_out(nas: Nas, asker: Asker) -> None:
    assert nas.face is not None
    await asker.ask(at(await nas.put(CONTENT)))
    await asker.ask("/nothing")
    counters = nas.face._counters(nas.kernel.told[-1])
    assert (counters["bytes_out"], counters["refused"], counters["active"]) == (len(CONTENT), 1, 0)
    assert nas.kernel.standing.fares["transfer"] == ["healthy"]


async def test_a_port_that_somebody_has_is_told_and_tried_again(nas: Nas) -> None:
    await nas.stop()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        nas.kernel.settings = Settings(transfer=TransferSettings(listen=f"127.0.0.1:{port}"))
        with trio.move_on_after(0.3):
            await nas.start()
        assert nas.kernel.standing.fares["transfer"][-1] == "degraded"
        assert "other nodes cannot fetch" in nas.kernel.standing.messages["transfer"]


async def test_a_machine_that_is_alone_opens_no_port_until_another_node_has_joined(nas: Nas) -> None:
    """The node of the control plane: its certificate is made of the authority beside it."""
    await nas.stop()
    files = KeyFiles(nas.kernel.places.state_dir / "keys")
    for name in ("control_plane.pub", "node_tls.crt", "node_tls.key"):
        files.remove(name)
    for name in ("ca.key", "ca.crt", "control_plane.key"):
        files.write(name, nas.control_plane.read(name) or b"")
    await nas.node(LAPTOP, nas.laptop.public_key, status="disabled")
    nas.kernel.told.clear()
    with trio.move_on_after(0.3):
        await nas.start()
    assert (nas.kernel.told, nas.kernel.standing.fares["transfer"][-1]) == ([], "disabled")

    await nas.node("node-phone", NodeKeys.new().public_key)
    with trio.fail_after(UNTIL_S):
        await nas.kernel.is_up.wait()
    assert (await Asker(nas, "control_plane").ask(at(await nas.put(CONTENT)))).body == CONTENT


async def test_a_machine_without_an_instance_serves_nothing(nas: Nas) -> None:
    await nas.stop()
    KeyFiles(nas.kernel.places.state_dir / "keys").remove("control_plane.pub")
    nas.kernel.told.clear()
    with trio.move_on_after(0.3):
        await nas.start()
    assert nas.kernel.told == []


async def test_a_renewed_certificate_is_shown_from_the_next_connection_on(nas: Nas) -> None:
    files = KeyFiles(nas.kernel.places.state_dir / "keys")
    before = await _shown(nas)
    renewed = nas.authority.node_certificate(csr(tls_key(files, "node_tls.key")), NAS)
    files.write("node_tls.crt", renewed.encode())
    after = await _shown(nas)
    assert (before != after, after in renewed) == (True, True)


async def _shown(nas: Nas) -> str:
    tcp = await trio.open_tcp_stream("127.0.0.1", nas.port)
    context = client_context(nas.authority.certificate_pem)
    async with trio.SSLStream(tcp, context, server_hostname=node_name(NAS), https_compatible=True) as stream:
        await stream.do_handshake()
        return ssl.DER_cert_to_PEM_cert(stream.getpeercert(binary_form=True))


async def test_only_http_1_1_over_a_certificate_of_the_fixed_name_is_spoken(nas: Nas) -> None:
    context = client_context(nas.authority.certificate_pem)
    context.set_alpn_protocols(["h2", "http/1.1"])
    tcp = await trio.open_tcp_stream("127.0.0.1", nas.port)
    async with trio.SSLStream(tcp, context, server_hostname=node_name(NAS), https_compatible=True) as stream:
        await stream.do_handshake()
        assert stream.selected_alpn_protocol() == "http/1.1"


async def test_plain_http_is_spoken_on_loopback_where_somebody_wants_it(nas: Nas) -> None:
    await nas.stop()
    nas.kernel.settings = Settings(transfer=TransferSettings(listen="http://127.0.0.1:0"))
    await nas.start()
    told = nas.kernel.told[-1]
    assert told is not None
    assert told.protocol == "http"
    async with httpcore.AsyncConnectionPool() as pool:
        assert (await pool.request("GET", f"http://{told.endpoint}/health/live")).status == 200
        assert (await pool.request("GET", f"http://{told.endpoint}/health")).status == 401


async def test_a_caller_has_sixteen_transfers_at_once_and_is_told_when_to_come_again(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(bytes(32 << 20))
    async with asker.pool() as pool, trio.open_nursery() as nursery:

        async def hold(task_status: trio.TaskStatus[None]) -> None:
            headers = asker.headers(asker.signed(at(entry)), None)
            async with pool.stream("GET", asker.url(at(entry)), headers=headers):
                task_status.started()
                await trio.sleep_forever()

        for _ in range(MOST_AT_ONCE):
            await nursery.start(hold)
        refused = await asker.ask(at(entry))
        other = await Asker(nas, "control_plane").ask(at(entry), method="HEAD")
        assert (refused.status, refused.code, refused.headers["retry-after"]) == (429, "rate_limited", "1")
        assert other.status == 200
        nursery.cancel_scope.cancel()


@pytest.mark.patient
async def test_no_more_bytes_go_out_than_the_owner_allows(nas: Nas, asker: Asker) -> None:
    nas.kernel.settings = Settings(transfer=TransferSettings(listen="127.0.0.1:0", bandwidth_limit_mbps=16))
    entry = await nas.put(bytes(2_000_000))
    began = trio.current_time()
    assert len((await asker.ask(at(entry))).body) == 2_000_000
    assert 0.6 < trio.current_time() - began < 7, "an eighth of what is allowed, or less"


def _count(limits: Limits, times: int) -> None:
    for _ in range(times):
        limits.count("a")


def test_rates_are_counted_for_each_caller_and_each_net() -> None:
    now = [0.0]
    limits = Limits(lambda: now[0])
    _count(limits, 200)
    with pytest.raises(RefusalError):
        _count(limits, 3)
    limits.count("b")
    now[0] += 1
    _count(limits, 99)
    for number in range(60):
        limits.failed(f"2001:db8::{number:x}")
    with pytest.raises(RefusalError):
        limits.may_fail("2001:db8::ffff")
    limits.may_fail("2001:db8:0:1::1")
    now[0] += 61
    limits.may_fail("2001:db8::1")


def test_a_folder_of_small_files_is_let_through_and_no_more_than_nonces_allow() -> None:
    now = [0.0]
    limits = Limits(lambda: now[0])
    taken = 0
    while now[0] < KEPT_S:
        try:
            limits.count("a", is_transfer=True)
        except RefusalError:
            now[0] += 1
        else:
            taken += 1
    assert 90_000 < taken < MOST
    limits.count("a")


async def test_health_is_told_to_nodes_alone(asker: Asker) -> None:
    reply = await asker.ask("/health")
    assert set(wire_json(reply.body)) == {"status", "subsystems"}
    assert (await asker.ask("/health", authorization="")).status == 401
