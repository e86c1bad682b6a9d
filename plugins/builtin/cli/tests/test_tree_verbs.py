"""The verbs of the tree: which call each makes, what it prints, what a rehearsal leaves alone."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from mosaicfs.errors import RefusedError
from mosaicfs.model.json import Json
from mosaicfs_cli.errors import BadDraftError, NoAnswerError, NotFoundError, UsageError
from mosaicfs_cli.failures import exit_code
from mosaicfs_sdk.fakes.control_plane import Asked, FakeControlPlane, Reply, refusal

Ask = Callable[..., int]
Start = Callable[..., Any]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
Out = pytest.CaptureFixture[str]

MOUNT: dict[str, Json] = {
    "mount_id": "a3f90b17",
    "source": {"node_id": "node-nas", "export_path": "/srv/work"},
    "strategy": "prefix_replace",
    "source_prefix": "/srv",
    "steps": [{"op": "glob", "pattern": "*.tmp", "on_match": "exclude"}],
    "default_result": "include",
    "conflict_policy": "suffix_node_id",
}
WORK: dict[str, Json] = {
    "virtual_path": "/work",
    "name": "work",
    "parent_path": "/",
    "steps": [{"op": "age", "max_days": 90, "on_match": "continue"}],
    "enforce_steps_on_children": True,
    "mounts": [MOUNT],
    "inherited": [
        {
            "virtual_path": "/",
            "steps": [{"op": "mime", "types": ["image/*"], "invert": True, "on_match": "continue"}],
            "mounts": [{"mount_id": "m0", "steps": [{"op": "label", "labels": ["a", "b"], "on_match": "include"}]}],
        }
    ],
}
ADDED: dict[str, Json] = {**WORK, "mounts": [MOUNT, {"mount_id": "new1"}]}
PREVIEW: dict[str, Json] = {
    "items": [{"relative_path": "q3/plan.pdf", "name": "plan.pdf"}],
    "total": 41,
    "per_mount": [
        {"mount_id": "a3f90b17", "candidates": 50, "included": 30},
        {"mount_id": "new1", "candidates": 12, "included": 11},
    ],
    "problems": [{"code": "unknown_step", "message": "step 3: nobody here knows colour", "mount_id": "a3f90b17"}],
    "hidden_by_conflict": 1,
    "partial": False,
}
INNER: dict[str, list[Json]] = {
    "/work": [
        {"name": "2025", "kind": "directory", "origin": "document", "virtual_path": "/work/2025"},
        {"name": "old", "kind": "directory", "origin": "synthetic", "virtual_path": "/work/old"},
        {"name": "a.pdf", "kind": "file", "origin": "mount", "virtual_path": "/work/a.pdf", "size": 2048},
    ],
    "/work/2025": [{"name": "q 1", "kind": "directory", "origin": "document", "virtual_path": "/work/2025/q 1"}],
}
THERE = {"/work", "/", "/archive", "/work/2025"}


def answer(asked: Asked) -> Reply:
    target = urlsplit(asked.target)
    path = target.path
    if asked.method == "GET" and path == "/api/nodes":
        return Reply({"items": [{"node_id": "node-nas", "friendly_name": "NAS"}]})
    if path.endswith("/preview"):
        return previewing(path)
    if path == "/api/vfs":
        return Reply({"items": INNER.get(dict(parse_qsl(target.query))["path"], []), "total": 3})
    if asked.method == "DELETE":
        return Reply(None, 204)
    if asked.method == "PATCH":
        return Reply(ADDED)
    directory = "/" + path.removeprefix("/api/vfs/directories").strip("/")
    if asked.method == "GET" and directory not in THERE:
        return refusal(404, "not_found", f"There is nothing at {directory} in the tree.")
    return Reply(WORK, headers={"ETag": '"7-a"'})


def previewing(path: str) -> Reply:
    parent = path.removeprefix("/api/vfs/directories").removesuffix("/preview").rpartition("/")[0] or "/"
    return Reply(PREVIEW) if parent in THERE else refusal(404, "not_found", f"There is nothing at {parent}.")


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


# --- changes -------------------------------------------------------------------------------------------------------

DIRECTORIES = "/api/vfs/directories"
FOLDER: dict[str, Json] = {
    "source": {"node_id": "node-nas", "export_path": "/srv/x"},
    "strategy": "prefix_replace",
    "steps": [],
}


def adding(mount: dict[str, Json]) -> tuple[str, str, object]:
    return ("PATCH", f"{DIRECTORIES}/work", {"mount_ops": [{"op": "add", "mount": mount}]})


CHANGES = [
    ("vfs mkdir /work/new", ("POST", DIRECTORIES, {"virtual_path": "/work/new"})),
    ("vfs mkdir -p /a/b/c/", ("POST", f"{DIRECTORIES}?parents=true", {"virtual_path": "/a/b/c"})),
    ("vfs rmdir /archive", ("DELETE", f"{DIRECTORIES}/archive", None)),
    ("vfs rmdir /work --force --yes", ("DELETE", f"{DIRECTORIES}/work?force=true", None)),
    ("vfs mv /work /archive/jobs", ("PATCH", f"{DIRECTORIES}/work", {"name": "jobs", "parent_path": "/archive"})),
    ("vfs mv /work jobs", ("PATCH", f"{DIRECTORIES}/work", {"name": "jobs"})),
    ("vfs mv /work /archive/work", ("PATCH", f"{DIRECTORIES}/work", {"parent_path": "/archive"})),
    ("vfs mount-add /work NAS:/srv/x", adding(FOLDER)),
    (
        "vfs mount-add /work *:/ --strategy flatten --conflict suffix_node_id --default exclude",
        adding(
            {
                "source": {"node_id": "*", "export_path": "/"},
                "strategy": "flatten",
                "steps": [],
                "default_result": "exclude",
                "conflict_policy": "suffix_node_id",
            }
        ),
    ),
    (
        'vfs mount-add /work nas:/srv/x --prefix /srv --step {"op":"glob","pattern":"*.md"} --step {"op":"new"}',
        adding({**FOLDER, "source_prefix": "/srv", "steps": [{"op": "glob", "pattern": "*.md"}, {"op": "new"}]}),
    ),
    ("vfs mount-add /work --label tax", adding({"source": {"label": "tax"}, "strategy": "flatten", "steps": []})),
    (
        "vfs mount-add /work --search size:>1G",
        adding({"source": {"search": "size:>1G"}, "strategy": "flatten", "steps": []}),
    ),
    (
        "vfs mount-rm /work a3f90b17",
        ("PATCH", f"{DIRECTORIES}/work", {"mount_ops": [{"op": "remove", "mount_id": "a3f90b17"}]}),
    ),
]


@pytest.mark.parametrize(("line", "expected"), CHANGES, ids=[line for line, _ in CHANGES])
def test_a_change_is_one_call_and_a_rehearsal_is_none(
    line: str, expected: tuple[str, str, object], ask: Ask, server: FakeControlPlane, capsys: Out
) -> None:
    assert ask(f"{line} --dry-run") == 0
    assert changing(server) == []
    assert capsys.readouterr().out.endswith("Nothing was changed.\n")
    assert ask(line) == 0
    assert changing(server) == [expected]


def test_names_are_encoded_one_by_one(ask: Ask, server: FakeControlPlane) -> None:
    with pytest.raises(RefusedError):
        ask("vfs show", "/work/2025/q 1#")
    assert f"{DIRECTORIES}/work/2025/q%201%23" in [each.target for each in server.asked]


def test_a_forced_removal_says_how_many_directories_go_and_asks(
    ask: Ask, server: FakeControlPlane, capsys: Out
) -> None:
    with pytest.raises(NoAnswerError) as raised:
        ask("vfs rmdir /work --force")
    assert "Remove /work and 2 directories below it" in str(raised.value)
    assert changing(server) == []
    ask("vfs rmdir /work --force --yes")
    assert capsys.readouterr().out == "Removed /work and 2 directories below it.\n"


def test_a_rehearsal_meets_what_the_change_would_meet(ask: Ask) -> None:
    for line, code in {
        "vfs mkdir /work": 6,
        "vfs mkdir /none/new": 4,
        "vfs rmdir /none": 4,
        "vfs rmdir /work": 6,
        "vfs mv /work /archive": 6,
        "vfs mv /work /work/2025/inner": 6,
        "vfs mv /work /none/work": 4,
        "vfs mount-rm /work none": 4,
        "vfs mount-add /none nas:/srv": 4,
    }.items():
        with pytest.raises((RefusedError, NotFoundError)) as raised:
            ask(f"{line} --dry-run")
        assert exit_code(raised.value) == code, line


def test_a_new_source_is_told_with_its_id_and_its_files(ask: Ask, capsys: Out) -> None:
    ask("vfs mount-add /work nas:/srv/x")
    assert capsys.readouterr().out == "Added as new1.\nIt has 11 files, the directory 41.\n"
    ask("vfs mount-add /work nas:/srv/x --json")
    assert json.loads(capsys.readouterr().out) == ADDED


def test_a_source_whose_files_cannot_be_counted_is_added_all_the_same(
    ask: Ask, server: FakeControlPlane, capsys: Out
) -> None:
    server.answer = lambda asked: refusal(504, "timeout", "Too slow.") if "preview" in asked.target else answer(asked)
    assert ask("vfs mount-add /work nas:/srv/x") == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("Added as new1.\n", "Its files could not be counted: Too slow.\n")


def test_advice_names_options(ask: Ask, server: FakeControlPlane) -> None:
    server.answer = lambda asked: (
        answer(asked) if asked.method == "GET" else refusal(409, "conflict", "Add parents=true or force=true.")
    )
    for line, told in {"vfs mkdir /a/b": "Add -p or force", "vfs rmdir /work": "parents=true or --force."}.items():
        with pytest.raises(RefusedError, match=told) as raised:
            ask(line)
        assert exit_code(raised.value) == 6


@pytest.mark.parametrize(
    "line",
    [
        "vfs ls work",
        "vfs ls / --sort colour",
        "vfs tree / --depth 11",
        "vfs mv / /x",
        "vfs mv /work /",
        "vfs mount-add /work",
        "vfs mount-add /work nas:/srv --label x",
        "vfs mount-add /work --label x --search y",
        "vfs mount-add /work nas:/srv --step {",
        "vfs mount-add /work nas:/srv --step []",
        "vfs mount-add /work nas:/srv --strategy other",
    ],
)
def test_what_makes_no_sense_is_wrong_usage(line: str, ask: Ask, server: FakeControlPlane) -> None:
    with pytest.raises(UsageError):
        ask(line)
    assert changing(server) == []


# --- showing -------------------------------------------------------------------------------------------------------

LISTING: dict[str, Json] = {
    "directory": {"virtual_path": "/work", "mounts": []},
    "items": [
        {"name": "old", "kind": "directory", "virtual_path": "/work/old", "mtime": None},
        {
            "name": "a\n.pdf",
            "kind": "file",
            "virtual_path": "/work/a\n.pdf",
            "size": 2048,
            "mtime": "2026-01-15T14:30:00Z",
            "node_id": "node-a",
            "file_id": "file::1",
        },
    ],
    "total": 9,
    "hidden_by_conflict": 2,
    "shadowed": 1,
    "invalid_names": 0,
    "problems": [{"mount_id": "m1", "code": "unknown_step", "message": "step 0: nobody here knows colour"}],
    "truncated": True,
}


def listing(path: str, query: dict[str, str]) -> object:
    nodes = {"items": [{"node_id": "node-a", "friendly_name": "Laptop"}]}
    return nodes if path == "/api/nodes" else LISTING


def test_a_listing_has_names_and_says_what_it_does_not_show(fake_api: Start, mosaicfs: Run) -> None:
    duty = fake_api(listing)
    done = mosaicfs("vfs", "ls", "/work/", "--limit", "2", "--sort", "-size")
    assert duty.asked == [("/api/vfs", [("path", "/work"), ("sort", "-size"), ("limit", "2")])]
    assert done.stdout == "old/\na\\x0a.pdf\n"
    assert done.stderr.splitlines() == [
        "2 of 9; --all for the rest",
        "2 files are hidden by newer ones of their names",
        "1 file is hidden by a directory of its path",
        "mount m1: step 0: nobody here knows colour",
        "A search of this directory finds more than its limit; the rest is left out.",
    ]


def test_a_long_listing_is_a_table(fake_api: Start, mosaicfs: Run) -> None:
    fake_api(listing)
    assert mosaicfs("vfs", "ls", "-l").stdout.splitlines() == [
        "name\tsize\tmodified\tnode\tfile_id",
        "old/\t\t\t\t",
        "a\\x0a.pdf\t2048\t2026-01-15T14:30:00Z\tLaptop\tfile::1",
    ]


def test_paths_for_programs_are_raw(fake_api: Start, mosaicfs: Run) -> None:
    fake_api(listing)
    assert mosaicfs("vfs", "ls", "/work", "-0").stdout == "/work/old\0/work/a\n.pdf\0"


def test_a_listing_as_json_is_an_entry_a_line_and_the_rest_at_the_end(fake_api: Start, mosaicfs: Run) -> None:
    fake_api(listing)
    lines = [json.loads(line) for line in mosaicfs("vfs", "ls", "/work", "--json").stdout.splitlines()]
    assert lines[:-1] == LISTING["items"]
    rest = {name: value for name, value in LISTING.items() if name != "items"}
    assert lines[-1] == {"end": True, "shown": 2, **rest}


def test_a_tree_is_drawn(fake_api: Start, mosaicfs: Run) -> None:
    leaf = {"name": "a.pdf", "kind": "file", "virtual_path": "/work/2025/a.pdf"}
    years = [
        {"name": "2025", "kind": "directory", "children": [{"name": "q1", "kind": "directory", "children": []}, leaf]},
        {"name": "2026", "kind": "directory", "children": [], "truncated": True},
    ]
    tree = {"virtual_path": "/work", "name": "work", "kind": "directory", "children": years}
    duty = fake_api(lambda *_: tree)
    done = mosaicfs("vfs", "tree", "/work", "--files", "--depth", "2")
    assert duty.asked == [("/api/vfs/tree", [("path", "/work"), ("depth", "2"), ("files", "true")])]
    assert done.stdout.splitlines() == [
        "/work",
        "├── 2025/",
        "│   ├── q1/",
        "│   └── a.pdf",
        "└── 2026/",
        "    └── …",
    ]
    assert "not all of it" in done.stderr
    assert json.loads(mosaicfs("vfs", "tree", "--json").stdout) == tree


def test_rules_are_shown_in_the_order_in_which_a_file_meets_them(ask: Ask, capsys: Out) -> None:
    ask("vfs show /work")
    assert capsys.readouterr().out.splitlines() == [
        "/work",
        "  Steps of /",
        "     0  not mime image/* → continue",
        "  Steps of mount m0 of /",
        "     0  label a and b → include",
        "  Steps",
        "     0  age ≤ 90 days → continue",
        "  All of this holds for every directory below, too",
        "  Mount a3f90b17  NAS:/srv/work, prefix_replace, without /srv, all of one name shown",
        "     0  glob *.tmp → exclude",
        "     otherwise include",
    ]
    ask("vfs show /work --json")
    assert json.loads(capsys.readouterr().out) == WORK


def test_a_preview_has_its_total_examples_and_counts(
    ask: Ask, server: FakeControlPlane, capsys: Out, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text('// only text\n{"steps": [{"op": "mime", "types": ["text/*"]}]}')
    ask("vfs preview /work --file", str(rules))
    asked = server.asked[-1]
    assert asked.target == f"{DIRECTORIES}/work/preview?limit=20"
    assert asked.json == {"steps": [{"op": "mime", "types": ["text/*"]}]}
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "41 files",
        "  q3/plan.pdf",
        "  … 40 more",
        "mount\tcandidates\tincluded",
        "a3f90b17\t50\t30",
        "new1\t12\t11",
    ]
    assert "1 file is hidden by a newer one of its name\n" in told.err
    ask("vfs preview /work --json")
    assert server.asked[-1].json == {}
    assert json.loads(capsys.readouterr().out) == PREVIEW


def test_the_preview_of_the_root_has_its_place_too(ask: Ask, server: FakeControlPlane) -> None:
    ask("vfs preview /")
    assert server.asked[-1].target == f"{DIRECTORIES}/preview?limit=20"


@pytest.mark.parametrize("text", ["{", "[]", '{"colour": 1}'])
def test_a_draft_that_cannot_be_read_is_named(text: str, ask: Ask, server: FakeControlPlane, tmp_path: Path) -> None:
    (tmp_path / "rules.json").write_text(text)
    with pytest.raises(BadDraftError) as raised:
        ask("vfs preview /work --file", str(tmp_path / "rules.json"))
    assert exit_code(raised.value) == 2
    assert server.asked == []
