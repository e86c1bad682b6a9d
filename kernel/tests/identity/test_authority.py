"""An instance vouches for its servers, by names that it chooses itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kernel.tests.identity.vectors import MOMENT
from mosaicfs.errors import ConfigError
from mosaicfs.identity.authority import (
    CONTROL_PLANE_NAME,
    Authority,
    csr,
    days_left,
    fingerprint_of,
    node_name,
    server_names,
)
from mosaicfs.identity.certificates import BadCertificateRequestError, is_for, names_of
from mosaicfs.identity.key_files import KeyFiles, KeyUnsafeError
from mosaicfs.identity.private_keys import tls_key

DAY = 86_400.0
NAMES = [CONTROL_PLANE_NAME, "nas.local", "192.168.1.5", "2001:db8::5"]


class SetClock:
    def __init__(self) -> None:
        self.now = MOMENT

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def files(tmp_path: Path) -> KeyFiles:
    return KeyFiles(tmp_path / "keys")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def authority(files: KeyFiles, clock: SetClock) -> Authority:
    return Authority.open(files, clock)


def _certificates(files: KeyFiles, name: str = "server.crt") -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(files.read(name) or b"")


# --- the authority itself ------------------------------------------------------------------------------------------


def test_it_is_made_once(files: KeyFiles, clock: SetClock, authority: Authority) -> None:
    again = Authority.open(files, clock)
    assert again.certificate_pem == authority.certificate_pem
    assert len(authority.fingerprint) == 64
    (der,) = (each.public_bytes(Encoding.DER) for each in _certificates(files, "ca.crt"))
    assert authority.fingerprint == fingerprint_of(der)
    files.check()


def test_it_may_sign_leaves_for_ten_years_and_nothing_else(authority: Authority, clock: SetClock) -> None:
    found = x509.load_pem_x509_certificate(authority.certificate_pem.encode())
    limits = found.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (limits.critical, limits.value.ca, limits.value.path_length) == (True, True, 0)
    usage = found.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.key_cert_sign, usage.crl_sign, usage.digital_signature) == (True, True, False)
    assert isinstance(found.signature_hash_algorithm, SHA256)
    assert isinstance(key := found.public_key(), EllipticCurvePublicKey)
    assert isinstance(key.curve, SECP256R1)
    found.verify_directly_issued_by(found)
    assert days_left(authority.certificate_pem, clock) == pytest.approx(3652)


def test_a_kill_before_its_certificate_was_written_keeps_the_key(files: KeyFiles, clock: SetClock) -> None:
    key = tls_key(files, "ca.key")
    made = x509.load_pem_x509_certificate(Authority.open(files, clock).certificate_pem.encode())
    assert made.public_key() == key.public_key()


def test_a_lost_key_is_not_replaced_in_silence(files: KeyFiles, clock: SetClock, authority: Authority) -> None:
    """A new key under an old certificate would vouch for nobody, and nodes would be lost without a word."""
    files.remove("ca.key")
    with pytest.raises(KeyUnsafeError, match="every node must join again"):
        Authority.open(files, clock)
    assert files.read("ca.key") is None
    files.remove("ca.crt")
    assert Authority.open(files, clock).fingerprint != authority.fingerprint


def test_a_key_that_belongs_to_another_certificate_is_refused(files: KeyFiles, tmp_path: Path, clock: SetClock) -> None:
    other = KeyFiles(tmp_path / "other")
    Authority.open(other, clock)
    Authority.open(files, clock)
    files.write("ca.key", other.read("ca.key") or b"")
    with pytest.raises(KeyUnsafeError, match="does not belong to"):
        Authority.open(files, clock)
    files.write("ca.crt", b"nonsense")
    with pytest.raises(KeyUnsafeError, match="does not belong to"):
        Authority.open(files, clock)


# --- the certificate of the server ---------------------------------------------------------------------------------


def test_a_server_gets_a_certificate_for_its_names(files: KeyFiles, authority: Authority) -> None:
    assert authority.server_pair(files, NAMES)
    leaf, ca = _certificates(files)
    assert ca.public_bytes(Encoding.PEM).decode() == authority.certificate_pem
    assert names_of(leaf) == NAMES
    assert leaf.public_key() == tls_key(files, "server.key").public_key()
    assert leaf.not_valid_after_utc == datetime.fromtimestamp(MOMENT, UTC) + timedelta(days=90)
    assert leaf.not_valid_before_utc < datetime.fromtimestamp(MOMENT, UTC)
    limits = leaf.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (limits.critical, limits.value.ca) == (True, False)
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.key_cert_sign, usage.crl_sign) == (True, False, False)
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]
    leaf.verify_directly_issued_by(ca)


@pytest.mark.parametrize(
    ("days", "is_new"), [(0, False), (59, False), (59.9, False), (60.1, True), (89, True), (200, True)]
)
def test_it_is_renewed_thirty_days_before_its_end(
    files: KeyFiles, authority: Authority, clock: SetClock, days: float, is_new: bool
) -> None:
    authority.server_pair(files, NAMES)
    before, key = _certificates(files)[0], files.read("server.key")
    clock.now += days * DAY
    assert authority.server_pair(files, NAMES) is is_new
    assert (_certificates(files)[0] != before) is is_new
    assert files.read("server.key") == key
    assert days_left((files.read("server.crt") or b"").decode(), clock) >= 30


@pytest.mark.parametrize(
    ("names", "is_new"),
    [
        (NAMES[::-1], False),
        ([*NAMES, *NAMES], False),
        ([*NAMES, "attic.local"], True),
        (NAMES[:-1], True),
        ([*NAMES[:-1], "2001:db8::6"], True),
    ],
    ids=["in another order", "said twice", "one more", "one less", "another"],
)
def test_it_is_renewed_when_its_names_change(
    files: KeyFiles, authority: Authority, names: list[str], is_new: bool
) -> None:
    authority.server_pair(files, NAMES)
    assert authority.server_pair(files, names) is is_new
    assert set(names_of(_certificates(files)[0])) == set(names)
    assert not authority.server_pair(files, names)


def test_it_is_renewed_when_the_clock_was_ahead_before(files: KeyFiles, authority: Authority, clock: SetClock) -> None:
    clock.now += 5 * DAY
    authority.server_pair(files, NAMES)
    clock.now -= 5 * DAY
    assert authority.server_pair(files, NAMES)


@pytest.mark.parametrize("damage", ["certificate", "key", "authority"])
def test_it_is_renewed_when_it_cannot_be_used(
    files: KeyFiles, authority: Authority, clock: SetClock, damage: str
) -> None:
    authority.server_pair(files, NAMES)
    match damage:
        case "certificate":
            files.write("server.crt", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        case "key":
            files.remove("server.key")
        case "authority":
            files.remove("ca.key")
            files.remove("ca.crt")
    now = Authority.open(files, clock)
    assert now.server_pair(files, NAMES)
    leaf, ca = _certificates(files)
    leaf.verify_directly_issued_by(ca)
    assert ca.public_bytes(Encoding.PEM).decode() == now.certificate_pem
    assert not now.server_pair(files, NAMES)


def test_it_does_not_outlive_the_authority(files: KeyFiles, authority: Authority, clock: SetClock) -> None:
    clock.now += 3600 * DAY
    authority.server_pair(files, NAMES)
    leaf, ca = _certificates(files)
    assert leaf.not_valid_after_utc == ca.not_valid_after_utc


def test_a_given_certificate_is_the_service_managers_to_renew(
    files: KeyFiles, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "server.crt").write_bytes(b"given")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert not authority.server_pair(files, NAMES)
    assert not (files.folder / "server.crt").exists()


# --- certificates of nodes -----------------------------------------------------------------------------------------


def test_a_node_gets_one_name_and_nothing_that_it_asked_for(files: KeyFiles, authority: Authority) -> None:
    key = tls_key(files, "node_tls.key")
    asked = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, CONTROL_PLANE_NAME)]))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(CONTROL_PLANE_NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    made = authority.node_certificate(asked.public_bytes(Encoding.PEM).decode(), "node-attic")
    (leaf,) = x509.load_pem_x509_certificates(made.encode())
    assert names_of(leaf) == [node_name("node-attic")]
    assert not list(leaf.subject)
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert leaf.public_key() == key.public_key()


def test_names_of_nodes_are_fixed_and_differ() -> None:
    assert node_name("node-nas") == "eafc2c26e3a89875c0e0122bac318c36.node.mosaicfs.internal"
    assert node_name("node-nas") != node_name("node-attic")


def test_a_request_of_ours_is_taken(files: KeyFiles, authority: Authority) -> None:
    key = tls_key(files, "node_tls.key")
    made = authority.node_certificate(csr(key), "node-attic")
    assert is_for(made, key)
    assert not is_for(made, tls_key(files, "another.key"))
    assert not is_for("nonsense", key)


def _request_by(key: Ed25519PrivateKey | None = None) -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    signed = builder.sign(key, None) if key else builder.sign(generate_rsa(65537, 2048), SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


def _request_of_another_curve() -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(generate_private_key(SECP384R1()), SHA256()).public_bytes(Encoding.PEM).decode()


def _request_with_the_key_of_another() -> str:
    """The public key of a victim under the signature of somebody else."""
    victim, thief = (generate_private_key(SECP256R1()) for _ in range(2))
    theirs, ours = (
        key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) for key in (victim, thief)
    )
    signed = x509.load_pem_x509_csr(csr(thief).encode()).public_bytes(Encoding.DER)
    return x509.load_der_x509_csr(signed.replace(ours, theirs)).public_bytes(Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("", "cannot be read"),
        ("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "cannot be read"),
        (_request_by(), "of another kind"),
        (_request_by(Ed25519PrivateKey.generate()), "of another kind"),
        (_request_of_another_curve(), "of another kind"),
        (_request_with_the_key_of_another(), "not signed by the key"),
    ],
    ids=["nothing", "nonsense", "RSA", "Ed25519", "P-384", "the key of another"],
)
def test_a_request_that_proves_nothing_is_refused(authority: Authority, text: str, trouble: str) -> None:
    with pytest.raises(BadCertificateRequestError, match=trouble):
        authority.node_certificate(text, "node-attic")


# --- names ---------------------------------------------------------------------------------------------------------

ADDRESSES = ["127.0.0.1", "169.254.3.4", "192.168.1.5", "::1", "fe80::1", "fd00::7", "2001:db8::5"]


def _named(extra: list[str], host: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr("socket.gethostname", lambda: host)
    return server_names(extra, lambda: [ip_address(each) for each in ADDRESSES])


def test_a_server_is_called_by_its_fixed_name_its_host_name_and_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _named(["files.example.org"], "NAS", monkeypatch) == [
        CONTROL_PLANE_NAME,
        "localhost",
        "127.0.0.1",
        "::1",
        "nas",
        "nas.local",
        "192.168.1.5",
        "fd00::7",
        "2001:db8::5",
        "files.example.org",
    ]


@pytest.mark.parametrize("host", ["", "localhost", "ünnamed", "a b", "-", "x" * 64])
def test_a_host_name_that_is_none_does_no_harm(
    host: str, monkeypatch: pytest.MonkeyPatch, authority: Authority, files: KeyFiles
) -> None:
    names = _named(["[2001:DB8::9]", "Attic.Example.", "192.168.1.5", "bücher.example"], host, monkeypatch)
    assert len(names) == len(set(names))
    assert {"2001:db8::9", "attic.example", "xn--bcher-kva.example"} < set(names)
    assert authority.server_pair(files, names)
    assert not authority.server_pair(files, names)


@pytest.mark.parametrize(
    "name",
    ["", "a b", "nas.local:8443", "https://files.example.org", "fe80::1%eth0", "*.example.org", "a..b", "a" * 254],
)
def test_an_extra_name_that_is_none_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"server\.names"):
        _named([name], "nas", monkeypatch)


def test_the_names_of_this_machine_can_be_certified(authority: Authority, files: KeyFiles) -> None:
    assert authority.server_pair(files, server_names([]))
    assert not authority.server_pair(files, server_names([]))


def test_what_is_no_certificate_has_no_days_left() -> None:
    with pytest.raises(ValueError, match="no certificate"):
        days_left("")
