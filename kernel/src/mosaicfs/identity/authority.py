"""The authority of an instance: it vouches for the control plane and for each node under a name that never changes.

Who calls verifies that name whatever the address, so a machine may move, and a stranger at an old address is refused.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import ip_address
from time import time

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from mosaicfs.errors import ConfigError
from mosaicfs.identity.addresses import Address, own_addresses
from mosaicfs.identity.certificates import (
    days_between,
    leaf_certificate,
    names_of,
    pem_of,
    request,
    requested_key,
)
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.private_keys import tls_key
from mosaicfs.identity.succession import Authorities, Step, read_authorities, succeed
from mosaicfs.model.times import Clock

CONTROL_PLANE_NAME = "control-plane.mosaicfs.internal"
SERVER_KEY, SERVER = "server.key", "server.crt"
RENEWAL_DAYS = 30

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_is_host_name = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*").fullmatch


def node_name(node_id: str) -> str:
    return f"{sha256(node_id.encode()).hexdigest()[:32]}.node.mosaicfs.internal"


@dataclass(slots=True)
class Authority:
    """The one that signs now; `succeed` may put the next in its place, and every answer is of that one from then on."""

    _now: Authorities = field(repr=False)
    _clock: Clock = time

    @classmethod
    def open(cls, files: KeyFiles, clock: Clock = time) -> Authority:
        """Made at the first call. `KeyUnsafeError` when key and certificate do not belong together."""
        return cls(read_authorities(files, clock), clock)

    @property
    def certificate_pem(self) -> str:
        return pem_of([self._now.signing]).decode()

    @property
    def trusted_pem(self) -> tuple[str, ...]:
        """All that are to be trusted, the one that signs first."""
        return tuple(pem_of([each]).decode() for each in self._now.trusted)

    @property
    def fingerprint(self) -> str:
        """What a person compares: SHA-256 of the certificate in DER, 64 hex digits."""
        return _fingerprint(self._now.signing)

    @property
    def next_fingerprint(self) -> str:
        """Of the one that waits until it is known; empty where none does."""
        return "" if self._now.next is None else _fingerprint(self._now.next)

    def succeed(self, files: KeyFiles, *, is_known: bool) -> Step:
        """What is due of the next authority; see `succession`."""
        step = succeed(files, self._clock, is_known=is_known)
        self._now = read_authorities(files, self._clock)
        return step

    def server_pair(self, files: KeyFiles, names: Sequence[str]) -> bool:
        """See that there is a server certificate for exactly these names; True when a new one was made.

        The key stays, so a process that reads the pair in this moment finds two halves that fit. A given pair is the
        service manager's to renew.
        """
        if files.is_given(SERVER):
            return False
        key, now = tls_key(files, SERVER_KEY), self._now
        if self._is_good(files.read(SERVER), key.public_key(), names):
            return False
        made = leaf_certificate(now.signing, now.key, key.public_key(), names, self._clock)
        files.write(SERVER, pem_of([made, *now.links, now.signing]))
        return True

    def node_certificate(self, csr_pem: str, node_id: str) -> str:
        """For the key of the request and the name of the node, and what its callers may need besides to believe it.
        `BadCertificateRequestError`."""
        key, names, now = requested_key(csr_pem), [node_name(node_id)], self._now
        return pem_of([leaf_certificate(now.signing, now.key, key, names, self._clock), *now.links]).decode()

    def _is_good(self, pem: bytes | None, key: EllipticCurvePublicKey, names: Sequence[str]) -> bool:
        found = _first(pem or b"")
        return (
            found is not None
            and found.public_key() == key
            and set(names_of(found)) == set(names)
            and days_between(self._clock, found) >= RENEWAL_DAYS
            and found.not_valid_before_utc.timestamp() <= self._clock()
            and self._vouches_for(found)
        )

    def _vouches_for(self, leaf: x509.Certificate) -> bool:
        try:
            leaf.verify_directly_issued_by(self._now.signing)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True


def csr(key: EllipticCurvePrivateKey) -> str:
    return request(key).public_bytes(Encoding.PEM).decode()


def server_names(extra: Sequence[str], addresses: Callable[[], Sequence[Address]] = own_addresses) -> list[str]:
    """What the control plane may be called: each name once, the fixed one first. `extra` is `server.names`.

    `ConfigError` for an extra one that can be no name; a machine's own odd host name is left out.
    """
    host = socket.gethostname()
    short = host.partition(".")[0]
    own = [str(address) for address in addresses() if not (address.is_link_local or address.is_loopback)]
    found = [CONTROL_PLANE_NAME, "localhost", "127.0.0.1", "::1"]
    found += [name for each in (host, f"{short}.local", *own) if (name := _certified(each))]
    for each in extra:
        if not (name := _certified(each)):
            raise ConfigError("server.names", f"{each!r} is neither a host name nor an address.")
        found.append(name)
    return list(dict.fromkeys(found))


def days_left(pem: str, clock: Clock = time) -> float:
    """Of the first certificate; less than nothing when it is over. `ValueError` when there is none."""
    found = _first(pem.encode())
    if found is None:
        raise ValueError("no certificate")
    return days_between(clock, found)


def fingerprint_of(der: bytes) -> str:
    return sha256(der).hexdigest()


def fingerprints(pem: str) -> tuple[str, ...]:
    """Of all certificates, in their order; none for what holds no certificate."""
    try:
        return tuple(map(_fingerprint, x509.load_pem_x509_certificates(pem.encode())))
    except ValueError:
        return ()


def _fingerprint(certificate: x509.Certificate) -> str:
    return fingerprint_of(certificate.public_bytes(Encoding.DER))


def _certified(name: str) -> str:
    """As it stands in a certificate; empty for what cannot stand there."""
    try:
        return "" if "%" in name else str(ip_address(name.strip("[]")))
    except ValueError:
        pass
    try:
        text = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    text = text.lower().rstrip(".")
    return text if _is_host_name(text) else ""


def _first(pem: bytes) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        return None
