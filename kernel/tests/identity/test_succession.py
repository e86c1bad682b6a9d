"""An authority is followed by another in its last year, and nobody who trusts it is lost on the way."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import time

import pytest
from cryptography import x509

from kernel.tests.identity.peers import Instance, said, serving
from mosaicfs.identity.authority import Authority, csr, fingerprints, node_name
from mosaicfs.identity.certificates import CA_LIFE
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.private_keys import tls_key
from mosaicfs.identity.succession import CA, CA_KEY, LINK, NEXT_KEY, Step
from mosaicfs.identity.tls import client_context, server_context

DAY, HOUR = 86_400.0, 3_600.0
LIFE = CA_LIFE.total_seconds()
NODE = "node-attic"


class SetClock:
    def __init__(self) -> None:
        self.now = time()

    def __call__(self) -> float:
        return self.now


class Scene:
    """An instance whose authority has 364 days left; its clock shows the real time, by which TLS judges."""

    def __init__(self, folder: Path, days_left: float = 364) -> None:
        self.clock = SetClock()
        self.clock.now += days_left * DAY - LIFE
        self.instance = Instance(folder, self.clock)
        self.clock.now = time()
        self.files, self.authority = self.instance.files, self.instance.authority
        self.old, self.old_pem = self.authority.fingerprint, self.authority.certificate_pem

    def look(self, *, known: bool = False, days_on: float = 0) -> Step:
        self.clock.now += days_on * DAY
        return self.authority.succeed(self.files, is_known=known)

    def reopened(self) -> Authority:
        return Authority.open(self.files, self.clock)

    @property
    def trusted(self) -> tuple[str, ...]:
        return fingerprints("".join(self.reopened().trusted_pem))

    def serve(self) -> ssl.SSLContext:
        self.authority.server_pair(self.files, ["control-plane.mosaicfs.internal", "127.0.0.1"])
        return server_context(self.files)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "keys")


@pytest.fixture
def replaced(scene: Scene) -> Scene:
    """The new one signs since a moment ago."""
    scene.clock.now -= 2 * HOUR
    assert scene.look() == "made"
    scene.clock.now = time()
    assert scene.look(known=True) == "in_use"
    return scene


# --- when ----------------------------------------------------------------------------------------------------------


def test_nothing_happens_before_the_last_year(tmp_path: Path) -> None:
    scene = Scene(tmp_path, days_left=366)
    assert (scene.look(known=True), scene.look(known=True, days_on=2)) == ("", "made")


def test_the_next_one_is_trusted_at_once_and_signs_when_it_is_known(scene: Scene) -> None:
    assert scene.look() == "made"
    made = scene.authority.next_fingerprint
    assert (scene.authority.fingerprint, scene.trusted) == (scene.old, (scene.old, made))
    assert scene.look(known=True) == "", "a clock that is wrong for a moment must not replace it"
    assert scene.look(days_on=29) == ""
    assert scene.look(known=True) == "in_use"
    assert (scene.authority.fingerprint, scene.trusted) == (made, (made, scene.old))
    assert scene.authority.next_fingerprint == ""
    assert scene.look(known=True) == ""


def test_it_signs_after_thirty_days_though_a_node_has_not_heard_of_it(scene: Scene) -> None:
    assert [scene.look(), scene.look(days_on=29.9), scene.look(days_on=0.2)] == ["made", "", "in_use"]


def test_it_signs_sooner_where_the_end_is_nearer(tmp_path: Path) -> None:
    """A certificate of the server is good for no longer than who signed it."""
    scene = Scene(tmp_path, days_left=40)
    assert [scene.look(), scene.look(days_on=9.9), scene.look(days_on=0.2)] == ["made", "", "in_use"]


def test_the_one_before_is_forgotten_at_its_end(scene: Scene) -> None:
    scene.look()
    scene.look(known=True, days_on=1)
    new = scene.authority.fingerprint
    assert scene.look(days_on=362.9) == ""
    assert scene.look(days_on=0.2) == "forgotten"
    assert (scene.trusted, scene.files.read(LINK)) == ((new,), None)
    assert scene.look() == ""


def test_one_that_ended_while_nobody_looked_is_followed_all_the_same(tmp_path: Path) -> None:
    scene = Scene(tmp_path, days_left=-10)
    assert [scene.look(), scene.look(days_on=0.1), scene.look()] == ["made", "in_use", "forgotten"]
    assert len(scene.trusted) == 1


def test_one_that_a_wrong_clock_made_is_forgotten_when_the_clock_is_right(tmp_path: Path) -> None:
    scene = Scene(tmp_path, days_left=3_000)
    assert scene.look(known=True, days_on=2_900) == "made"
    assert scene.look(known=True, days_on=-2_900) == "forgotten"
    assert (scene.trusted, scene.files.read(NEXT_KEY)) == ((scene.old,), None)
    assert scene.look(known=True) == ""


def test_one_whose_key_is_lost_is_made_again(scene: Scene) -> None:
    scene.look()
    lost = scene.authority.next_fingerprint
    scene.files.remove(NEXT_KEY)
    assert [scene.look(known=True, days_on=1), scene.look()] == ["forgotten", "made"]
    assert scene.authority.next_fingerprint not in (lost, "")


@pytest.mark.parametrize("given", [CA, CA_KEY])
def test_one_that_the_service_manager_gives_is_left_to_it(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    (tmp_path / given).write_bytes(scene.files.read(given) or b"")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert scene.look(known=True, days_on=300) == ""
    assert scene.files.read(NEXT_KEY) is None


# --- whom it must not lose -----------------------------------------------------------------------------------------


async def test_who_trusts_either_reaches_the_server_before_and_after(scene: Scene) -> None:
    scene.clock.now -= 2 * HOUR
    await _reached(scene.serve(), [scene.old_pem])
    scene.look()
    old, both = scene.old_pem, "".join(scene.authority.trusted_pem)
    await _reached(scene.serve(), [old, both])
    scene.clock.now = time()
    assert scene.look(known=True) == "in_use"
    await _reached(server_context(scene.files), [old, both])  # with the certificate of before, until the next is issued
    await _reached(scene.serve(), [old, both, scene.authority.certificate_pem])


async def _reached(context: ssl.SSLContext, trusts: list[str], name: str = "control-plane.mosaicfs.internal") -> None:
    for trust in trusts:
        async with serving(context) as server:
            await said(server.port, client_context(trust), name)


async def test_who_was_away_meanwhile_reaches_a_node_with_a_certificate_of_the_new_one(
    replaced: Scene, tmp_path: Path
) -> None:
    node = KeyFiles(tmp_path / "node")
    request = csr(tls_key(node, "node_tls.key"))
    node.write("node_tls.crt", replaced.authority.node_certificate(request, NODE).encode())
    for known in ("".join(replaced.authority.trusted_pem), replaced.authority.certificate_pem):
        node.write(CA, known.encode())
        trusts = [replaced.old_pem, replaced.authority.certificate_pem]
        await _reached(server_context(node, pair="node_tls"), trusts, node_name(NODE))


async def test_the_one_before_vouches_for_the_new_one_and_for_nobody_else(replaced: Scene, tmp_path: Path) -> None:
    """A stranger that shows our link beside a certificate of its own gains nothing by it."""
    stranger = Instance(tmp_path / "stranger")
    (stolen,) = x509.load_pem_x509_certificates(replaced.files.read(LINK) or b"")
    leaf = stranger.files.read("server.crt") or b""
    stranger.files.write("server.crt", leaf + (replaced.files.read(LINK) or b""))
    assert stolen.issuer == stolen.subject
    async with serving(server_context(stranger.files)) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            await said(server.port, client_context(replaced.old_pem))


async def test_a_join_line_of_before_is_good_as_long_as_the_one_before_lasts(replaced: Scene) -> None:
    from mosaicfs.services.calling import pinned_server, read_address  # noqa: PLC0415 - another floor, here alone

    async with serving(replaced.serve()) as server:
        for fingerprint in (replaced.old, replaced.authority.fingerprint):
            pinned = await pinned_server(read_address(f"https://127.0.0.1:{server.port}#{fingerprint}"))
            assert fingerprints(pinned.ca_pem) == (fingerprint,)
            await said(server.port, client_context(pinned.ca_pem))


# --- killed in between ---------------------------------------------------------------------------------------------


class Killed(BaseException):
    pass


def _dying_after(writes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends after so many changes of the folder."""
    left = iter(range(writes))

    def counted(change: Callable[..., None]) -> Callable[..., None]:
        def guarded(*given: object) -> None:
            if next(left, None) is None:
                raise Killed
            change(*given)

        return guarded

    for name in ("write", "remove"):
        monkeypatch.setattr(KeyFiles, name, counted(getattr(KeyFiles, name)))


@pytest.mark.parametrize("at", ["made", "in_use"])
@pytest.mark.parametrize("writes", range(3))
async def test_who_is_killed_between_two_files_goes_on_where_he_was(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, at: str, writes: int
) -> None:
    scene.clock.now -= 2 * HOUR
    if at == "in_use":
        scene.look()
        scene.clock.now = time()
    with monkeypatch.context() as patched:
        _dying_after(writes, patched)
        with suppress(Killed):
            scene.look(known=True)
    scene.authority = scene.reopened()
    await _reached(scene.serve(), [scene.old_pem])
    while scene.look():
        pass
    scene.clock.now = time()
    while scene.look(known=True):
        pass
    assert (len(scene.trusted), scene.trusted[1]) == (2, scene.old)
    assert scene.files.read(NEXT_KEY) is None
    await _reached(scene.serve(), [scene.old_pem, scene.authority.certificate_pem])
