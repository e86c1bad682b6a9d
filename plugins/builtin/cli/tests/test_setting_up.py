"""`init`, `join`, and an agent that joins by its environment: real processes, a real TLS server, real key files."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mosaicfs_sdk.fakes.control_plane import INSTANCE, Asked, FakeControlPlane, Reply, refusal

pytestmark = pytest.mark.patient

Run = Callable[..., "subprocess.CompletedProcess[str]"]

CODE = "7K3QD-9XW2M-4TRZV-B8HPN"


class Accepting:
    """Takes every node."""

    def __init__(self) -> None:
        self.server: FakeControlPlane | None = None

    def __call__(self, asked: Asked) -> Reply:
        assert self.server is not None
        body = asked.json
        assert isinstance(body, dict)
        node_id = str(body.get("node_id") or "node-attic")
        certificate = self.server.authority.node_certificate(str(body["csr"]), node_id)
        return Reply(
            {
                "node_id": node_id,
                "instance_id": INSTANCE,
                "control_plane_key": "ed25519:A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg",
                "ca_certificates": [self.server.authority.certificate_pem],
                "certificate": certificate,
            },
            201,
        )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeControlPlane]:
    accepting = Accepting()
    with FakeControlPlane(tmp_path / "server", accepting).serving() as running:
        accepting.server = running
        yield running


def configuration(tmp_path: Path) -> Path:
    return tmp_path / "config/mosaicfs/mosaicfs.toml"


def test_init_makes_an_instance_and_shows_the_secret_once(mosaicfs: Run, tmp_path: Path) -> None:
    assert json.loads(mosaicfs("init", "--dry-run", "--json").stdout)["dry_run"]
    assert not (tmp_path / "state").exists()
    done = mosaicfs("init", "--name", "nas", "--names", "nas.example.org,10.0.0.5", "--json")
    told = json.loads(done.stdout)
    assert list(told) == ["instance_id", "node_id", "access_key_id", "secret_key", "ca_fingerprint", "urls"]
    assert told["node_id"] == "node-nas"
    assert (tmp_path / "state/mosaicfs/instance_id").read_text().strip() == told["instance_id"]
    text = configuration(tmp_path).read_text()
    assert 'listen = ["https://0.0.0.0:8443"]' in text
    assert 'names = ["nas.example.org", "10.0.0.5"]' in text
    assert configuration(tmp_path).stat().st_mode & 0o777 == 0o600
    kept = [each for each in tmp_path.rglob("*") if each.is_file() and told["secret_key"].encode() in each.read_bytes()]
    assert kept == []


def test_init_is_done_once(mosaicfs: Run) -> None:
    assert mosaicfs("init").returncode == 0
    again = mosaicfs("init")
    assert (again.returncode, "already" in again.stderr) == (6, True)
    assert mosaicfs("init", "--if-needed").returncode == 0


def test_init_refuses_an_address_that_others_could_listen_to(mosaicfs: Run, tmp_path: Path) -> None:
    assert mosaicfs("init", "--listen", "http://0.0.0.0:8440").returncode == 11
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("way", ["environment", "stdin"])
def test_a_machine_joins_and_keeps_where(
    way: str, server: FakeControlPlane, mosaicfs: Run, surroundings: dict[str, str], tmp_path: Path
) -> None:
    words = ["join", server.pinned_url, "--name", "Attic", "--watch", "/srv", "--json"]
    if way == "environment":
        done = mosaicfs(*words, MOSAICFS_JOIN_CODE=CODE.lower())
    else:
        program = [str(Path(sys.executable).with_name("mosaicfs")), *words, "--code-stdin"]
        done = subprocess.run(
            program, input=f"{CODE}\n", env=surroundings, capture_output=True, text=True, timeout=60, check=False
        )
    assert json.loads(done.stdout) == {"node_id": "node-attic", "instance_id": INSTANCE, "server_url": server.url}
    [asked] = server.said("/api/nodes")
    assert asked.headers["authorization"] == f"MOSAICFS-JOIN Code={CODE.replace('-', '')}"
    text = configuration(tmp_path).read_text()
    for line in (f'control_plane_url = "{server.url}"', 'name = "Attic"', 'watch_paths = ["/srv"]'):
        assert line in text
    assert mosaicfs("join", server.pinned_url, MOSAICFS_JOIN_CODE=CODE).returncode == 6
    again = mosaicfs("join", server.pinned_url, "--rejoin", "--json", MOSAICFS_JOIN_CODE=CODE)
    assert json.loads(again.stdout)["node_id"] == "node-attic"


def test_a_wrong_fingerprint_ends_with_5_before_the_code_leaves(
    server: FakeControlPlane, mosaicfs: Run, tmp_path: Path
) -> None:
    done = mosaicfs("join", f"{server.url}#{'0' * 64}", MOSAICFS_JOIN_CODE=CODE)
    assert (done.returncode, server.asked) == (5, [])
    assert not configuration(tmp_path).exists()


def test_a_slip_in_the_code_costs_no_try(server: FakeControlPlane, mosaicfs: Run) -> None:
    assert mosaicfs("join", server.pinned_url, MOSAICFS_JOIN_CODE="7K3QD").returncode == 2
    assert mosaicfs("join", server.pinned_url).returncode == 2
    assert server.asked == []


def test_a_rehearsal_of_joining_sends_and_writes_nothing(
    server: FakeControlPlane, mosaicfs: Run, tmp_path: Path
) -> None:
    assert mosaicfs("join", server.pinned_url, "--dry-run").returncode == 0
    assert (server.asked, (tmp_path / "state").exists()) == ([], False)


def test_an_instance_that_nobody_worked_in_is_left_for_another(
    server: FakeControlPlane, mosaicfs: Run, tmp_path: Path
) -> None:
    assert mosaicfs("init").returncode == 0
    assert mosaicfs("join", server.pinned_url, MOSAICFS_JOIN_CODE=CODE).returncode == 0
    [aside] = (tmp_path / "state/mosaicfs").glob("before-join-*")
    assert (aside / "mosaicfs.db").exists()


def test_a_refused_join_changes_nothing(server: FakeControlPlane, mosaicfs: Run, tmp_path: Path) -> None:
    server.answer = lambda _: refusal(401, "unauthorized")
    assert mosaicfs("join", server.pinned_url, MOSAICFS_JOIN_CODE=CODE).returncode == 5
    assert not configuration(tmp_path).exists()
    assert not (tmp_path / "state/mosaicfs/keys/control_plane.pub").exists()


def test_an_agent_joins_by_its_environment_once(
    server: FakeControlPlane, running: Callable[..., Any], tmp_path: Path
) -> None:
    variables = {"MOSAICFS_SERVER_URL": server.pinned_url, "MOSAICFS_JOIN_CODE": CODE}
    for _ in range(2):
        with running("agent", "--json", **variables) as agent:
            assert agent.stdout.readline()
    assert len(server.said("/api/nodes")) == 1
    assert (tmp_path / "state/mosaicfs/keys/control_plane.pub").exists()
