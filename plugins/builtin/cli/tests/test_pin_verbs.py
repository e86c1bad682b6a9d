"""The verbs of pins: which call each makes, what it prints, and what a rehearsal leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mosaicfs.model.json import Json
from mosaicfs_cli.errors import NotFoundError, UsageError
from mosaicfs_sdk.fakes.control_plane import Asked, FakeControlPlane, Reply

Ask = Callable[..., int]
Out = pytest.CaptureFixture[str]

GIB = 1 << 30
PIN: dict[str, Json] = {
    "pin_id": "p1",
    "name": "Trip",
    "node_id": "node-nas",
    "scope": {"labels": ["trip", "2026"]},
    "budget_bytes": 40 * GIB,
    "files": 3,
    "kept_bytes": 1 << 20,
    "state": "blocked",
    "blocked": ["/srv/film.mkv"],
    "blocked_files": 2,
}
PREVIEW: dict[str, Json] = {
    "files": 4211,
    "bytes": 3 * GIB,
    "already_here_bytes": 0,
    "to_fetch_bytes": 2 * GIB,
    "over_budget_bytes": GIB,
    "unreachable_files": 1,
    "by_tier": {"peer": 2 * GIB},
}
MEANT = "4,211 files, 3.0 GiB; 2.0 GiB to fetch, 1.0 GiB over the budget, 1 file unreachable now"


def answer(asked: Asked) -> Reply:
    if asked.target.startswith("/api/nodes"):
        return Reply({"items": [{"node_id": "node-nas", "friendly_name": "NAS"}]})
    if asked.method == "DELETE":
        return Reply(None, 204)
    if asked.target.endswith("/preview"):
        return Reply(PREVIEW)
    return Reply({"items": [PIN], "total": 1} if asked.method == "GET" else PIN)


@pytest.fixture(autouse=True)
def node(surroundings: dict[str, str]) -> None:
    """This machine is a node."""
    folder = Path(surroundings["XDG_STATE_HOME"], "mosaicfs")
    folder.mkdir(parents=True)
    (folder / "node_id").write_text("node-here\n")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeControlPlane]:
    with FakeControlPlane(tmp_path / "server", answer).serving() as running:
        yield running


def changing(server: FakeControlPlane) -> list[tuple[str, str, object]]:
    return [
        (each.method, each.target, each.json if each.body else None)
        for each in server.asked
        if each.method != "GET" and "/preview" not in each.target
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "pin add /documents/work/ --node NAS --budget 40G --until 2026-09-01T00:00:00Z --priority 2",
            {
                "node_id": "node-nas",
                "scope": {"path": "/documents/work"},
                "budget_bytes": 40 * GIB,
                "name": "/documents/work",
                "expires_at": "2026-09-01T00:00:00Z",
                "priority": 2,
            },
        ),
        (
            "pin add --label trip --label 2026 --node node-nas --budget 1.5k",
            {
                "node_id": "node-nas",
                "scope": {"labels": ["trip", "2026"]},
                "budget_bytes": 1536,
                "name": "labelled trip and 2026",
            },
        ),
        (
            "pin add --search type:audio --name Music",
            {"node_id": "node-here", "scope": {"search": "type:audio"}, "name": "Music"},
        ),
    ],
)
def test_a_pin_is_one_call_and_its_rehearsal_none(
    line: str, expected: dict[str, Json], ask: Ask, server: FakeControlPlane, capsys: Out
) -> None:
    assert ask(f"{line} --dry-run") == 0
    told = f"Would keep “{expected['name']}” on {expected['node_id']}: {MEANT}. Nothing was changed.\n"
    assert (capsys.readouterr().out, changing(server)) == (told, [])
    assert ask(line) == 0
    assert capsys.readouterr().out == f"Added as p1: {MEANT}.\n"
    assert changing(server) == [("POST", "/api/pins", expected)]


@pytest.mark.parametrize("name", ["p1", "Trip"])
def test_a_pin_is_removed_by_its_id_or_name(name: str, ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    assert ask(f"pin rm {name} --dry-run") == 0
    assert changing(server) == []
    assert ask(f"pin rm {name}") == 0
    assert changing(server) == [("DELETE", "/api/pins/p1", None)]
    assert capsys.readouterr().out.splitlines()[-1] == "Removed the pin p1 “Trip”."


def test_pins_are_listed_and_what_has_no_room_is_named(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    assert ask("pin list --no-header") == 0
    told = capsys.readouterr()
    assert told.out == "p1\tTrip\tnode-nas\tlabelled trip and 2026\t3\t1048576\t42949672960\tblocked\t\n"
    assert "“Trip” for /srv/film.mkv and 1 more" in told.err


def test_a_preview_shows_what_it_would_mean(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    assert ask("pin preview --label trip --node NAS") == 0
    assert f"to_fetch_bytes\t{2 * GIB}\n" in capsys.readouterr().out
    assert changing(server) == []


@pytest.mark.parametrize(
    "line",
    [
        "pin add --node NAS",
        "pin add /a --label b --node NAS",
        "pin add documents --node NAS",
        "pin add /a --node NAS --budget 4X",
        "pin preview --node NAS",
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked_for(
    line: str, ask: Ask, server: FakeControlPlane
) -> None:
    with pytest.raises(UsageError):
        ask(line)
    assert not [each for each in server.asked if each.method != "GET"]


def test_a_pin_that_is_not_there_is_not_found(ask: Ask, server: FakeControlPlane) -> None:
    with pytest.raises(NotFoundError):
        ask("pin rm none")
