"""Joining a real TLS server: the server is proven before it hears anything, and nothing is lost when it says no."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import time

import pytest

from mosaicfs import configure, wire
from mosaicfs.app import found_instance, open_store, own_documents
from mosaicfs.config import Configured
from mosaicfs.errors import (
    BadAddressError,
    ClockDiffersError,
    InstanceExistsError,
    PeerGarbledError,
    RefusedError,
    WrongFingerprintError,
)
from mosaicfs.identity.access_keys import new_access_key, signing_key
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import node_keys
from mosaicfs.identity.signatures import HmacSigner, audience, fits_ed25519, fits_hmac, parsed, parsed_proof
from mosaicfs.model.document import Document
from mosaicfs.model.label import LabelRule
from mosaicfs.model.node import Node
from mosaicfs.model.role import CONTROL
from mosaicfs.services.calling import read_address
from mosaicfs.services.joining import JoinRequest, join_instance, membership
from mosaicfs_sdk.fakes.control_plane import INSTANCE, Asked, FakeControlPlane, Reply, refusal

CODE = "7k3qd-9xw2m-4trzv-b8hpn"
NOW = "2026-02-16T09:22:00Z"


class Accepting:
    """`POST /api/nodes` as a control plane answers it."""

    def __init__(self) -> None:
        self.server: FakeControlPlane | None = None
        self.instance_id = INSTANCE

    def __call__(self, asked: Asked) -> Reply:
        assert self.server is not None
        body = asked.json
        assert isinstance(body, dict)
        node_id = body.get("node_id") or "node-attic"
        authority = self.server.authority
        answer = {
            "node_id": node_id,
            "instance_id": self.instance_id,
            "control_plane_key": "ed25519:A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg",
            "ca_certificates": [authority.certificate_pem],
            "certificate": authority.node_certificate(str(body["csr"]), str(node_id)),
            "replication_url": f"{self.server.url}/api/replication/mosaicfs",
            "server_time": NOW,
        }
        return Reply(answer, 201)


@pytest.fixture
def accepting() -> Accepting:
    return Accepting()


@pytest.fixture
def server(tmp_path: Path, accepting: Accepting) -> Iterator[FakeControlPlane]:
    with FakeControlPlane(tmp_path / "server", accepting).serving() as running:
        accepting.server = running
        yield running


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    names = {"STATE_HOME": "state", "CONFIG_HOME": "config", "CACHE_HOME": "cache", "DATA_HOME": "data"}
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    variables = {f"XDG_{name}": str(tmp_path / folder) for name, folder in names.items()}
    return configure({}, {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime), **variables})


@pytest.fixture
def request_(server: FakeControlPlane, configured: Configured) -> JoinRequest:
    return JoinRequest(read_address(server.pinned_url), configured.places, code=CODE, name="Attic")


def _contents(folder: Path) -> dict[str, bytes]:
    found = (each for each in folder.rglob("*") if each.is_file() and each.name != ".lock")
    return {str(each.relative_to(folder)): each.read_bytes() for each in found if "joining" not in each.parts}


async def test_a_node_has_its_keys_its_certificate_and_its_instance(
    server: FakeControlPlane, request_: JoinRequest
) -> None:
    joined = await join_instance(request_, time)
    places = request_.places
    assert (joined.node_id, joined.instance_id, joined.server_url) == ("node-attic", INSTANCE, server.url)
    assert (places.state_dir / "node_id").read_text() == "node-attic\n"
    assert (places.state_dir / "instance_id").read_text() == f"{INSTANCE}\n"
    assert (places.keys_dir / "ca.crt").read_text() == server.authority.certificate_pem
    assert (places.keys_dir / "control_plane.pub").read_text().startswith("ed25519:")
    assert {"node.key", "node_sealing.key", "node_tls.key", "node_tls.crt"} <= set(_contents(places.keys_dir))
    assert membership(places) == "joined"
    files = [each for each in places.state_dir.rglob("*") if each.is_file()]
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
    assert not (places.state_dir / "joining").exists()


async def test_the_key_is_proven_for_this_server_and_this_body(server: FakeControlPlane, request_: JoinRequest) -> None:
    await join_instance(request_, time)
    [asked] = server.said("/api/nodes")
    body = asked.json
    assert isinstance(body, dict)
    keys = node_keys(KeyFiles(request_.places.keys_dir))
    assert (body["public_key"], body["sealing_key"]) == (keys.public_key, keys.sealing_key)
    assert (body["friendly_name"], body["create_directory"], "node_id" in body) == ("Attic", True, False)
    signed = parsed_proof(asked.headers["mosaicfs-proof"])
    assert signed.signer == keys.public_key
    assert fits_ed25519(signed, keys.public_key, "POST", "/api/nodes", audience(INSTANCE))
    assert asked.headers["authorization"] == "MOSAICFS-JOIN Code=7K3QD9XW2M4TRZVB8HPN"


async def test_an_access_key_may_stand_in_for_the_code(server: FakeControlPlane, request_: JoinRequest) -> None:
    key = new_access_key()
    signer = HmacSigner(key.access_key_id, signing_key(*key))
    await join_instance(replace(request_, code="", signer=signer), time)
    [asked] = server.said("/api/nodes")
    assert fits_hmac(parsed(asked.headers["authorization"]), signer.key, "POST", "/api/nodes", audience(INSTANCE))
    assert "mosaicfs-proof" in asked.headers


async def test_attack_11_a_server_with_another_authority_never_hears_the_code(
    server: FakeControlPlane, request_: JoinRequest
) -> None:
    wrong = replace(request_, address=request_.address._replace(fingerprint="0" * 64))
    with pytest.raises(WrongFingerprintError):
        await join_instance(wrong, time)
    assert (server.asked, server.inside) == ([], 0)
    assert _contents(request_.places.state_dir) == {}


async def test_an_address_without_a_fingerprint_is_not_tried(server: FakeControlPlane, request_: JoinRequest) -> None:
    with pytest.raises(BadAddressError, match="fingerprint"):
        await join_instance(replace(request_, address=request_.address._replace(fingerprint="")), time)
    assert server.asked == []


@pytest.mark.parametrize(("off_s", "is_refused"), [(-310, True), (-290, False), (290, False), (310, True)])
async def test_clocks_that_differ_are_told_before_the_code_is_sent(
    off_s: int, is_refused: bool, server: FakeControlPlane, request_: JoinRequest
) -> None:
    server.clock = lambda: time() + off_s
    if is_refused:
        with pytest.raises(ClockDiffersError):
            await join_instance(request_, time)
    else:
        await join_instance(request_, time)
    assert bool(server.said("/api/nodes")) is not is_refused


async def test_a_refusal_leaves_this_machine_as_it_was(
    server: FakeControlPlane, request_: JoinRequest, configured: Configured
) -> None:
    await found_instance(*configured)
    before = _contents(request_.places.state_dir)
    server.answer = lambda _: refusal(401, "unauthorized", "Unknown, used or expired.")
    with pytest.raises(RefusedError):
        await join_instance(request_, time)
    assert _contents(request_.places.state_dir) == before
    assert membership(request_.places) == "own"


async def test_every_try_has_keys_of_its_own(server: FakeControlPlane, request_: JoinRequest) -> None:
    accept, server.answer = server.answer, lambda _: refusal(503, "not_ready")
    with pytest.raises(RefusedError):
        await join_instance(request_, time)
    server.answer = accept
    await join_instance(request_, time)
    first, second = (asked.json for asked in server.said("/api/nodes"))
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert first["public_key"] != second["public_key"]


async def test_an_instance_of_before_is_put_aside_whole(request_: JoinRequest, configured: Configured) -> None:
    await found_instance(*configured)
    (request_.places.state_dir / "agent.db").write_bytes(b"what the index remembers")
    before = _contents(request_.places.state_dir)
    joined = await join_instance(request_, time)
    assert joined.put_aside is not None
    assert _contents(joined.put_aside) == before
    assert not request_.places.database.exists()
    assert not (request_.places.keys_dir / "ca.key").exists()


async def test_who_was_killed_after_the_answer_goes_on_without_asking_again(
    server: FakeControlPlane, request_: JoinRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("mosaicfs.services.joining._take_over", killed)
        with pytest.raises(KeyboardInterrupt):
            await join_instance(request_, time)
    joined = await join_instance(request_, time)
    [asked] = server.said("/api/nodes")
    body = asked.json
    assert isinstance(body, dict)
    assert joined.node_id == "node-attic"
    assert node_keys(KeyFiles(request_.places.keys_dir)).public_key == body["public_key"]


async def test_a_node_that_comes_back_keeps_its_documents_and_gets_new_keys(
    server: FakeControlPlane, request_: JoinRequest
) -> None:
    await join_instance(request_, time)
    before = node_keys(KeyFiles(request_.places.keys_dir)).public_key
    request_.places.database.write_bytes(b"documents")
    joined = await join_instance(replace(request_, node_id="node-attic"), time)
    assert joined.put_aside is None
    assert request_.places.database.read_bytes() == b"documents"
    assert node_keys(KeyFiles(request_.places.keys_dir)).public_key != before
    body = server.said("/api/nodes")[-1].json
    assert isinstance(body, dict)
    assert body["node_id"] == "node-attic"


async def test_a_node_comes_back_to_its_own_instance_only(server: FakeControlPlane, request_: JoinRequest) -> None:
    await join_instance(request_, time)
    before = _contents(request_.places.state_dir)
    server.instance_id = INSTANCE.replace("0194", "0195")
    with pytest.raises(InstanceExistsError):
        await join_instance(replace(request_, node_id="node-attic"), time)
    assert _contents(request_.places.state_dir) == before


@pytest.mark.parametrize("wrong", [{"instance_id": "another"}, {"ca_certificates": []}, {"certificate": None}])
async def test_an_answer_that_makes_no_sense_changes_nothing(
    wrong: dict[str, object], server: FakeControlPlane, request_: JoinRequest
) -> None:
    accept = server.answer

    def odd(asked: Asked) -> Reply:
        reply = accept(asked)
        assert isinstance(reply.body, dict)
        return Reply({**reply.body, **wrong}, 201)  # type: ignore[dict-item]

    server.answer = odd
    with pytest.raises(PeerGarbledError):
        await join_instance(request_, time)
    assert membership(request_.places) == "none"


async def test_what_people_made_and_other_nodes_are_counted(configured: Configured) -> None:
    assert await own_documents(*configured) == ((), {})
    founded = await found_instance(*configured)
    assert await own_documents(*configured) == ((), {})
    rule = LabelRule(
        node_id="*",
        path_prefix="/home/",
        labels=("work",),
        name="Work",
        enabled=True,
        created_at=NOW,
    )
    other = Node(
        node_id="node-other",
        friendly_name="Other",
        platform="linux",
        version="0.1.0",
        status="offline",
        last_heartbeat=NOW,
        vfs_capable=False,
        capabilities=(),
        watch_paths=(),
    )
    async with open_store(*configured) as store:
        documents = [
            Document("label_rule::r1", "", wire.encode(rule)),
            Document("node::node-other", "", wire.encode(other)),
        ]
        rows = await store.write(documents, writer=CONTROL)
    assert [row.error for row in rows] == ["", ""]
    own = await own_documents(*configured)
    assert (own.nodes, own.made) == (("node-other",), {"label_rule": 1})
    assert founded.node_id not in own.nodes
