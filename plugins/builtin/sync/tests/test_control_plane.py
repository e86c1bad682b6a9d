"""Heartbeats over the network, and what an answer may bring: authorities, and the wish for a new certificate."""

from pathlib import Path
from time import time

import msgspec
import pytest
import trio
from msgspec import structs

from mosaicfs import wire
from mosaicfs.errors import AccessRefusedError, SourceUnavailableError
from mosaicfs.identity.authority import Authority, csr, fingerprints
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.private_keys import tls_key
from mosaicfs.model.heartbeat import Heartbeat, JobReport
from mosaicfs.model.times import time_text
from mosaicfs_sdk.fakes.told import FakeNotices
from mosaicfs_sync.certificates import Certificates
from mosaicfs_sync.clocks import Clocks
from mosaicfs_sync.control_plane import HttpControlPlane
from mosaicfs_sync.line import open_asking
from plugins.builtin.sync.tests.conftest import NODE, Asked, Instance

BEAT = Heartbeat(
    node_id=NODE, name="Attic", platform="linux", version="1", vfs_capable=False, status="online", overall="healthy",
    subsystems={}, jobs=(JobReport(job_id="j1", state="done", result={"deleted": 3}),), time="2040-01-02T09:20:00Z",
)  # fmt: skip


class Scene:
    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.notices = FakeNotices()
        self.trust_changes = 0
        member, clocks = instance.member, Clocks(instance.member.url, NODE, self.notices)
        certificates = Certificates(member.files, NODE, self.notices)
        self.control_plane = HttpControlPlane(member, clocks, certificates, trio.lowlevel.checkpoint, self._on_trust)

    def _on_trust(self) -> None:
        self.trust_changes += 1

    def answers(self, **members: object) -> None:
        self.instance.respond = lambda _: ("200 OK", msgspec.json.encode({"server_time": now(), **members}))


def now() -> str:
    return time_text(int(time() * 1_000_000))


@pytest.fixture
async def scene(instance: Instance) -> Scene:
    await instance.serve()
    return Scene(instance)


async def test_a_heartbeat_arrives_as_it_was_made_and_proven_and_says_whom_the_node_trusts(scene: Scene) -> None:
    scene.answers()
    await scene.control_plane.receive(BEAT)
    (asked,) = scene.instance.asked
    assert (asked.method, asked.target) == ("POST", "/api/agent/heartbeat")
    trusted = (Authority.open(scene.instance.server).fingerprint,)
    assert wire.decode_as(Heartbeat, "heartbeat", asked.body) == structs.replace(BEAT, ca_fingerprints=trusted)
    assert scene.instance.is_proven(asked)


async def test_nobody_there_is_an_error_to_try_again(scene: Scene) -> None:
    scene.instance.port = 9
    with pytest.raises(SourceUnavailableError):
        await Scene(scene.instance).control_plane.receive(BEAT)


async def test_a_node_that_was_removed_asks_once_a_minute(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.instance.respond = lambda _: ("403 Forbidden", b'{"error":{"code":"forbidden","message":"It was removed."}}')
    with pytest.raises(AccessRefusedError, match=r"forbidden: It was removed\.$"):
        await scene.control_plane.receive(BEAT)
    with trio.move_on_after(0.05) as waited:
        await scene.control_plane.receive(BEAT)
    assert waited.cancelled_caught
    with pytest.raises(AccessRefusedError):
        await scene.control_plane.receive(structs.replace(BEAT, status="offline"))
    assert len(scene.instance.asked) == 1
    monkeypatch.setattr(scene.control_plane, "_again_at", 0.0)
    scene.answers()
    await scene.control_plane.receive(BEAT)
    await scene.control_plane.receive(BEAT)
    assert len(scene.instance.asked) == 3


async def test_new_authorities_are_all_that_is_trusted_from_then_on(scene: Scene, tmp_path: Path) -> None:
    old = scene.instance.member.trusted
    new = Authority.open(KeyFiles(tmp_path / "next")).certificate_pem
    scene.answers(ca_certificates=[old, new, "garbage", new])
    await scene.control_plane.receive(BEAT)
    assert scene.instance.member.trusted == old + new
    await scene.control_plane.receive(BEAT)
    assert scene.trust_changes == 1
    said = wire.decode_as(Heartbeat, "heartbeat", scene.instance.asked[-1].body)
    assert said.ca_fingerprints == fingerprints(old + new), "which confirms them"
    for nothing in ([], ["garbage"]):
        scene.answers(ca_certificates=nothing)
        await scene.control_plane.receive(BEAT)
        assert scene.instance.member.trusted == old + new, "or nobody could be trusted"
    assert scene.trust_changes == 1


async def test_a_certificate_is_renewed_when_it_is_asked_for(scene: Scene) -> None:
    authority = Authority.open(scene.instance.server)
    before = scene.instance.node.read("node_tls.crt")

    def respond(asked: Asked) -> tuple[str, bytes]:
        if asked.target == "/api/agent/heartbeat":
            return "200 OK", msgspec.json.encode({"server_time": now(), "certificate_renew": True})
        assert asked.target == "/api/agent/certificate"
        request = msgspec.json.decode(asked.body)["csr"]
        made = {
            "certificate": authority.node_certificate(request, NODE),
            "ca_certificates": [authority.certificate_pem],
        }
        return "200 OK", msgspec.json.encode(made)

    scene.instance.respond = respond
    key = scene.instance.node.read("node_tls.key")
    await scene.control_plane.receive(BEAT)
    assert scene.instance.node.read("node_tls.crt") not in (None, before)
    assert scene.instance.node.read("node_tls.key") == key
    assert scene.trust_changes == 0
    assert all(scene.instance.is_proven(asked) for asked in scene.instance.asked)


@pytest.mark.parametrize("certificate", ["garbage", "of another key"])
async def test_a_certificate_that_is_not_ours_is_not_kept(scene: Scene, tmp_path: Path, certificate: str) -> None:
    authority = Authority.open(scene.instance.server)
    if certificate == "of another key":
        certificate = authority.node_certificate(csr(tls_key(KeyFiles(tmp_path / "stranger"), "k")), NODE)
    before = scene.instance.node.read("node_tls.crt")
    scene.answers(certificate_renew=True, certificate=certificate)
    await scene.control_plane.receive(BEAT)
    assert scene.instance.node.read("node_tls.crt") == before
    assert scene.notices.holding == {}, "there is time enough"


@pytest.mark.parametrize(("days_over", "holds"), [(60, False), (70, True), (100, True)])
async def test_a_renewal_that_fails_is_told_when_the_end_is_near(scene: Scene, days_over: int, holds: bool) -> None:
    member = scene.instance.member
    later = Certificates(member.files, NODE, scene.notices, lambda: time() + days_over * 86_400)
    scene.instance.respond = lambda _: ("503 Busy", b"{}")
    async with open_asking(member, Clocks(member.url, NODE, scene.notices)) as server:
        await later.renew(server)
    assert ("certificate_expiring:node-n" in scene.notices.holding) is holds
