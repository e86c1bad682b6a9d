"""The verbs of labels: which call each makes, what it prints, what a rehearsal leaves alone; and names of files."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from mosaicfs.errors import RefusedError
from mosaicfs.model.json import Json
from mosaicfs_cli.errors import NotFoundError, UsageError
from mosaicfs_cli.failures import exit_code
from mosaicfs_sdk.fakes.control_plane import Asked, FakeControlPlane, Reply, refusal

Ask = Callable[..., int]
Out = pytest.CaptureFixture[str]

ID = "0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f"
FILE = f"file::{ID}"
RULE: dict[str, Json] = {
    "rule_id": "r1",
    "name": "Scans",
    "node_id": "*",
    "path_prefix": "/srv/",
    "labels": ["scan", "paper"],
    "enabled": True,
    "match_count": 7,
}
JOB: dict[str, Json] = {"job_id": "j1", "kind": "label_bulk", "state": "running"}
ENDED: dict[str, Json] = {
    **JOB,
    "state": "done",
    "counts": {"planned": 4, "done": 3, "skipped": 1},
    "result": {"files": 12, "rules": 1},
}
LABELS: list[dict[str, Json]] = [
    {"label": "tax", "assignment_count": 4, "rule_count": 1},
    {"label": "tax/2026", "assignment_count": 1, "rule_count": 0},
]
PLACES = {"/documents/a.pdf": "1", "node-nas:/srv/a": "2", "node-here:/home/ana/a.pdf": "3", "/both": "4"}
PLACES["node-here:/both"] = "5"
GIVEN: list[Json] = [
    {"label": "work", "source": "rule", "rule_id": "r1", "rule_name": "Work documents"},
    {"label": "urgent", "source": "direct"},
]
ANSWERS: dict[tuple[str, str], Json] = {
    ("GET", "/api/nodes"): {"items": [{"node_id": "node-nas", "friendly_name": "NAS"}]},
    ("GET", "/api/files/"): {"file_id": FILE},
    ("GET", "/api/jobs/"): ENDED,
    ("GET", "/api/search"): {"items": [], "total": 4211},
    ("GET", "/api/labels/rules"): {"items": [RULE], "total": 1},
    ("GET", "/api/labels/effective"): {"file_id": FILE, "labels": GIVEN},
    ("POST", "/rules/preview"): {"total": 12, "items": [{"source": {"export_path": "/srv/a\n"}}]},
    ("POST", "/api/labels/rules"): RULE,
    ("PATCH", "/api/labels/rules"): RULE,
    ("POST", "/api/labels"): JOB,
}


def answer(asked: Asked) -> Reply:
    target = urlsplit(asked.target)
    path, query = target.path, dict(parse_qsl(target.query))
    if path == "/api/files/by-path":
        return file_at(query)
    if path == "/api/labels":
        return labels(query)
    if asked.method == "DELETE":
        return Reply(None, 204)
    return next(Reply(body) for (method, start), body in ANSWERS.items() if asked.method == method and start in path)


def file_at(query: dict[str, str]) -> Reply:
    node = "node-nas" if query.get("node") == "NAS" else query.get("node")
    found = PLACES.get(f"{node}:{query['path']}" if node else query["path"])
    return Reply({"file_id": found}) if found else refusal(404, "not_found", "No such file.")


def labels(query: dict[str, str]) -> Reply:
    found = [each for each in LABELS if str(each["label"]).startswith(query.get("prefix", ""))]
    at, limit = int(query.get("offset", "0")), int(query["limit"])
    return Reply({"items": list(found[at : at + limit]), "total": len(found)})


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


BULK = "/api/labels/assignments/bulk"
CHANGES = [
    (f"labels add work,q3,work {ID}", ("POST", BULK, {"file_ids": [FILE], "add": ["work", "q3"]})),
    (
        "labels add work NAS:/srv/a /documents/a.pdf --no-wait",
        ("POST", BULK, {"file_ids": ["2", "1"], "add": ["work"]}),
    ),
    (f"labels rm q3 {FILE} {ID}", ("POST", BULK, {"file_ids": [FILE], "remove": ["q3"]})),
    (
        "labels add old --ext doc --ext odt --older 2y --label a --label-any b,c --yes",
        (
            "POST",
            BULK,
            {
                "filter": {
                    "ext": ["doc", "odt"],
                    "mtime_before": "2y",
                    "label": ["a"],
                    "label_any": "b,c",
                },
                "add": ["old"],
            },
        ),
    ),
    ("labels rename tax finance", ("POST", "/api/labels/rename", {"from": "tax", "to": "finance"})),
    (
        "labels rules add *:/srv/scans scan,paper --name Scans",
        (
            "POST",
            "/api/labels/rules",
            {"node_id": "*", "path_prefix": "/srv/scans/", "labels": ["scan", "paper"], "name": "Scans"},
        ),
    ),
    (
        "labels rules add nas:/ all",
        (
            "POST",
            "/api/labels/rules",
            {"node_id": "node-nas", "path_prefix": "/", "labels": ["all"], "name": "all below /"},
        ),
    ),
    ("labels rules rm Scans", ("DELETE", "/api/labels/rules/r1", None)),
    ("labels rules disable r1", ("PATCH", "/api/labels/rules/r1", {"enabled": False})),
    ("labels rules enable Scans", ("PATCH", "/api/labels/rules/r1", {"enabled": True})),
]


@pytest.mark.parametrize(("line", "expected"), CHANGES, ids=[line for line, _ in CHANGES])
def test_a_change_is_one_call_and_a_rehearsal_is_none(
    line: str, expected: tuple[str, str, object], ask: Ask, server: FakeControlPlane
) -> None:
    assert ask(f"{line} --dry-run") == 0
    assert changing(server) == []
    assert ask(line) == 0
    assert changing(server) == [expected]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"labels add work {ID}", "3 files labelled, 1 was so already\n"),
        (f"labels rm work {ID}", "3 files without it, 1 was so already\n"),
        (f"labels rm work,q3 {ID}", "3 files without them, 1 was so already\n"),
        (f"labels add work {ID} --no-wait", "j1\n"),
        ("labels add work --ext pdf -n", "Would give work to 4,211 files. Nothing was changed.\n"),
        ("labels rename tax finance", "finance now: 12 files, 1 rule\n"),
        ("labels rename tax finance -n", "Would rename tax to finance: 4 files, 1 rule. Nothing was changed.\n"),
        ("labels rules add *:/srv scan", "Added as r1: 12 files.\n"),
        ("labels rules disable Scans", "The rule r1 “Scans” is disabled.\n"),
        ("labels rules preview *:/srv", "12 files\n  /srv/a\\x0a\n  … 11 more\n"),
        ("labels list --no-header", "tax\t4\t1\ntax/2026\t1\t0\n"),
        (
            f"labels effective {ID}",
            "label\torigin\nwork\trule “Work documents”\nurgent\tset by hand\n",
        ),
        (
            "labels rules list --no-header",
            "r1\tScans\tscan, paper\t*\t/srv/\tyes\t7\n",
        ),
    ],
)
def test_what_was_done_is_told(line: str, told: str, ask: Ask, capsys: Out) -> None:
    assert ask(line) == 0
    assert capsys.readouterr().out == told


def test_labels_are_listed_page_by_page(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    ask("labels list --limit 1")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("label\tfiles\trules\ntax\t4\t1\n", "1 of 2; --all for the rest\n")
    ask("labels list --all --json")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [*LABELS, {"end": True, "shown": 2, "total": 2}]
    ask("labels list --json --prefix tax/")
    assert json.loads(capsys.readouterr().out)["items"] == LABELS[1:]


def test_a_label_or_rule_that_is_not_there_is_not_found(ask: Ask) -> None:
    for line in ("labels rename ta x -n", "labels rules rm none", "labels rules enable none"):
        with pytest.raises(NotFoundError) as raised:
            ask(line)
        assert exit_code(raised.value) == 4


@pytest.mark.parametrize("line", ["labels add work", f"labels add work {ID} --ext pdf", f"labels rm , {ID}"])
def test_what_makes_no_sense_is_wrong_usage(line: str, ask: Ask, server: FakeControlPlane) -> None:
    with pytest.raises(UsageError):
        ask(line)
    assert changing(server) == []


# --- names of files ------------------------------------------------------------------------------------------------


@pytest.fixture
def node(surroundings: dict[str, str]) -> None:
    """This machine is a node."""
    folder = Path(surroundings["XDG_STATE_HOME"], "mosaicfs")
    folder.mkdir(parents=True)
    (folder / "node_id").write_text("node-here\n")


def labelled(server: FakeControlPlane) -> Any:
    [(_, _, body)] = changing(server)
    assert isinstance(body, dict)
    return body["file_ids"]


@pytest.mark.usefixtures("node")
def test_an_absolute_path_is_looked_for_in_the_tree_and_on_this_machine(ask: Ask, server: FakeControlPlane) -> None:
    ask("labels add x /documents/a.pdf /home/ana/a.pdf")
    assert labelled(server) == ["1", "3"]


@pytest.mark.usefixtures("node")
def test_a_relative_path_is_one_of_this_machine(
    ask: Ask, server: FakeControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(PLACES, f"node-here:{tmp_path}/a", "9")
    ask("labels add x a")
    assert labelled(server) == ["9"]


@pytest.mark.usefixtures("node")
def test_of_two_files_none_is_guessed(ask: Ask, server: FakeControlPlane) -> None:
    with pytest.raises(UsageError) as raised:
        ask("labels add x /both")
    assert "/both is 4 in the tree and 5 on this machine; take an id" in str(raised.value)
    assert changing(server) == []


def test_a_file_that_is_not_known_changes_nothing(ask: Ask, server: FakeControlPlane) -> None:
    for name in ("/none", "NAS:/none"):
        with pytest.raises(RefusedError) as raised:
            ask(f"labels add x {ID} {name}")
        assert exit_code(raised.value) == 4
        assert changing(server) == []
