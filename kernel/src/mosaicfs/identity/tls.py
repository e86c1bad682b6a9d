"""TLS of this instance: what a server shows, whom a client trusts, and a look at a stranger before anything is said.

A caller verifies a fixed name (`control-plane.mosaicfs.internal`, or a node's) against the instance's own authority and
nothing else. There is no way to leave that out.
"""

from __future__ import annotations

import os
import ssl
from contextlib import suppress
from pathlib import Path

import trio
from cryptography import x509

from mosaicfs.errors import ConfigError
from mosaicfs.identity.authority import CONTROL_PLANE_NAME
from mosaicfs.identity.certificates import pem_of
from mosaicfs.identity.key_files import KeyFiles, KeyUnsafeError
from mosaicfs.identity.succession import CA

# Of TLS 1.2 only what has forward secrecy and authenticated encryption; all of TLS 1.3 has both.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!PSK"
_PROTOCOLS = ["h2", "http/1.1"]
_PATIENCE_S = 10
_DER = 2


def server_context(files: KeyFiles, own: tuple[Path, Path] | None = None, *, pair: str = "server") -> ssl.SSLContext:
    """Of the pair `<pair>.key` and `<pair>.crt`. `own` is the owner's certificate and key, which browsers see.

    The owner's is shown for every name but the fixed one, so nodes keep the authority that they know.
    """
    context = _blank()
    load_pairs(context, files, own, pair=pair)
    return context


def load_pairs(
    context: ssl.SSLContext, files: KeyFiles, own: tuple[Path, Path] | None = None, *, pair: str = "server"
) -> None:
    """Show what the files hold now, from the next connection on. `KeyUnsafeError`, `ConfigError`: the old is kept."""
    internal = _blank()
    _load(internal, files, pair)
    if own is None:
        _load(context, files, pair)
        context.sni_callback = None
        return
    # Half of a pair that does not fit would be taken, so it is tried elsewhere first.
    _load_own(_blank(), own)
    _load_own(context, own)

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name == CONTROL_PLANE_NAME:
            connection.context = internal

    context.sni_callback = choose


def client_context(ca_pem: str) -> ssl.SSLContext:
    """Trusts these authorities alone, and what they vouch for by the name that the caller asks for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _only_strong(context)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.hostname_checks_common_name = False
    context.load_verify_locations(cadata=ca_pem)
    return context


async def presented_chain(host: str, port: int) -> list[bytes]:
    """The certificates in DER that a server shows, the leaf first; none of them is proven.

    The handshake is completed and the connection dropped: nothing is sent inside. `OSError`, of which `ssl.SSLError` is
    one, when there is no server, no TLS, or no answer in time.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _only_strong(context)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    handshake = context.wrap_bio(incoming, outgoing, server_hostname=CONTROL_PLANE_NAME)
    try:
        with trio.fail_after(_PATIENCE_S):
            stream = await trio.open_tcp_stream(host, port)
            async with stream:
                await _shake_hands(handshake, incoming, outgoing, stream)
    except trio.TooSlowError:
        raise TimeoutError(f"no handshake within {_PATIENCE_S} s") from None
    except trio.BrokenResourceError as cause:
        raise ConnectionResetError("the connection broke during the handshake") from cause
    return _chain_of(handshake)


async def _shake_hands(
    handshake: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, stream: trio.SocketStream
) -> None:
    is_done = False
    while not is_done:
        with suppress(ssl.SSLWantReadError):
            handshake.do_handshake()
            is_done = True
        if said := outgoing.read():
            await stream.send_all(said)
        if not is_done:
            if heard := await stream.receive_some():
                incoming.write(heard)
            else:
                incoming.write_eof()


def _chain_of(handshake: ssl.SSLObject) -> list[bytes]:
    """Python has a public word for it from 3.13 on; before that the inner object answers the same."""
    public = getattr(handshake, "get_unverified_chain", None)
    if public is not None:
        return list(public())
    inner = handshake._sslobj  # type: ignore[attr-defined]
    return [certificate.public_bytes(_DER) for certificate in inner.get_unverified_chain() or ()]


# --- contexts of a server ------------------------------------------------------------------------------------------


def _blank() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _only_strong(context)
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(_PROTOCOLS)
    return context


def _only_strong(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION


def _load(context: ssl.SSLContext, files: KeyFiles, pair: str) -> None:
    """Key, certificate and authority in one. The library reads files only, so it is given one that has no name."""
    key, chain = _needed(files, f"{pair}.key"), _chain(files, f"{pair}.crt")
    unnamed = os.memfd_create("pair", os.MFD_CLOEXEC)
    with os.fdopen(unnamed, "wb") as file:
        file.write(key + b"\n" + chain)
        file.flush()
        try:
            context.load_cert_chain(f"/proc/self/fd/{unnamed}", password=_no_password)
        except ssl.SSLError:
            remedy = f"Put back the two that belong together, or remove {pair}.crt so that a new one is made."
            raise KeyUnsafeError(files.place(f"{pair}.key"), f"does not fit {pair}.crt", remedy) from None


def _chain(files: KeyFiles, name: str) -> bytes:
    """The leaf, what links its authority to the one before, and each authority once. Who verifies takes the first way
    that it finds, so a link stands before them."""
    try:
        leaf, *shown = x509.load_pem_x509_certificates(_needed(files, name))
        authorities = x509.load_pem_x509_certificates(_needed(files, CA))
        return pem_of([leaf, *(each for each in shown if each not in authorities), *authorities])
    except ValueError:
        remedy = f"Remove {name}, and a new one is made."
        raise KeyUnsafeError(files.place(name), "is not a certificate as PEM", remedy) from None


def _needed(files: KeyFiles, name: str) -> bytes:
    found = files.read(name)
    if found is None:
        raise KeyUnsafeError(files.place(name), "is not there", "Put it back.")
    return found


def _load_own(context: ssl.SSLContext, own: tuple[Path, Path]) -> None:
    certificate, key = own
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as cause:
        trouble = f"{certificate} and {key} cannot be used: {getattr(cause, 'strerror', None) or cause}."
        raise ConfigError("server.tls_certificate", trouble) from None


def _no_password() -> str:
    """Nobody is there to be asked for one."""
    return ""
