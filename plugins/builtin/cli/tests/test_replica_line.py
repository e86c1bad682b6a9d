"""A machine that has joined: when its commands ask the replica beside them, and what they say then."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mosaicfs.identity.access_keys import new_access_key
from mosaicfs_sdk.fakes.control_plane import Asked, FakeControlPlane, Reply
from plugins.builtin.cli.tests.conftest import FakeDuty

pytestmark = pytest.mark.patient

Run = Callable[..., "subprocess.CompletedProcess[str]"]

KEY = new_access_key()
GIVEN = {"MOSAICFS_ACCESS_KEY_ID": KEY.access_key_id, "MOSAICFS_SECRET_KEY": KEY.secret}
NAS = "https://nas.example:8443"
JOINED = {"MOSAICFS_AGENT_CONTROL_PLANE_URL": NAS}
AWAY = 10
LABELS = {"items": [{"label": "work", "file_count": 3}], "total": 1, "limit": 100, "offset": 0}
ANSWERS: dict[str, dict[str, Any]] = {
    "GET /api/health": {"status": "healthy"},
    "GET /api/nodes?limit=500": {"items": [{"node_id": "node-nas", "friendly_name": "NAS", "status": "online"}]},
    "GET /api/notifications": {"items": []},
}
REQUIRED = {"error": {"code": "control_plane_required", "message": f"Log in first: mosaicfs login {NAS}"}}


@pytest.fixture
def ages() -> list[int]:
    """The last one is that of the replica."""
    return [180]


@pytest.fixture
def replica(surroundings: dict[str, str], ages: list[int]) -> Iterator[FakeDuty]:
    """The socket of an agent that has joined."""

    def serve(duty: FakeDuty, stream: Any) -> None:
        while line := stream.readline():
            length = 0
            while header := stream.readline().strip():
                length = int(header.split()[1]) if header.lower().startswith(b"content-length") else length
            stream.read(length)
            method, target, _ = line.decode().split()
            duty.asked.append(f"{method} {target}")
            stream.write(_told(f"{method} {target}", ages[-1]))
            stream.flush()

    duty = FakeDuty(Path(surroundings["XDG_RUNTIME_DIR"], "mosaicfs", "replica.sock"), serve)
    yield duty
    duty.close()


def _told(asked: str, age_s: int) -> bytes:
    is_known = asked.startswith("GET ") and not asked.endswith("/api/system/info")
    status, answer = ("200 OK", ANSWERS.get(asked, LABELS)) if is_known else ("503 Elsewhere", REQUIRED)
    body = json.dumps(answer)
    return f"HTTP/1.1 {status}\r\nMosaicFS-Replica-Age: {age_s}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def answer(asked: Asked) -> Reply:
    return Reply({"access_key_id": KEY.access_key_id} if asked.target == "/api/auth/whoami" else {"items": []})


@pytest.fixture
def server_away(tmp_path: Path, mosaicfs: Run) -> str:
    """The address of a control plane that this person is logged in at, and that is gone."""
    with FakeControlPlane(tmp_path / "server", answer).serving() as server:
        assert mosaicfs("login", server.pinned_url, **GIVEN).returncode == 0
        return server.url


def test_without_a_login_the_replica_answers_and_its_age_is_told(replica: FakeDuty, mosaicfs: Run) -> None:
    done = mosaicfs("labels", "list", **JOINED)
    assert (done.returncode, "work" in done.stdout) == (0, True)
    assert done.stderr == "no login for the control plane; answered from this machine's replica, 3 min old\n"
    assert mosaicfs("labels", "list", "--quiet", **JOINED).stderr == ""
    assert mosaicfs("labels", "list", "--json", **JOINED).stderr == ""


def test_a_change_without_a_login_is_told_how_to_log_in(replica: FakeDuty, mosaicfs: Run) -> None:
    done = mosaicfs("labels", "rename", "work", "play", "--json", **JOINED)
    told = json.loads(done.stderr)
    assert (done.returncode, told["error"]["code"]) == (AWAY, "control_plane_required")
    assert f"mosaicfs login {NAS}" in told["error"]["message"]


def test_a_control_plane_that_cannot_be_reached_leaves_the_replica_to_answer(
    replica: FakeDuty, server_away: str, mosaicfs: Run
) -> None:
    done = mosaicfs("labels", "list", MOSAICFS_AGENT_CONTROL_PLANE_URL=server_away)
    assert (done.returncode, "work" in done.stdout) == (0, True), done.stderr
    assert done.stderr == "control plane not reachable; answered from this machine's replica, 3 min old\n"


def test_a_change_is_never_sent_to_the_replica_of_who_is_logged_in(
    replica: FakeDuty, server_away: str, mosaicfs: Run
) -> None:
    for command in (
        ("api", "POST", "/api/labels/rename"),
        ("labels", "rename", "work", "play"),
    ):
        done = mosaicfs(*command, MOSAICFS_AGENT_CONTROL_PLANE_URL=server_away)
        assert done.returncode == AWAY, done.stderr
        assert f"The control plane at {server_away} cannot be reached" in done.stderr, command
        assert "mosaicfs login" not in done.stderr


def test_a_control_plane_that_was_named_is_asked_alone(replica: FakeDuty, server_away: str, mosaicfs: Run) -> None:
    done = mosaicfs("labels", "list", "--server", server_away, **JOINED)
    assert (done.returncode, replica.asked) == (AWAY, []), done.stderr


def test_a_login_comes_before_the_replica(tmp_path: Path, replica: FakeDuty, mosaicfs: Run) -> None:
    with FakeControlPlane(tmp_path / "server", answer).serving() as server:
        assert mosaicfs("login", server.pinned_url, **GIVEN).returncode == 0
        done = mosaicfs("labels", "list", MOSAICFS_AGENT_CONTROL_PLANE_URL=server.url)
    assert (done.returncode, done.stderr, replica.asked) == (0, "", [])


def test_local_asks_the_replica_and_nobody_on_the_network(replica: FakeDuty, server_away: str, mosaicfs: Run) -> None:
    done = mosaicfs("labels", "list", "--local", MOSAICFS_AGENT_CONTROL_PLANE_URL=server_away)
    assert (done.returncode, done.stderr) == (0, "answered from this machine's replica, 3 min old\n")


def test_without_an_agent_the_next_step_is_named(mosaicfs: Run, server_away: str) -> None:
    done = mosaicfs("labels", "list", MOSAICFS_AGENT_CONTROL_PLANE_URL=server_away)
    assert (done.returncode, "cannot be reached" in done.stderr) == (AWAY, True), done.stderr


def test_completion_offers_what_the_replica_knows(replica: FakeDuty, mosaicfs: Run) -> None:
    assert mosaicfs("completion", "--names", "label", **JOINED).stdout == "work\twork\n"


def test_the_status_is_that_of_the_replica_and_says_its_age(replica: FakeDuty, mosaicfs: Run) -> None:
    told = json.loads(mosaicfs("status", "--json", **JOINED).stdout)
    assert told["here"]["replica_age_s"] == 180
    assert told["control_plane"] == {"url": NAS, "reachable": False}
    assert [node["node_id"] for node in told["nodes"]] == ["node-nas"]
    shown = mosaicfs("status", **JOINED).stdout
    assert "answers here, 3 min old" in shown
    assert f"{NAS} does not answer" in shown


def test_a_control_plane_that_the_agent_reached_a_moment_ago_counts_as_there(
    replica: FakeDuty, ages: list[int], mosaicfs: Run
) -> None:
    ages.append(20)
    told = json.loads(mosaicfs("status", "--json", **JOINED).stdout)
    assert told["control_plane"] == {"url": NAS, "reachable": True}


def test_a_control_plane_that_was_tried_in_vain_counts_as_away(
    replica: FakeDuty, ages: list[int], mosaicfs: Run, server_away: str
) -> None:
    ages.append(20)
    told = json.loads(mosaicfs("status", "--json", MOSAICFS_AGENT_CONTROL_PLANE_URL=server_away).stdout)
    assert told["control_plane"] == {"url": server_away, "reachable": False}
    assert (told["here"]["replica_age_s"], [node["node_id"] for node in told["nodes"]]) == (20, ["node-nas"])


# --- a control plane that answers ---------------------------------------------------------------------------------


@pytest.fixture
def contact(surroundings: dict[str, str]) -> Callable[[int], None]:
    """When the control plane took something last, in seconds before now."""
    state = Path(surroundings["XDG_STATE_HOME"], "mosaicfs")
    state.mkdir(mode=0o700, parents=True)

    def touch(ago_s: int) -> None:
        (state / "last_contact").touch()
        os.utime(state / "last_contact", (time.time() - ago_s,) * 2)

    return touch


@pytest.fixture
def joined(tmp_path: Path, mosaicfs: Run) -> Iterator[dict[str, str]]:
    """What makes this machine one that has joined, and is logged in at, a control plane that answers."""
    with FakeControlPlane(tmp_path / "server", answer).serving() as server:
        assert mosaicfs("login", server.pinned_url, **GIVEN).returncode == 0
        yield {"MOSAICFS_AGENT_CONTROL_PLANE_URL": server.url}


def test_the_replica_has_an_age_also_while_the_control_plane_answers(
    joined: dict[str, str], contact: Callable[[int], None], mosaicfs: Run
) -> None:
    told = json.loads(mosaicfs("status", "--json", **joined).stdout)
    assert told["here"]["replica_age_s"] is None
    contact(20)
    told = json.loads(mosaicfs("status", "--json", **joined).stdout)
    assert 20 <= told["here"]["replica_age_s"] < 60
    assert told["control_plane"]["reachable"] is True
    assert f"in step with {joined['MOSAICFS_AGENT_CONTROL_PLANE_URL']}" in mosaicfs("status", **joined).stdout


def test_a_replica_that_gets_no_documents_is_old_though_the_control_plane_is_heard(
    joined: dict[str, str], contact: Callable[[int], None], fake_agent: Callable[..., FakeDuty], mosaicfs: Run
) -> None:
    contact(5)
    replication = {"status": "healthy", "last_success": "2026-01-15T14:30:00Z", "pending_push": 3}
    fake_agent(lambda asked: {"node_id": "node-desk", "replication": replication})
    assert "3 waiting to be sent" in mosaicfs("status", **joined).stdout
    assert json.loads(mosaicfs("status", "--json", **joined).stdout)["here"]["replica_age_s"] < 60
    replication |= {"status": "degraded", "message": "pull is denied"}
    assert json.loads(mosaicfs("status", "--json", **joined).stdout)["here"]["replica_age_s"] > 3_600
    assert "3 waiting to be sent: pull is denied" in mosaicfs("status", **joined).stdout


def test_a_fresh_replica_alone_does_not_make_the_control_plane_reachable(
    contact: Callable[[int], None], fake_agent: Callable[..., FakeDuty], mosaicfs: Run
) -> None:
    contact(5)
    fake_agent(lambda asked: {"node_id": "node-desk", "replication": None})
    told = json.loads(mosaicfs("status", "--json", **JOINED).stdout)
    assert told["control_plane"]["reachable"] is False
    assert told["here"]["replica_age_s"] >= 5
