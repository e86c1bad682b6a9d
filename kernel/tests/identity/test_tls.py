"""A caller reaches who it means or nobody, and says nothing before it knows. Real servers and clients on loopback."""

from __future__ import annotations

import ssl
import warnings
from hashlib import sha256
from pathlib import Path
from time import time

import pytest
import trio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from kernel.tests.identity.peers import NAMES, Instance, own_pair, said, serving, shown_leaf
from mosaicfs.errors import ConfigError
from mosaicfs.identity.authority import CONTROL_PLANE_NAME, node_name
from mosaicfs.identity.key_files import KeyFiles, KeyUnsafeError
from mosaicfs.identity.private_keys import tls_key
from mosaicfs.identity.tls import client_context, load_pairs, presented_chain, server_context

DAY = 86_400.0


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return Instance(tmp_path_factory.mktemp("instance"))


# --- who is trusted ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "localhost"])
async def test_the_fixed_name_is_verified_whatever_the_address(instance: Instance, host: str) -> None:
    listening_on = host if host[0].isdigit() else "127.0.0.1"
    async with serving(server_context(instance.files), listening_on) as server:
        await said(server.port, client_context(instance.ca), host=host)
    assert server.inside == [b"word"]


async def test_a_node_is_verified_by_the_name_made_from_its_id(instance: Instance) -> None:
    files = instance.node("node-attic")
    async with serving(server_context(files, pair="node_tls")) as server:
        await said(server.port, client_context(instance.ca), node_name("node-attic"))
        for other in (node_name("node-nas"), CONTROL_PLANE_NAME, "localhost"):
            with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
                await said(server.port, client_context(instance.ca), other)
    assert [inside for inside in server.inside if inside] == [b"word"]


async def test_a_server_of_another_instance_hears_nothing(instance: Instance, tmp_path: Path) -> None:
    other = Instance(tmp_path)
    async with serving(server_context(other.files)) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            await said(server.port, client_context(instance.ca))
    assert not any(server.inside)


async def test_two_authorities_may_be_trusted_at_once(instance: Instance, tmp_path: Path) -> None:
    """While a new one takes over from an old one."""
    other = Instance(tmp_path)
    both = client_context(other.ca + instance.ca)
    for each in (instance, other):
        async with serving(server_context(each.files)) as server:
            await said(server.port, both)


@pytest.mark.parametrize("ago", [91 * DAY, 3700 * DAY, -2 * DAY], ids=["a leaf", "an authority", "not begun"])
async def test_what_is_not_valid_now_hears_nothing(tmp_path: Path, ago: float) -> None:
    past = Instance(tmp_path, lambda: time() - ago)
    async with serving(server_context(past.files)) as server:
        with pytest.raises(ssl.SSLCertVerificationError, match=r"expired|not yet valid"):
            await said(server.port, client_context(past.ca))
    assert not any(server.inside)


async def test_the_trust_store_of_the_system_does_not_help(instance: Instance, tmp_path: Path) -> None:
    """A client context trusts what it was given, and an owner's certificate is none of that."""
    own = own_pair(tmp_path, "nas.example")
    async with serving(server_context(instance.files, own)) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            await said(server.port, client_context(instance.ca), "nas.example")
    assert not any(server.inside)


def test_a_client_without_an_authority_cannot_be_made() -> None:
    for nothing in ("", "nonsense"):
        with pytest.raises((ssl.SSLError, ValueError)):
            client_context(nothing)


# --- a look before anything is said --------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_the_chain_is_shown_and_nothing_issaid(instance: Instance, version: ssl.TLSVersion) -> None:
    context = server_context(instance.files)
    context.maximum_version = version
    async with serving(context) as server:
        leaf, ca = await presented_chain("127.0.0.1", server.port)
    assert sha256(ca).hexdigest() == instance.authority.fingerprint
    assert CONTROL_PLANE_NAME.encode() in leaf
    assert server.inside == [b""]


async def test_the_chain_of_a_node_has_the_authority_once(instance: Instance) -> None:
    files = instance.node("node-attic")
    files.write("node_tls.crt", (files.read("node_tls.crt") or b"") + instance.ca.encode())
    async with serving(server_context(files, pair="node_tls")) as server:
        assert len(await presented_chain("127.0.0.1", server.port)) == 2


@pytest.mark.parametrize("ago", [91 * DAY, 3700 * DAY])
async def test_the_chain_is_shown_also_by_who_cannot_be_trusted(tmp_path: Path, ago: float) -> None:
    past = Instance(tmp_path, lambda: time() - ago)
    async with serving(server_context(past.files)) as server:
        assert len(await presented_chain("127.0.0.1", server.port)) == 2
    assert server.inside == [b""]


