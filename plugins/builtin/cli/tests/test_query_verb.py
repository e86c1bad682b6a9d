"""`mosaicfs query`: what it asks, and what it shows of who answered and who did not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mosaicfs.model.json import Json
from mosaicfs_cli.errors import PartlyDoneError
from mosaicfs_sdk.fakes.control_plane import Asked, FakeControlPlane, Reply

Ask = Callable[..., int]
Out = pytest.CaptureFixture[str]

ENVELOPE: dict[str, Json] = {
    "node_id": "node-nas",
    "plugin_name": "fulltext-search",
    "capability": "search",
    "description": "Full text",
    "took_ms": 3,
    "total": 41,
    "results": [
        {"file_id": "file::1", "score": 1.0, "path": "/srv/report.pdf", "fragments": ["the **quarterly** report"]},
        {"status": "healthy", "data": {"Files indexed": "47,203"}},
    ],
}
OMITTED: Json = {"node_id": "node-attic", "reason": "offline", "message": "Attic is offline."}
NODES: dict[str, Json] = {
    "items": [{"node_id": "node-nas", "friendly_name": "NAS"}, {"node_id": "node-attic", "friendly_name": "Attic"}]
}


def answer(asked: Asked) -> Reply:
    if asked.target.startswith("/api/nodes"):
        return Reply(NODES)
    lines = [ENVELOPE, {"omitted": [OMITTED]}]
    return Reply("".join(json.dumps(line) + "\n" for line in lines).encode())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeControlPlane]:
    with FakeControlPlane(tmp_path / "server", answer).serving() as running:
        yield running


def test_each_plugin_is_a_section_and_who_is_missing_is_named(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    assert ask("query search", "quarterly earnings", "--limit", "3", "--node", "NAS", "--timeout", "2") == 0
    (asked,) = [each for each in server.asked if each.method == "POST"]
    assert asked.target == "/api/query"
    assert asked.headers["accept"] == "application/x-ndjson"
    question = {"capability": "search", "query": "quarterly earnings", "limit": 3, "timeout_s": 2.0}
    assert asked.json == {**question, "node_ids": ["NAS"]}
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "Full text on NAS: 2 of 41, 3 ms",
        "  /srv/report.pdf",
        "      the **quarterly** report",
        "  status: healthy",
        "  Files indexed: 47,203",
    ]
    assert shown.err == "No answer of Attic: Attic is offline.\n"


def test_programs_get_a_line_for_each_and_the_end(ask: Ask, server: FakeControlPlane, capsys: Out) -> None:
    assert ask("query search x --json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [ENVELOPE, {"end": True, "omitted": [OMITTED]}]


def test_strict_is_partly_done_where_somebody_is_missing(ask: Ask, server: FakeControlPlane) -> None:
    with pytest.raises(PartlyDoneError):
        ask("query search x --strict")
