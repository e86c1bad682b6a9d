"""The verbs that change or show the instance: which call each makes, what it prints, what a rehearsal leaves alone."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mosaicfs.errors import RefusedError
from mosaicfs.model.json import Json
from mosaicfs_cli.errors import NoAnswerError, PartlyDoneError, UsageError
from mosaicfs_cli.failures import exit_code
from mosaicfs_cli.moments import seconds
from mosaicfs_cli.options import Call
from mosaicfs_cli.verbs.storage.history import chart
from mosaicfs_cli.verbs.system.settings import patch_of
from mosaicfs_sdk.fakes.control_plane import Asked, FakeControlPlane, Reply

NODES: dict[str, Json] = {
    "items": [{"node_id": "node-a", "friendly_name": "Laptop"}, {"node_id": "node-nas", "friendly_name": "NAS"}]
}
JOB: dict[str, Json] = {"job_id": "j1", "kind": "reindex", "state": "running", "counts": {"planned": 5, "done": 2}}
ENDED: dict[str, Json] = {**JOB, "state": "done", "counts": {"planned": 5, "done": 5}}

Ask = Callable[..., int]


def answer(asked: Asked) -> Reply:
    path = asked.target.partition("?")[0]
    if asked.method == "GET" and path == "/api/nodes":
        return Reply(NODES)
    if path.startswith("/api/jobs/j1"):
        return Reply(ENDED)
    if path == "/api/system/info":
        return Reply({"name": "Home", "file_count": 3, "developer_mode": True})
    if path == "/api/system/data":
        return Reply({"deleted_count": 12})
    if path == "/api/conflicts":
        return Reply({"items": [{"id": "dir::1", "title": "x", "versions": [{"version_id": "3-a", "winner": True}]}]})
    if path.endswith("/mounts") and asked.method == "GET":
        return Reply({"items": [{"mount_id": "m1"}]})
    if asked.method == "DELETE" and "forget" not in asked.target:
        return Reply(None, 204)
    return Reply({**JOB, "items": [], "acknowledged": 3})


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeControlPlane]:
    with FakeControlPlane(tmp_path / "server", answer).serving() as running:
        yield running


CHANGES = [
    ("nodes rename nas Attic", ("PATCH", "/api/nodes/node-nas", {"friendly_name": "Attic"})),
    ("nodes disable laptop --yes", ("DELETE", "/api/nodes/node-a", None)),
    ("nodes enable node-a", ("POST", "/api/nodes/node-a/enable", None)),
    ("nodes forget laptop --yes --no-wait", ("DELETE", "/api/nodes/node-a?forget_files=true", None)),
    ("nodes sync NAS --no-wait", ("POST", "/api/nodes/node-nas/sync", None)),
    ("nodes invite", ("POST", "/api/nodes/join-codes", {"expires_in_s": 900})),
    (
        "nodes invite --for NAS --expires 2h",
        ("POST", "/api/nodes/join-codes", {"expires_in_s": 7200, "node_id": "node-nas"}),
    ),
    (
        "nodes mounts add laptop --remote NAS:/srv/media --local /mnt/media --type nfs --priority 10",
        (
            "POST",
            "/api/nodes/node-a/mounts",
            {
                "remote_node_id": "node-nas",
                "remote_base_export_path": "/srv/media",
                "local_mount_path": "/mnt/media",
                "mount_type": "nfs",
                "priority": 10,
            },
        ),
    ),
    ("nodes mounts rm laptop m1", ("DELETE", "/api/nodes/node-a/mounts/m1", None)),
    ("credentials create --name x", ("POST", "/api/credentials", {"name": "x", "scope": "full"})),
    (
        "credentials create --name x --scope read --expires 2030-01-01T00:00:00Z",
        ("POST", "/api/credentials", {"name": "x", "scope": "read", "expires_at": "2030-01-01T00:00:00Z"}),
    ),
    ("credentials revoke K/1 --yes", ("DELETE", "/api/credentials/K%2F1", None)),
    ("credentials disable K1 --yes --force", ("PATCH", "/api/credentials/K1?force=true", {"enabled": False})),
    ("credentials enable K1", ("PATCH", "/api/credentials/K1", {"enabled": True})),
    ("jobs cancel j1", ("POST", "/api/jobs/j1/cancel", None)),
    ("notifications ack node-a::x", ("POST", "/api/notifications/node-a%3A%3Ax/acknowledge", {})),
    (
        "notifications ack --all --severity info",
        ("POST", "/api/notifications/acknowledge-all", {"severity": "info"}),
    ),
    (
        "system reindex NAS --path /srv --no-wait",
        ("POST", "/api/system/reindex", {"node_ids": ["node-nas"], "path": "/srv"}),
    ),
    ("system settings nightly_crawl=false", ("PATCH", "/api/system/settings", {"nightly_crawl": False})),
    (
        "system wipe --confirm DELETE_ALL_DATA",
        ("DELETE", "/api/system/data", {"confirm": "DELETE_ALL_DATA"}),
    ),
    ("system conflicts dir::1 --keep 3-a", ("POST", "/api/conflicts/dir%3A%3A1/resolve", {"keep": "3-a"})),
    ("api POST /api/x --data {}", ("POST", "/api/x", {})),
]


@pytest.mark.parametrize(("line", "expected"), CHANGES, ids=[line for line, _ in CHANGES])
def test_a_change_is_one_call_and_a_rehearsal_is_none(
    line: str, expected: tuple[str, str, object], ask: Ask, server: FakeControlPlane
) -> None:
    assert ask(f"{line} --dry-run") == 0
    assert {each.method for each in server.asked} <= {"GET"}
    assert ask(line) == 0
    changing = [each for each in server.asked if each.method != "GET"]
    assert [(each.method, each.target, each.json if each.body else None) for each in changing] == [expected]


SHOWN = [
    ("credentials list", "/api/credentials?limit=500"),
    ("jobs list --state running --kind reindex", "/api/jobs?state=running&kind=reindex"),
    ("jobs show j1", "/api/jobs/j1"),
    ("notifications list --severity error", "/api/notifications?limit=500&severity=error"),
    (
        "notifications list --history --since 2026-01-01T00:00:00Z",
        "/api/notifications/history?limit=500&since=2026-01-01T00%3A00%3A00Z",
    ),
    ("nodes mounts list nas", "/api/nodes/node-nas/mounts?limit=500"),
    ("system health", "/api/health"),
    ("system info", "/api/system/info"),
    ("system settings", "/api/system/settings"),
    ("system audit --event logout --limit 5", "/api/system/audit?limit=5&event=logout"),
    ("system conflicts", "/api/conflicts?limit=500"),
    ("storage overview", "/api/storage"),
    ("storage history laptop --days 7", "/api/storage/node-a/history?days=7"),
    ("api get /api/x?a=%20", "/api/x?a=%20"),
    ("whoami", "/api/auth/whoami"),
]


@pytest.mark.parametrize(("line", "target"), SHOWN, ids=[line for line, _ in SHOWN])
def test_what_is_shown_is_the_answer_of_one_call(
    line: str, target: str, ask: Ask, server: FakeControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(line) == 0
    assert target in [each.target for each in server.asked]
    capsys.readouterr()
    ask(f"{line} --json")
    told = json.loads(capsys.readouterr().out)
    assert told == answer(next(each for each in server.asked if each.target == target)).body


def test_a_question_that_nobody_can_answer_is_an_error_and_changes_nothing(ask: Ask, server: FakeControlPlane) -> None:
    for line in ("nodes disable laptop", "nodes forget laptop", "credentials revoke K1", "system wipe"):
        with pytest.raises(NoAnswerError) as raised:
            ask(line)
        assert exit_code(raised.value) == 2
        assert {each.method for each in server.asked} <= {"GET"}


def test_a_server_that_is_not_in_developer_mode_is_not_even_asked_to_be_wiped(
    ask: Ask, server: FakeControlPlane
) -> None:
    server.answer = lambda _: Reply({"name": "Home", "file_count": 3, "developer_mode": False})
    for line in ("system wipe", "system wipe --dry-run", "system wipe --confirm DELETE_ALL_DATA"):
        with pytest.raises(RefusedError) as raised:
            ask(line)
        assert exit_code(raised.value) == 5
    assert {each.method for each in server.asked} == {"GET"}


def test_a_secret_is_shown_once_with_a_warning(
    ask: Ask, server: FakeControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer = lambda _: Reply({"key_id": "MOSAICFS_1", "secret_key": "mosaicfs_x"}, 201)
    ask("credentials create --name x")
    told = capsys.readouterr()
    assert told.out == "Access key  MOSAICFS_1\nSecret      mosaicfs_x\n"
    assert "cannot be shown again" in told.err


@pytest.mark.parametrize(
    "line",
    [
        "system settings a b=1",
        "notifications ack",
        "notifications ack x --all",
        "notifications list --since 7d",
        "system conflicts dir::1",
        "system wipe --confirm yes",
        "nodes invite --expires soon",
        "nodes mounts add laptop --remote /srv --local /mnt --type nfs",
        "credentials create --name x --expires never",
        "api GET api/x",
        "api GET /ä",
        "api GET /x --header nonsense",
        "api FETCH /x",
    ],
)
def test_what_makes_no_sense_is_wrong_usage(line: str, ask: Ask, server: FakeControlPlane) -> None:
    with pytest.raises(UsageError):
        ask(line)
    assert {each.method for each in server.asked} <= {"GET"}


# --- jobs ----------------------------------------------------------------------------------------------------------


def ending(job: dict[str, object]) -> Callable[[Asked], Reply]:
    """A job that is first running and then so."""

    def told(asked: Asked) -> Reply:
        return Reply({**JOB, **job} if "wait_s" in asked.target else JOB)  # type: ignore[dict-item]

    return told


def test_a_job_is_waited_for_and_told(ask: Ask, server: FakeControlPlane, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("system reindex") == 0
    assert [each.target for each in server.asked] == [
        "/api/identity",
        "/api/system/reindex",
        "/api/jobs/j1?wait_s=30",
    ]
    assert capsys.readouterr().out == "reindex: 5 done\n"


def test_a_job_that_is_not_waited_for_is_named(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("system reindex --no-wait") == 0
    assert capsys.readouterr().out == "j1\n"


@pytest.mark.parametrize(
    ("job", "code"),
    [
        ({"state": "failed", "errors": [{"code": "source_unavailable", "message": "Gone."}]}, 8),
        ({"state": "failed", "errors": []}, 1),
        ({"state": "cancelled"}, 1),
        ({"state": "done_with_errors", "counts": {"failed": 2}, "errors": [{"code": "x", "message": "No."}]}, 7),
    ],
)
def test_a_job_that_did_not_go_well_ends_with_its_code(
    job: dict[str, object], code: int, ask: Ask, server: FakeControlPlane
) -> None:
    server.answer = ending(job)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the code is what matters
        ask("jobs wait j1")
    assert exit_code(raised.value) == code


def test_errors_of_a_job_are_counted(ask: Ask, server: FakeControlPlane) -> None:
    server.answer = ending({"state": "done_with_errors", "counts": {"failed": 2}})
    with pytest.raises(PartlyDoneError, match="2 of it failed"):
        ask("jobs wait j1 --json")


def test_who_stops_waiting_leaves_the_job_running(
    ask: Ask, server: FakeControlPlane, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mosaicfs_cli.client.Api.get", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ask("system reindex")
    told = capsys.readouterr().err
    assert "mosaicfs jobs wait j1" in told
    assert "mosaicfs jobs cancel j1" in told
    assert {each.target for each in server.asked} == {"/api/identity", "/api/system/reindex"}


# --- events --------------------------------------------------------------------------------------------------------


def test_events_are_asked_for_after_the_last_one_and_printed_as_they_come(
    ask: Ask, server: FakeControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = [
        Reply({"items": [{"id": 7, "type": "node.changed", "time": "2026-01-01T00:00:00Z", "data": {}}], "last": 7}),
        Reply({"items": [], "last": 9}),
        Reply({"error": {"code": "shutting_down", "message": "Bye."}}, 503),
    ]
    server.answer = lambda asked: Reply(NODES) if asked.target.startswith("/api/nodes") else pages.pop(0)
    with pytest.raises(Exception, match="Bye"):
        ask("events --types node.changed --node laptop --since 6 --json")
    asked = [each.target.partition("?")[2] for each in server.said("/api/events")]
    assert asked == [f"types=node.changed&node_id=node-a&since={after}&timeout_s=30" for after in (6, 7, 9)]
    assert json.loads(capsys.readouterr().out)["id"] == 7


# --- words ---------------------------------------------------------------------------------------------------------


def test_settings_are_read_as_json_or_as_text() -> None:
    words = ["name=Home", "days=90", "on=true", "off=null", "offline_notice_s.node-a=0", "offline_notice_s.b=5"]
    assert patch_of(words) == {
        "name": "Home",
        "days": 90,
        "on": True,
        "off": None,
        "offline_notice_s": {"node-a": 0, "b": 5},
    }


def test_spans_are_read_by_their_unit(ask: Ask) -> None:
    del ask
    call = Call("nodes invite", None, {})  # type: ignore[arg-type]
    assert [seconds(call, text) for text in ("90s", "15m", "2h", "7d", "1w")] == [90, 900, 7200, 604_800, 604_800]


def test_a_chart_goes_from_the_least_to_the_most() -> None:
    assert chart([0, 50, 100]) == "▁▄█"
    assert chart([7]) == "▁"
    assert len(chart(list(range(1000)))) == 60
