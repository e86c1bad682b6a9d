"""The verbs of storage backends: which call each makes, what it prints, and that no secret is ever an argument."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mosaicfs.model.json import Json
from mosaicfs_cli.backend_fields import FROM_FILE
from mosaicfs_cli.errors import UsageError
from mosaicfs_sdk.fakes.control_plane import Asked, FakeControlPlane, Reply

Ask = Callable[..., int]
Out = pytest.CaptureFixture[str]

BACKEND: dict[str, Json] = {
    "name": "photos",
    "backend": "s3",
    "mode": "source",
    "hosting_node_id": "node-nas",
    "backend_config": {"bucket": "b"},
    "secrets": {"secret_access_key": "__REDACTED__"},
    "live": {"name": "photos", "state": "ok", "files": 12, "message": ""},
}
PATH = "/api/storage-backends/photos"
JOB: dict[str, Json] = {
    "job_id": "j1",
    "kind": "node_sync",
    "state": "done",
    "result": {"seen": 12, "new": 2, "changed": 0, "moved": 0, "deleted": 1, "held": 0},
}


def answer(asked: Asked) -> Reply:
    if asked.target.startswith("/api/nodes?"):
        return Reply({"items": [{"node_id": "node-nas", "friendly_name": "NAS"}]})
    if "/sync" in asked.target:
        return Reply(JOB, 202)
    if asked.target.endswith("/test"):
        steps: list[Json] = [{"step": "list", "ok": False, "took_ms": 3, "message": "The bucket is not there."}]
        return Reply({"ok": False, "steps": steps})
    if asked.method == "DELETE":
        return Reply(None, 204)
    is_list = asked.method == "GET" and PATH not in asked.target
    return Reply({"items": [BACKEND], "total": 1} if is_list else BACKEND)


@pytest.fixture(autouse=True)
def node(surroundings: dict[str, str]) -> Path:
    """This machine is a node; its state is the answer."""
    folder = Path(surroundings["XDG_STATE_HOME"], "mosaicfs")
    folder.mkdir(parents=True)
    (folder / "node_id").write_text("node-here\n")
    return folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeControlPlane]:
    with FakeControlPlane(tmp_path / "server", answer).serving() as running:
        yield running


def changing(server: FakeControlPlane) -> list[tuple[str, str, object]]:
    return [
        (each.method, each.target, each.json if each.body else None) for each in server.asked if each.method != "GET"
    ]


def test_a_backend_is_one_call_and_its_rehearsal_none(
    ask: Ask, server: FakeControlPlane, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    monkeypatch.setenv(FROM_FILE, json.dumps({"secret_access_key": "very-secret"}))
    given = "bucket=b path_style=true restore_days=3 churn=0.5 schedule=22:00-06:00"
    line = f"backends add photos --type s3 --node NAS {given}"
    assert ask(f"{line} --secret secret_access_key --dry-run") == 0
    assert changing(server) == []
    assert ask(f"{line} --secret secret_access_key") == 0
    assert changing(server) == [
        (
            "POST",
            "/api/storage-backends",
            {
                "name": "photos",
                "backend": "s3",
                "mode": "source",
                "hosting_node_id": "node-nas",
                "enabled": True,
                "schedule": "22:00-06:00",
                "backend_config": {"bucket": "b", "path_style": True, "restore_days": 3, "churn": 0.5},
                "secrets": {"secret_access_key": "very-secret"},
            },
        )
    ]
    assert "very-secret" not in capsys.readouterr().out


def test_without_a_node_this_machine_runs_it(ask: Ask, server: FakeControlPlane) -> None:
    assert ask("backends add photos --type s3 --no-directory") == 0
    [(_, target, body)] = changing(server)
    assert target == "/api/storage-backends?create_directory=false"
    assert isinstance(body, dict)
    assert body["hosting_node_id"] == "node-here"


def test_what_is_set_is_merged_and_what_is_empty_is_taken_out(ask: Ask, server: FakeControlPlane) -> None:
    assert ask("backends set photos prefix= schedule= --disable") == 0
    patch = {"backend_config": {"prefix": None}, "schedule": None, "enabled": False}
    assert changing(server) == [("PATCH", PATH, patch)]


@pytest.mark.parametrize("line", ["backends set photos", "backends set photos bucket", "backends add x --type s3 B=1"])
def test_a_line_that_says_too_little_is_refused(line: str, ask: Ask, server: FakeControlPlane) -> None:
    with pytest.raises(UsageError):
        ask(line)
    assert changing(server) == []


def test_a_poll_follows_the_job_of_its_node(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    assert ask("backends poll photos --full") == 0
    assert changing(server) == [("POST", "/api/nodes/node-nas/sync?backend=photos&full=true", None)]
    assert capsys.readouterr().out == "12 files seen: 2 new, 1 deleted.\n"


def test_a_test_that_fails_ends_with_one(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    assert ask("backends test photos") == 1
    assert "The bucket is not there." in capsys.readouterr().out


def test_a_list_tells_how_each_fares(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    assert ask("backends list") == 0
    assert "photos\ts3\tsource\tnode-nas\tok\t12" in capsys.readouterr().out
    assert ask("backends show photos") == 0
    assert "secrets.secret_access_key\t__REDACTED__" in capsys.readouterr().out


def test_one_is_removed_with_force(ask: Ask, server: FakeControlPlane) -> None:
    assert ask("backends rm photos --force --yes") == 0
    assert changing(server) == [("DELETE", f"{PATH}?force=true", None)]


def test_a_secret_of_this_machine_stays_on_it(
    ask: Ask, server: FakeControlPlane, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FROM_FILE, json.dumps({"secret_access_key": "very-secret"}))
    assert ask("backends secret set s3@photos --secret secret_access_key") == 0
    [kept] = node.rglob("credentials.enc")
    assert b"very-secret" not in kept.read_bytes()
    assert server.asked == []
    with pytest.raises(UsageError):
        ask("backends secret set ../keys --secret secret_access_key")
