"""What the certificates of an instance look like: its authority, and the servers that it vouches for. Nothing is kept.

All are ECDSA P-256 with SHA-256. They begin an hour before they are made, so that a machine whose clock is a little
behind takes them at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mosaicfs.errors import GiveUpError
from mosaicfs.model.times import Clock

CA_LIFE, LEAF_LIFE = timedelta(days=3652), timedelta(days=90)
_EARLIER = timedelta(hours=1)
_CA_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "MosaicFS instance CA")])


class BadCertificateRequestError(GiveUpError):
    def __init__(self, trouble: str) -> None:
        super().__init__(f"The certificate request {trouble}. Send one for a P-256 key, signed by that key, as PEM.")


def ca_certificate(key: EllipticCurvePrivateKey, clock: Clock) -> x509.Certificate:
    """Self-signed; it may sign leaves and nothing that signs in turn."""
    return (
        _blank(_CA_NAME, key.public_key(), CA_LIFE, clock)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, SHA256())
    )


def link_certificate(
    before: x509.Certificate, before_key: EllipticCurvePrivateKey, public_key: EllipticCurvePublicKey, clock: Clock
) -> x509.Certificate:
    """An authority that the one before vouches for, as long as that one lasts.

    Both have one name, so this counts as no step between (RFC 5280, 4.2.1.9) and the path length of 0 allows it.
    """
    vouched = x509.AuthorityKeyIdentifier.from_issuer_public_key(before_key.public_key())
    return (
        _blank(_CA_NAME, public_key, CA_LIFE, clock, before)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(vouched, critical=False)
        .sign(before_key, SHA256())
    )


def leaf_certificate(
    ca: x509.Certificate,
    ca_key: EllipticCurvePrivateKey,
    public_key: EllipticCurvePublicKey,
    names: Sequence[str],
    clock: Clock,
) -> x509.Certificate:
    """Of a server; good for these names and addresses and no others."""
    vouched = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    return (
        _blank(x509.Name([]), public_key, LEAF_LIFE, clock, ca)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(vouched, critical=False)
        # The subject is empty, and then this one has to be critical (RFC 5280).
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=True)
        .sign(ca_key, SHA256())
    )


def request(key: EllipticCurvePrivateKey) -> x509.CertificateSigningRequest:
    """Names nobody: what it becomes good for is decided by who signs."""
    return x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, SHA256())


def requested_key(csr_pem: str) -> EllipticCurvePublicKey:
    """The public key, whose owner has signed the request. Whatever else stands there is not looked at."""
    try:
        asked = x509.load_pem_x509_csr(csr_pem.encode())
        key, is_signed = asked.public_key(), asked.is_signature_valid
    except Exception:  # noqa: BLE001 - foreign bytes; the library has many words for "no"
        raise BadCertificateRequestError("cannot be read") from None
    if not (isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)):
        raise BadCertificateRequestError("is for a key of another kind")
    if not is_signed:
        raise BadCertificateRequestError("is not signed by the key that it is for")
    return key


def names_of(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [*found.get_values_for_type(x509.DNSName), *(str(ip) for ip in found.get_values_for_type(x509.IPAddress))]


def days_between(clock: Clock, certificate: x509.Certificate) -> float:
    return (certificate.not_valid_after_utc.timestamp() - clock()) / 86_400


def made_at(certificate: x509.Certificate) -> float:
    return (certificate.not_valid_before_utc + _EARLIER).timestamp()


def pem_of(certificates: Iterable[x509.Certificate]) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def _blank(
    subject: x509.Name,
    key: EllipticCurvePublicKey,
    life: timedelta,
    clock: Clock,
    ca: x509.Certificate | None = None,
) -> x509.CertificateBuilder:
    now = datetime.fromtimestamp(int(clock()), UTC)
    last = min(now + life, ca.not_valid_after_utc) if ca else now + life
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(ca.subject if ca else subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(last)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def is_for(certificate_pem: str, key: EllipticCurvePrivateKey) -> bool:
    """Whether the first certificate belongs to this key; False too for what is none."""
    try:
        return x509.load_pem_x509_certificate(certificate_pem.encode()).public_key() == key.public_key()
    except ValueError:
        return False
