"""The verbs that ask the control plane, as a person or a script uses them."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Start = Callable[..., Any]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def file(name: str, **more: object) -> dict[str, object]:
    source = {"node_id": "node-a", "export_path": f"/home/ana/{name}", "export_parent": "/home/ana"}
    return {"file_id": f"file::{name}", "name": name, "source": source, "size": 2048, "mtime": MTIME, **more}


MTIME = "2026-01-15T14:30:00Z"
NODES = {"items": [{"node_id": "node-a", "friendly_name": "Laptop", "status": "offline"}], "total": 1}


def answering(answer: object) -> Callable[[str, dict[str, str]], object]:
    return lambda path, _: NODES if path == "/api/nodes" else answer


def test_search_is_a_table_with_nothing_shortened_where_nobody_looks(fake_api: Start, mosaicfs: Run) -> None:
    duty = fake_api(answering({"items": [file("report\n.pdf")], "total": 37, "interpretation": "…", "took_ms": 6}))
    done = mosaicfs("search", "report", "--ext", "pdf", "2026", "--newer", "30d", "--limit", "1")
    assert done.stdout.splitlines() == [
        "name\tsize\tmodified\tnode\tpath",
        f"report\\x0a.pdf\t2048\t{MTIME}\tLaptop (offline)\t/home/ana/report\\x0a.pdf",
    ]
    assert (done.stderr, done.returncode) == ("1 of 37; --all for the rest\n", 0)
    assert duty.asked[0] == (
        "/api/search",
        [("q", "report 2026"), ("ext", "pdf"), ("mtime_after", "30d"), ("limit", "1")],
    )


def test_search_as_json_is_the_answer_of_the_api(fake_api: Start, mosaicfs: Run) -> None:
    answer = {"items": [file("a"), file("b")], "total": 2, "limit": 100}
    fake_api(answering(answer))
    done = mosaicfs("search", "--json", "x")
    assert json.loads(done.stdout) == {"files": answer, "plugins": {"results": [], "omitted": []}}


def test_all_follows_every_page_and_streams(fake_api: Start, mosaicfs: Run) -> None:
    pages = {"": {"items": [file("a")], "total": 2, "next_cursor": "c"}, "c": {"items": [file("b")], "total": 2}}
    fake_api(lambda _, query: pages[query.get("cursor", "")])
    lines = [json.loads(line) for line in mosaicfs("search", "x", "--all", "--json").stdout.splitlines()]
    assert lines == [file("a"), file("b"), {"end": True, "shown": 2, "total": 2}]


def test_paths_come_out_raw_and_ended_by_nul(fake_api: Start, mosaicfs: Run) -> None:
    fake_api(answering({"items": [file("a\nb"), file("ü")], "total": 2}))
    assert mosaicfs("files", "list", "-0").stdout == "/home/ana/a\nb\0/home/ana/ü\0"
    assert mosaicfs("search", "x", "--names-only").stdout == "/home/ana/a\\x0ab\n/home/ana/ü\n"


def test_files_search_takes_its_text_as_it_is(fake_api: Start, mosaicfs: Run) -> None:
    duty = fake_api(answering({"items": [], "total": 0}))
    mosaicfs("files", "search", "a:b", "--no-header")
    mosaicfs("files", "search", "*.tar.gz")
    assert [dict(asked)["match"] for path, asked in duty.asked if path == "/api/search"] == ["substring", "glob"]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("nas:/srv/a b", ("/api/files/by-path", [("node", "nas"), ("path", "/srv/a b")])),
        (
            "file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f",
            ("/api/files/file%3A%3A0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f", []),
        ),
    ],
)
def test_stat_finds_a_file_by_each_of_its_names(name: str, asked: object, fake_api: Start, mosaicfs: Run) -> None:
    duty = fake_api(lambda *_: file("a b"))
    done = mosaicfs("files", "stat", name)
    assert duty.asked == [asked, ("/api/files/file%3A%3Aa%20b", [("include", "labels,paths,access")])]
    assert "name\ta b\n" in done.stdout
    assert "export_path\t/home/ana/a b\n" in done.stdout


def test_a_node_is_named_by_its_name_too(fake_api: Start, mosaicfs: Run) -> None:
    status = {"node_id": "node-a", "subsystems": {"crawler": {"status": "healthy", "since": MTIME}}}
    duty = fake_api(answering(status))
    done = mosaicfs("nodes", "status", "laptop")
    assert duty.asked[-1] == ("/api/nodes/node-a/status", [])
    assert f"crawler\thealthy\t{MTIME}\t\n" in done.stdout


def test_nodes_are_listed(fake_api: Start, mosaicfs: Run) -> None:
    fake_api(answering({}))
    assert mosaicfs("nodes", "list", "--no-header").stdout == "Laptop\toffline\t\t0\t\tnode-a\n"
    assert json.loads(mosaicfs("nodes", "list", "--json").stdout) == NODES


def test_an_error_of_the_api_becomes_its_exit_code(fake_api: Start, mosaicfs: Run) -> None:
    fake_api(lambda *_: {"error": {"code": "validation_failed", "message": "q: what is this?"}})
    done = mosaicfs("search", "bad:term")
    assert (done.stdout, done.stderr, done.returncode) == ("", "q: what is this?\n", 2)


@pytest.mark.parametrize(
    "words", [["search", "x"], ["files", "list"], ["nodes", "list"], ["status"], ["agent", "holds"]]
)
def test_where_nothing_runs_it_says_how_to_start(words: list[str], mosaicfs: Run) -> None:
    done = mosaicfs(*words)
    assert (done.stdout, done.stderr) == ("", "Nothing is running here. Start with: mosaicfs up\n")
    assert done.returncode == 10


def test_an_option_may_be_a_variable(fake_api: Start, mosaicfs: Run) -> None:
    duty = fake_api(answering({"items": [], "total": 0}))
    mosaicfs("search", "x", MOSAICFS_SEARCH_LIMIT="7", MOSAICFS_SEARCH_EXT="pdf,txt", MOSAICFS_SEARCH_ALL="0")
    assert duty.asked[0] == ("/api/search", [("q", "x"), ("ext", "pdf"), ("ext", "txt"), ("limit", "7")])


@pytest.mark.parametrize("option", [["--limit", "0"], ["--limit", "x"], ["--timeout", "-1"], ["--annotation", "x"]])
def test_an_option_that_makes_no_sense_exits_2(option: list[str], mosaicfs: Run) -> None:
    assert mosaicfs("search", "x", *option).returncode == 2


def test_doctor_names_what_is_wrong_and_mends_what_it_may(mosaicfs: Run, tmp_path: Any) -> None:
    keys = tmp_path / "state/mosaicfs/keys"
    keys.mkdir(parents=True, mode=0o700)
    (tmp_path / "state/mosaicfs").chmod(0o700)
    (keys / "replication.key").write_text("secret")
    (keys / "replication.key").chmod(0o644)
    done = mosaicfs("doctor")
    assert f"fail  file {keys}/replication.key: others may read it  → chmod 600 " in done.stdout
    assert done.returncode == 13
    mended = mosaicfs("doctor", "--fix", "--json")
    told = json.loads(mended.stdout)
    assert (told["summary"]["fail"], mended.returncode) == (0, 0)
    assert set(told["checks"][0]) == {"id", "title", "status", "detail", "fix"}
    assert (keys / "replication.key").stat().st_mode & 0o777 == 0o600


def test_down_where_nothing_runs_is_no_failure(mosaicfs: Run) -> None:
    assert json.loads(mosaicfs("down", "--json").stdout) == {"stopped": []}
    assert mosaicfs("down").returncode == 0
