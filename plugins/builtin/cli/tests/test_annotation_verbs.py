"""The verbs of annotations and of jobs of plugins: which call each makes, and what it prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from mosaicfs.model.json import Json
from mosaicfs_sdk.fakes.control_plane import Asked, FakeControlPlane, Reply

Ask = Callable[..., int]
Out = pytest.CaptureFixture[str]

FILE = "file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f"
SAID: dict[str, Json] = {"status": "ok", "annotated_at": "2026-02-16T09:23:00Z", "data": {"words": 7}}
DONE: dict[str, Json] = {"plugins": {"notes": {"processed": 12, "failed": 0}}}
JOB: dict[str, Json] = {"job_id": "j1", "kind": "plugin_sync", "state": "done", "result": DONE}
FAILED: dict[str, Json] = {
    "id": 3,
    "event_type": "file.added",
    "file_id": FILE,
    "status": "failed",
    "attempts": 3,
    "last_error": "no model",
}


def answer(asked: Asked) -> Reply:
    if asked.target.startswith("/api/nodes?"):
        return Reply({"items": [{"node_id": "node-nas", "friendly_name": "NAS"}]})
    if asked.target.startswith("/api/files/"):
        return Reply({"file_id": FILE})
    if asked.target.endswith("/retry"):
        return Reply({"requeued": 1})
    if "/jobs" in asked.target:
        return Reply({"items": [FAILED], "total": 1})
    if asked.method == "POST":
        return Reply(JOB, 202)
    if asked.method == "DELETE":
        return Reply(None, 204)
    return Reply({"notes": SAID})


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeControlPlane]:
    with FakeControlPlane(tmp_path / "server", answer).serving() as running:
        yield running


def changing(server: FakeControlPlane) -> list[tuple[str, str, object]]:
    return [
        (each.method, each.target, each.json if each.body else None) for each in server.asked if each.method != "GET"
    ]


def test_facts_are_shown_by_plugin(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    assert ask(f"annotations show {FILE}") == 0
    assert "notes\tok\t2026-02-16T09:23:00Z\twords\t7" in capsys.readouterr().out


def test_facts_are_taken_away(ask: Ask, server: FakeControlPlane) -> None:
    assert ask(f"annotations rm {FILE} --plugin notes") == 0
    assert changing(server) == [("DELETE", f"/api/annotations?file_id={quote(FILE, safe='')}&plugin=notes", None)]


def test_facts_are_asked_for_anew(ask: Ask, server: FakeControlPlane) -> None:
    assert ask(f"annotations refresh {FILE} --plugin notes") == 0
    assert changing(server) == [("POST", "/api/annotations/refresh", {"file_id": FILE, "plugin": "notes"})]


def test_a_full_sync_follows_the_job_of_its_node(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    assert ask("plugins sync NAS notes --force") == 0
    assert changing(server) == [("POST", "/api/nodes/node-nas/plugins/notes/sync", {"force": True})]
    assert capsys.readouterr().out == "12 files were looked at.\n"


def test_failed_jobs_are_listed_and_put_back(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    assert ask("plugins jobs NAS notes --status failed") == 0
    assert "no model" in capsys.readouterr().out
    assert ask("plugins retry NAS notes --id 3") == 0
    assert changing(server) == [("POST", "/api/nodes/node-nas/plugins/notes/jobs/retry", {"ids": [3]})]
    assert capsys.readouterr().out == "1 jobs of notes wait again.\n"


@pytest.mark.parametrize("line", ["plugins sync NAS notes", "plugins retry NAS notes", f"annotations rm {FILE}"])
def test_a_rehearsal_changes_nothing(line: str, ask: Ask, server: FakeControlPlane) -> None:
    assert ask(f"{line} --dry-run") == 0
    assert changing(server) == []
