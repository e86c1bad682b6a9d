"""What `doctor` finds of a control plane on another machine."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mosaicfs.identity.authority import Authority
from mosaicfs_cli.doctoring.network import clock
from mosaicfs_sdk.fakes.control_plane import FakeControlPlane

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(("off_s", "status"), [(0, "ok"), (-130, "warn"), (130, "warn"), (301, "fail")])
def test_a_clock_is_judged_by_what_signatures_bear(off_s: float, status: str) -> None:
    assert clock("1970-01-01T01:00:00Z", 3_600 + off_s).status == status


def test_a_server_that_is_reached_and_one_that_is_another_are_told_apart(mosaicfs: Run, tmp_path: Path) -> None:
    keys = tmp_path / "state/mosaicfs/keys"
    keys.mkdir(parents=True, mode=0o700)
    with FakeControlPlane(tmp_path / "server").serving() as server:
        found = {}
        for name, ca in (("ours", server.authority.certificate_pem), ("another", _another(tmp_path))):
            (keys / "ca.crt").write_text(ca)
            done = mosaicfs("doctor", "--json", MOSAICFS_AGENT_CONTROL_PLANE_URL=server.url)
            found[name] = {each["id"]: each["status"] for each in json.loads(done.stdout)["checks"]}
    assert (found["ours"]["server"], found["ours"]["tls"], found["ours"]["clock"]) == ("ok", "ok", "ok")
    assert found["ours"]["certificate"] == "ok"
    assert (found["another"]["server"], found["another"]["tls"]) == ("ok", "fail")


def test_a_server_whose_authority_was_followed_by_another_is_known_and_told_of(mosaicfs: Run, tmp_path: Path) -> None:
    """What this machine trusts vouches for the new one; with both, nothing is missing."""
    keys = tmp_path / "state/mosaicfs/keys"
    keys.mkdir(parents=True, mode=0o700)
    started = time.time() - 3_640 * 86_400
    server = FakeControlPlane(tmp_path / "server", certificate_clock=lambda: started)
    old = server.authority.certificate_pem
    authority = Authority.open(server.files, lambda: time.time() - 7_200)
    assert authority.succeed(server.files, is_known=True) == "made"
    authority = Authority.open(server.files)
    assert authority.succeed(server.files, is_known=True) == "in_use"
    with FakeControlPlane(tmp_path / "server").serving() as running:
        found = {}
        for name, ca in (("away", old), ("told", "".join(authority.trusted_pem))):
            (keys / "ca.crt").write_text(ca)
            done = mosaicfs("doctor", "--json", MOSAICFS_AGENT_CONTROL_PLANE_URL=running.url)
            found[name] = {each["id"]: each for each in json.loads(done.stdout)["checks"]}
    signing = authority.fingerprint
    assert (found["away"]["tls"]["status"], found["told"]["tls"]["status"]) == ("warn", "ok")
    assert signing in found["away"]["tls"]["fix"]
    assert found["told"]["tls"]["detail"].endswith(signing)
    assert found["told"]["certificate"]["detail"].count("fingerprint") == 2
    assert (found["away"]["certificate"]["status"], found["told"]["certificate"]["status"]) == ("warn", "ok")


def _another(folder: Path) -> str:
    return FakeControlPlane(folder / "another").authority.certificate_pem
