"""The authority of an instance was followed by another while a node was away: it comes back and goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mosaicfs.identity.authority import Authority, fingerprint_of, fingerprints
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.succession import CA, NEXT_KEY

if TYPE_CHECKING:
    from tests.journeys.conftest import Ours

Start = Callable[..., "Ours"]
Within = Callable[..., float]

NODE = "node-attic"
DAY = 86_400


def ago(days: float) -> Callable[[], float]:
    return lambda: time.time() - days * DAY


def trusted(machine: Ours) -> tuple[str, ...]:
    return fingerprints((machine.state / "keys" / CA).read_text())


def identity(server: Ours) -> str:
    with httpx.Client(base_url=server.api, trust_env=False) as owner:
        return str(owner.get("/identity").raise_for_status().json()["ca_fingerprint"])


def join(agent: Ours, server: Ours) -> None:
    with httpx.Client(base_url=server.api, trust_env=False) as owner:
        code = owner.post("/nodes/join-codes", json={}).raise_for_status().json()["code"]
    line = f"https://127.0.0.1:{server.tls_port}#{identity(server)}"
    joined = agent.type("join", line, "--name", "attic", "--no-directory", MOSAICFS_JOIN_CODE=code)
    assert joined["node_id"] == NODE


def test_a_node_that_missed_the_change_comes_back_and_renews_its_certificate(
    ours: Start, within: Within, restarted: Callable[[Ours], None]
) -> None:
    server = ours("server", name="control", tls=True, start=False)
    server.state.mkdir(mode=0o700, parents=True)
    keys = KeyFiles(server.state / "keys")
    old = Authority.open(keys, ago(3_400))
    restarted(server)
    assert trusted(server)[0] == identity(server) == old.fingerprint, "the next one is made, and waits"
    assert len(trusted(server)) == 2
    agent = ours("agent", name="node", start=False)
    join(agent, server)
    assert trusted(agent) == trusted(server)

    # A month goes by, in which the node is off and has not even heard of the next one.
    assert server.stop() == 0
    known = KeyFiles(agent.state / "keys")
    for files in (keys, known):
        files.write(CA, old.certificate_pem.encode())
    keys.remove(NEXT_KEY)
    assert Authority.open(keys, ago(31)).succeed(keys, is_known=False) == "made"
    restarted(server)
    new = identity(server)
    assert trusted(server) == (new, old.fingerprint)

    agent.start()
    within(lambda: trusted(agent) == (new, old.fingerprint), "Word of the new authority", 60)
    within(lambda: issuer(known, keys) == new, "A certificate by it", 60)
    with httpx.Client(base_url=server.api, trust_env=False) as owner:
        within(lambda: owner.get(f"/nodes/{NODE}").json()["status"] == "online", "The node", 60)
        (line,) = owner.get("/system/audit", params={"event": "ca_renewed", "limit": 1}).json()["items"]
    assert (line["target"], line["detail"]) == (new, {"state": "in_use"})


def issuer(node: KeyFiles, keys: KeyFiles) -> str:
    """Fingerprint of the authority that has signed the node's certificate."""
    leaf = x509.load_pem_x509_certificate(node.read("node_tls.crt") or b"")
    key_id = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    for authority in x509.load_pem_x509_certificates(keys.read(CA) or b""):
        own = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        if own == key_id:
            return fingerprint_of(authority.public_bytes(Encoding.DER))
    return ""
