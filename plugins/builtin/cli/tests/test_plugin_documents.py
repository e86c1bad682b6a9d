"""The verbs that set a plugin up: which call each makes, what it prints, and that no secret is an argument."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mosaicfs.model.json import Json
from mosaicfs_cli.errors import UsageError
from mosaicfs_cli.plugin_fields import FROM_FILE
from mosaicfs_sdk.fakes.control_plane import Asked, FakeControlPlane, Reply

Ask = Callable[..., int]
Out = pytest.CaptureFixture[str]

PLUGIN: dict[str, Json] = {
    "plugin_name": "ntfy@phone",
    "node_id": "node-nas",
    "settings": {"topic": "t", "token": "__REDACTED__"},
    "settings_schema": {"properties": {}, "required": []},
    "standing": "ready",
    "warnings": [],
}
ITEM: dict[str, Json] = {"name": "ntfy", "kind": "distribution", "version": "1", "standing": "ready"}
PLUGINS = "/api/nodes/node-nas/plugins"
PATH = f"{PLUGINS}/ntfy%40phone"


def answer(asked: Asked) -> Reply:
    if asked.target.startswith("/api/nodes?"):
        return Reply({"items": [{"node_id": "node-nas", "friendly_name": "NAS"}]})
    if asked.method == "DELETE":
        return Reply(None, 204)
    if "/available" in asked.target:
        return Reply({"items": [ITEM], "total": 1})
    strange = asked.method == "POST" and b"stranger" in asked.body
    return Reply(
        {**PLUGIN, "warnings": ["not_installed"]} if strange else PLUGIN, 201 if asked.method == "POST" else 200
    )


@pytest.fixture(autouse=True)
def server(tmp_path: Path) -> Iterator[FakeControlPlane]:
    with FakeControlPlane(tmp_path / "server", answer).serving() as running:
        yield running


def changing(server: FakeControlPlane) -> list[tuple[str, str, object]]:
    return [
        (each.method, each.target, each.json if each.body else None) for each in server.asked if each.method != "GET"
    ]


def test_one_is_added_by_one_call_and_its_rehearsal_is_none(
    ask: Ask, server: FakeControlPlane, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    monkeypatch.setenv(FROM_FILE, json.dumps({"token": "very-secret"}))
    line = "plugins add NAS ntfy@phone topic=alerts grace_s=5 send_resolved=false --secret token --title Phone"
    assert ask(f"{line} --dry-run") == 0
    assert changing(server) == []
    assert ask(line) == 0
    body = {
        "plugin_name": "ntfy@phone",
        "enabled": True,
        "name": "Phone",
        "settings": {"topic": "alerts", "grace_s": 5, "send_resolved": False},
        "secrets": {"token": "very-secret"},
    }
    assert changing(server) == [("POST", PLUGINS, body)]
    out = capsys.readouterr().out
    assert "See how it fares: mosaicfs plugins test NAS ntfy@phone" in out
    assert "very-secret" not in out


def test_what_a_plugin_is_told_of_is_said_with_flags(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    told = "--events file.added,file.modified --types image/* --workers 4 --job-timeout 90 --attempts 5 --batch 10"
    assert ask(f"plugins add node-nas stranger --kind executable --disabled --scope all {told}") == 0
    [(_, _, body)] = changing(server)
    assert body == {
        "plugin_name": "stranger",
        "plugin_type": "executable",
        "enabled": False,
        "scope": "all",
        "subscribed_events": ["file.added", "file.modified"],
        "mime_globs": ["image/*"],
        "workers": 4,
        "timeout_s": 90,
        "max_attempts": 5,
        "batch_size": 10,
    }
    assert "It is not installed there yet" in capsys.readouterr().out


def test_a_secret_that_was_an_argument_is_told_of(ask: Ask, capsys: Out) -> None:
    assert ask("plugins set NAS ntfy@phone token=seen topic=t") == 0
    out = capsys.readouterr().out
    assert "token is a secret and stood on the command line" in out
    assert "seen" not in out


def test_what_is_set_is_merged_and_what_is_empty_is_taken_out(
    ask: Ask, server: FakeControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("very-secret\n"))
    assert ask("plugins set NAS ntfy@phone quiet= topic=other --events= --secret-stdin token") == 0
    patch = {
        "settings": {"quiet": None, "topic": "other"},
        "subscribed_events": [],
        "secrets": {"token": "very-secret"},
    }
    assert changing(server) == [("PATCH", PATH, patch)]


@pytest.mark.parametrize("line", ["plugins set NAS ntfy", "plugins set NAS ntfy topic", "plugins add NAS ntfy T=1"])
def test_a_line_that_says_too_little_is_refused(line: str, ask: Ask, server: FakeControlPlane) -> None:
    with pytest.raises(UsageError):
        ask(line)
    assert changing(server) == []


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        ("plugins disable NAS ntfy@phone", [("PATCH", PATH, {"enabled": False})]),
        ("plugins enable NAS ntfy@phone", [("PATCH", PATH, {"enabled": True})]),
        ("plugins rm NAS ntfy@phone --yes", [("DELETE", PATH, None)]),
        ("plugins rm NAS ntfy@phone --dry-run", []),
    ],
)
def test_one_is_switched_and_removed(line: str, calls: list[object], ask: Ask, server: FakeControlPlane) -> None:
    assert ask(line) == 0
    assert changing(server) == calls


def test_what_is_set_up_and_what_could_be_is_shown(ask: Ask, capsys: Out) -> None:
    assert ask("plugins show NAS ntfy@phone") == 0
    shown = capsys.readouterr().out
    assert "settings.token\t__REDACTED__" in shown
    assert "settings_schema" not in shown
    assert ask("plugins available NAS") == 0
    assert "ntfy\tdistribution\t1\tready" in capsys.readouterr().out