async def test_the_look_asks_for_the_fixed_name(instance: Instance, tmp_path: Path) -> None:
    """Else it would be shown the owner's certificate, in which the fingerprint is not."""
    async with serving(server_context(instance.files, own_pair(tmp_path, "nas.example"))) as server:
        chain = await presented_chain("localhost", server.port)
    assert instance.authority.fingerprint in [sha256(der).hexdigest() for der in chain]


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x16\x03\x03"])
async def test_who_speaks_no_tls_is_an_error_of_the_system(answer: bytes) -> None:
    async def serve(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        if answer:
            await stream.send_all(answer)
        await stream.send_eof()
        while await stream.receive_some():
            pass

    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, serve, listeners)
        with pytest.raises(OSError):  # noqa: PT011 - which one is for the caller to tell
            await presented_chain("127.0.0.1", listeners[0].socket.getsockname()[1])
        nursery.cancel_scope.cancel()


async def test_nobody_there_and_nobody_answering_are_errors_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listener.socket.getsockname()[1]
    monkeypatch.setattr("mosaicfs.identity.tls._PATIENCE_S", 0.05)
    with pytest.raises(TimeoutError):
        await presented_chain("127.0.0.1", port)
    await listener.aclose()
    monkeypatch.undo()
    with pytest.raises(OSError, match="all attempts to connect"):
        await presented_chain("127.0.0.1", port)


# --- versions, ciphers, protocols ----------------------------------------------------------------------------------


def _weak_client(ca: str, ciphers: str, newest: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=ca)
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = newest
    return context


def _lax_server(files: KeyFiles) -> ssl.SSLContext:
    """As another program might be set up; it shows that a client below could, if the server would."""
    context = server_context(files)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    return context


REFUSED = [
    ("ECDHE-ECDSA-AES128-SHA", ssl.TLSVersion.TLSv1_1),
    ("ECDHE-ECDSA-AES128-SHA", ssl.TLSVersion.TLSv1_2),
    ("ECDHE-ECDSA-AES128-SHA256", ssl.TLSVersion.TLSv1_2),
    ("ECDHE-ECDSA-AES256-SHA384", ssl.TLSVersion.TLSv1_2),
    ("AECDH-AES128-SHA", ssl.TLSVersion.TLSv1_2),
]


@pytest.mark.parametrize(("ciphers", "newest"), REFUSED)
async def test_what_is_weak_is_refused(instance: Instance, ciphers: str, newest: ssl.TLSVersion) -> None:
    weak = _weak_client(instance.ca, ciphers, newest)
    async with serving(server_context(instance.files)) as server:
        with pytest.raises(ssl.SSLError):
            await said(server.port, weak)
    assert not any(server.inside)
    if not ciphers.startswith("AECDH"):
        async with serving(_lax_server(instance.files)) as server:
            await said(server.port, weak)


@pytest.mark.parametrize("cipher", ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "DHE-RSA-AES128-SHA256"])
async def test_an_owners_key_of_rsa_does_not_bring_back_what_has_no_forward_secrecy(
    instance: Instance, tmp_path: Path, cipher: str
) -> None:
    own = own_pair(tmp_path, "nas.example", rsa=True)
    for ciphers, is_good in ((cipher, False), ("ECDHE-RSA-AES128-GCM-SHA256", True)):
        client = _weak_client(own[0].read_text(), ciphers, ssl.TLSVersion.TLSv1_2)
        async with serving(server_context(instance.files, own)) as server:
            if is_good:
                await said(server.port, client, "nas.example")
            else:
                with pytest.raises(ssl.SSLError):
                    await said(server.port, client, "nas.example")


