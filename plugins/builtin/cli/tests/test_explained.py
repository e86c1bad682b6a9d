"""Explanations and steps in words, and which calls `explain` makes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from mosaicfs.model.json import Json
from mosaicfs_cli.steps_shown import mount_shown, source_shown, step_shown
from mosaicfs_sdk.fakes.control_plane import Asked, FakeControlPlane, Reply

Ask = Callable[..., int]
Out = pytest.CaptureFixture[str]

ID = "0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f"
LAPTOP = "/home/ana/a.pdf"
VISIBLE: dict[str, Json] = {
    "path": "/work/q3/plan.pdf",
    "result": "visible",
    "file_id": "file::1",
    "summary": "Mount a3f90b17 of /work shows it; no step decided, the default is include.",
    "trace": [
        {
            "from": "/",
            "step": 0,
            "op": "glob",
            "pattern": "*.tmp",
            "on_match": "exclude",
            "raw_match": False,
            "final_match": False,
            "outcome": "next",
        },
        {
            "from": "/work",
            "mount_id": "a3f90b17",
            "step": 3,
            "op": "age",
            "max_days": 90,
            "on_match": "continue",
            "raw_match": True,
            "final_match": True,
            "measured": 10.2,
            "outcome": "next",
        },
        {"from": "/work", "step": 4, "op": "colour", "hue": 7, "outcome": "skipped", "problem": "nobody knows it"},
    ],
    "labels": [
        {"label": "work", "source": "rule", "rule_id": "r", "rule_name": "Work documents"},
        {"label": "urgent", "source": "direct", "updated_by": "MOSAICFS_7F3A"},
    ],
    "copies": [
        {"where": "node-a", "reachable": False, "reason": "source_offline", "since": "2026-03-20T07:04:00Z"},
        {"where": "offsite", "status": "current", "reachable": True},
    ],
    "would_serve": {"where": "offsite", "network_bytes": 204800, "estimated_ms": 420, "metered": True},
    "also_at": ["/recent/plan.pdf", "/all/plan.pdf"],
}


def explaining(answer: Json) -> Callable[[Asked], Reply]:
    def answered(asked: Asked) -> Reply:
        target = urlsplit(asked.target)
        query = dict(parse_qsl(target.query))
        if target.path == "/api/nodes":
            return Reply({"items": [{"node_id": "node-a", "friendly_name": "Laptop"}]})
        if target.path == "/api/files/lookup":
            source = {"node_id": "node-a", "export_path": "/home/ana/plan.pdf"}
            return Reply({"items": [{"file_id": "file::1", "source": source}], "missing": []})
        if target.path == "/api/files/by-path":
            return Reply({"file_id": f"file::of {query['path']}"})
        if target.path.startswith("/api/files/"):
            return Reply({"file_id": f"file::{ID}"})
        return Reply(answer)

    return answered


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeControlPlane]:
    with FakeControlPlane(tmp_path / "server", explaining(VISIBLE)).serving() as running:
        yield running


def asked_for(server: FakeControlPlane) -> list[dict[str, str]]:
    return [dict(parse_qsl(urlsplit(each.target).query)) for each in server.said("/api/explain")]


@pytest.mark.parametrize(
    ("line", "query"),
    [
        ("explain /work/q3/plan.pdf", {"path": "/work/q3/plan.pdf"}),
        (f"explain {ID}", {"file_id": f"file::{ID}"}),
        ("explain nas:/srv/a", {"file_id": "file::of /srv/a"}),
        (f"explain {ID} --in /work/", {"path": "/work", "file_id": f"file::{ID}"}),
        ("explain /x --from laptop", {"path": "/x", "from": "node-a"}),
    ],
)
def test_a_path_of_the_tree_is_asked_for_as_it_is_and_a_file_by_its_id(
    line: str, query: dict[str, str], ask: Ask, server: FakeControlPlane, capsys: Out
) -> None:
    ask(f"{line} --json")
    assert asked_for(server) == [query]
    assert json.loads(capsys.readouterr().out) == VISIBLE


def test_a_path_that_is_not_in_the_tree_may_be_one_of_this_machine(
    ask: Ask, server: FakeControlPlane, surroundings: dict[str, str]
) -> None:
    folder = Path(surroundings["XDG_STATE_HOME"], "mosaicfs")
    folder.mkdir(parents=True)
    (folder / "node_id").write_text("node-a")
    server.answer = explaining({"path": LAPTOP, "result": "not_found"})
    ask(f"explain {LAPTOP}")
    assert asked_for(server) == [{"path": LAPTOP}, {"file_id": f"file::of {LAPTOP}"}]


def test_it_says_where_it_is_why_its_labels_its_copies_and_how_it_would_be_read(ask: Ask, capsys: Out) -> None:
    ask("explain /work/q3/plan.pdf")
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "/work/q3/plan.pdf is Laptop:/home/ana/plan.pdf   file::1",
        "  Here because  mount a3f90b17 of /work shows it; no step decided, the default is include",
        "    /               step 0  glob *.tmp → exclude          no match, next",
        "    /work a3f90b17  step 3  age ≤ 90 days → continue      10.2 days, next",
        '    /work           step 4  colour {"hue": 7} → continue  without effect: nobody knows it',
        "  Labels        work (rule “Work documents”), urgent (set by MOSAICFS_7F3A)",
        "  Copies        Laptop   source offline since 2026-03-20T07:04:00Z",
        "                offsite  current",
        "  A read now    from offsite, 200 KiB over the network (metered), about 0.4 s",
        "  Also at       /recent/plan.pdf",
        "                /all/plan.pdf",
    ]


def test_each_place_of_a_file_is_explained(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    places: list[dict[str, Json]] = [{"path": "/a", "result": "visible"}, {"path": "/b", "result": "visible"}]
    server.answer = explaining({"items": [{**each, "labels": [{"label": "x"}]} for each in places]})
    ask(f"explain {ID}")
    assert (
        capsys.readouterr().out
        == "/a\n  Here because  visible\n/b\n  Here because  visible\n  Labels        x (set by hand)\n"
    )
    server.answer = explaining({"items": []})
    ask(f"explain {ID}")
    assert "shown nowhere" in capsys.readouterr().out


@pytest.mark.parametrize(
    "result",
    [
        "excluded",
        "hidden_by_conflict",
        "shadowed",
        "invalid_name",
        "deleted",
        "disabled_import",
        "no_source",
        "not_found",
        "of a newer version",
    ],
)
def test_whatever_the_result_it_is_told(result: str, ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    server.answer = explaining({"path": "/a", "result": result, "summary": "It is so.", "would_serve": None})
    ask("explain /a")
    told = capsys.readouterr().out
    assert told.startswith("/a\n")
    assert "It is so\n" in told
    assert "impossible" in told


def test_a_file_that_is_not_there_is_said_to_be_elsewhere(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    for result, kind, said in (("excluded", "file", "would be"), ("visible", "directory", "is a directory with")):
        server.answer = explaining({"path": "/a", "result": result, "kind": kind, "file_id": "file::1"})
        ask("explain /a")
        assert capsys.readouterr().out.startswith(f"/a {said} Laptop:/home/ana/plan.pdf   file::1\n")


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"op": "glob", "pattern": "*.pdf", "flags": "i"}, "glob *.pdf (i) → continue"),
        ({"op": "regex", "pattern": "URG", "on_match": "include"}, "regex /URG/ → include"),
        ({"op": "age", "max_days": 90, "min_days": 1}, "age ≥ 1 days, ≤ 90 days → continue"),
        ({"op": "size", "min_bytes": 2048, "invert": True}, "not size ≥ 2 KiB → continue"),
        ({"op": "mime", "types": ["image/*", "text/*"]}, "mime image/*, text/* → continue"),
        ({"op": "node", "node_ids": ["a"]}, "node a → continue"),
        ({"op": "label", "labels": ["a", "b"]}, "label a and b → continue"),
        ({"op": "replicated", "target_name": "nas"}, "replicated nas is current → continue"),
        ({"op": "access_age", "min_days": 3}, "access_age ≥ 3 days or never → continue"),
        ({"op": "access_age", "min_days": 3, "missing": "exclude"}, "access_age ≥ 3 days → continue"),
        (
            {"op": "annotation", "plugin_name": "exif", "key": "iso", "value": 100, "regex": "x"},
            "annotation exif/iso = 100 ~ /x/ → continue",
        ),
        ({"op": "colour", "hue": 7}, 'colour {"hue": 7} → continue'),
        ({"op": "colour"}, "colour → continue"),
    ],
)
def test_a_step_is_said_in_a_line(step: dict[str, Json], said: str) -> None:
    assert step_shown(step) == said


@pytest.mark.parametrize("step", [{}, {"op": 7}, {"op": "size", "min_bytes": "x"}, {"op": "mime", "types": 1}])
def test_a_step_that_makes_no_sense_is_said_too(step: dict[str, Json]) -> None:
    assert step_shown(step).endswith("→ continue")


def test_a_source_is_said_in_a_line() -> None:
    assert source_shown({"label": "work"}) == "label work"
    assert source_shown({"search": "ext:pdf", "limit": 1000}) == "search ext:pdf, at most 1,000"
    assert source_shown({"federated_import_id": "i"}) == "import i"
    assert source_shown({"hue": 7}) == '{"hue": 7}'
    mount: dict[str, Json] = {"source": {"node_id": "*", "export_path": "/"}, "strategy": "flatten"}
    assert mount_shown(mount, {}) == "*:/, flatten"