@pytest.mark.parametrize("cipher", ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"])
async def test_tls_1_2_is_taken_where_it_is_strong(instance: Instance, cipher: str) -> None:
    client = _weak_client(instance.ca, cipher, ssl.TLSVersion.TLSv1_2)
    async with serving(server_context(instance.files)) as server:
        await said(server.port, client)


async def test_a_client_does_not_speak_to_a_weak_server(instance: Instance) -> None:
    weak = _lax_server(instance.files)
    weak.set_ciphers("ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0")
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    async with serving(weak) as server:
        with pytest.raises(ssl.SSLError):
            await said(server.port, client_context(instance.ca))
    assert not any(server.inside)


@pytest.mark.parametrize(
    ("offered", "chosen"), [(["http/1.1", "h2"], "h2"), (["http/1.1"], "http/1.1"), (["spdy/3"], None), ([], None)]
)
@pytest.mark.parametrize("has_own", [False, True])
async def test_the_protocol_is_agreed_on(
    instance: Instance, tmp_path: Path, offered: list[str], chosen: str | None, has_own: bool
) -> None:
    client = client_context(instance.ca)
    if offered:
        client.set_alpn_protocols(offered)
    own = own_pair(tmp_path, "nas.example") if has_own else None
    async with serving(server_context(instance.files, own)) as server:
        assert (await said(server.port, client)).selected_alpn_protocol() == chosen


# --- the owner's certificate, and new ones -------------------------------------------------------------------------


async def test_the_owners_certificate_is_shown_for_every_name_but_the_fixed_one(
    instance: Instance, tmp_path: Path
) -> None:
    own = own_pair(tmp_path, "nas.example")
    browser = client_context(own[0].read_text())
    nobody_asked = client_context(own[0].read_text())
    nobody_asked.check_hostname = False
    async with serving(server_context(instance.files, own)) as server:
        theirs = x509.load_pem_x509_certificate(own[0].read_bytes())
        assert await shown_leaf(server.port, browser, "nas.example") == theirs
        assert await shown_leaf(server.port, nobody_asked, "anything.example") == theirs
        assert await shown_leaf(server.port, nobody_asked, None) == theirs
        assert await shown_leaf(server.port, client_context(instance.ca)) != theirs


async def test_a_new_certificate_is_shown_from_the_next_connection_on(tmp_path: Path) -> None:
    instance, own = Instance(tmp_path / "keys"), own_pair(tmp_path, "nas.example")
    context, client = server_context(instance.files), client_context(instance.ca)
    async with serving(context) as server:
        before = await shown_leaf(server.port, client)
        assert instance.authority.server_pair(instance.files, [*NAMES, "attic.local"])
        assert await shown_leaf(server.port, client) == before
        load_pairs(context, instance.files)
        assert await shown_leaf(server.port, client) != before
        await said(server.port, client, "attic.local")
        load_pairs(context, instance.files, own)
        await said(server.port, client_context(own[0].read_text()), "nas.example")
        await said(server.port, client)
        assert instance.authority.server_pair(instance.files, NAMES)
        load_pairs(context, instance.files)
        last = x509.load_pem_x509_certificate(instance.files.read("server.crt") or b"")
        assert [await shown_leaf(server.port, client, name) for name in (CONTROL_PLANE_NAME, "localhost")] == [
            last,
            last,
        ]


@pytest.mark.parametrize("damage", ["key of another", "no certificate", "nothing", "readable by others"])
async def test_a_pair_that_cannot_be_used_leaves_the_old_one(tmp_path: Path, damage: str) -> None:
    instance = Instance(tmp_path)
    context = server_context(instance.files)
    match damage:
        case "key of another":
            instance.files.remove("server.key")
            tls_key(instance.files, "server.key")
        case "no certificate":
            instance.files.write("server.crt", b"nonsense")
        case "nothing":
            instance.files.remove("server.crt")
        case "readable by others":
            (instance.files.folder / "server.key").chmod(0o644)
    with pytest.raises(KeyUnsafeError, match="server"):
        load_pairs(context, instance.files)
    with pytest.raises(KeyUnsafeError, match="server"):
        server_context(instance.files)
    async with serving(context) as server:
        await said(server.port, client_context(instance.ca))


@pytest.mark.parametrize("damage", ["key of another", "nothing", "nonsense", "a passphrase"])
async def test_an_owners_pair_that_cannot_be_used_leaves_the_old_one(
    instance: Instance, tmp_path: Path, damage: str
) -> None:
    (tmp_path / "a").mkdir()
    certificate, key = own_pair(tmp_path, "nas.example")
    other, _ = own_pair(tmp_path / "a", "nas.example")
    context = server_context(instance.files, (certificate, key))
    broken = tmp_path / "broken.key"
    match damage:
        case "key of another":
            broken = key
        case "nonsense":
            broken.write_text("nonsense")
        case "a passphrase":
            locked = BestAvailableEncryption(b"word")
            broken.write_bytes(
                generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)
            )
    with pytest.raises(ConfigError, match=r"server\.tls_certificate"):
        load_pairs(context, instance.files, (other, broken))
    async with serving(context) as server:
        await said(server.port, client_context(certificate.read_text()), "nas.example")
