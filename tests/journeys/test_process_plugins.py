"""Plugins in other languages, in a real agent: a shell script learns facts, a process at a socket answers queries."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

import mosaicfs
from mosaicfs import wire
from mosaicfs.model.document import Document
from mosaicfs.model.plugin import Plugin, QueryEndpoint
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import IdRange, Store
from mosaicfs_sdk import examples
from tests.journeys.machine import Machine

EXAMPLES = Path(examples.__file__).parent
PDF = b"%PDF-1.4\n" + b"1 0 obj << /Type /Page >> endobj\n" * 3 + b"2 0 obj << /Type /Pages >> endobj\n"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine", MOSAICFS_WATCH_RENAME_WINDOW_MS="500")
    yield found
    found.close()


@pytest.fixture
def plugins(machine: Machine) -> Path:
    return machine.plugins


def of_store(machine: Machine, work: Callable[[Store], Any]) -> Any:
    """As another process of the machine, beside those that run."""

    async def run() -> Any:
        state = machine.folder / "state" / "mosaicfs"
        async with mosaicfs.open_store(state / "mosaicfs.db", machine.runtime / "bell") as store:
            return await work(store)

    return trio.run(run)


def enable(machine: Machine, node: str, name: str, kind: str, **more: Any) -> None:
    noun = Plugin(
        node_id=node,
        plugin_name=name,
        name=name,
        plugin_type=kind,  # type: ignore[arg-type]  # one of the two
        enabled=True,
        created_at="2026-01-01T00:00:00Z",
        **more,
    )

    async def write(store: Store) -> None:
        (row,) = await store.write([Document(f"plugin::{node}::{name}", "", wire.encode(noun))], writer=CONTROL)
        assert not row.error, row

    of_store(machine, write)


def facts_of(machine: Machine) -> list[Any]:
    async def read(store: Store) -> list[Any]:
        rows = await store.ids(IdRange("annotation::", "annotation::\uffff"), 1000, include_docs=True)
        return [wire.decode(row.id, row.document.body) for row in rows if row.document is not None]

    return list(of_store(machine, read))


def node_of(machine: Machine) -> str:
    (node,) = machine.ask("nodes", "list")["items"]
    return str(node["node_id"])


def test_a_shell_script_tells_how_many_pages_a_pdf_has(machine: Machine, plugins: Path) -> None:
    (machine.files / "report.pdf").write_bytes(PDF)
    (machine.files / "notes.txt").write_text("no pages here")
    machine.up()
    machine.event("indexed")
    for name in ("pdf_pages", "pdf_pages.json"):
        shutil.copy(EXAMPLES / name, plugins / name)
        (plugins / name).chmod(0o755 if "." not in name else 0o644)
    events = ("file.added", "file.modified")
    enable(
        machine, node_of(machine), "pdf_pages", "executable", subscribed_events=events, mime_globs=("application/pdf",)
    )
    machine.until(lambda: facts_of(machine), "The first annotation")
    (found,) = facts_of(machine)
    assert (found.plugin_name, found.status, found.data) == ("pdf_pages", "ok", {"pages": 3})
    listed = {item["name"]: item["standing"] for item in machine.ask("plugins", "list")["items"]}
    assert listed["pdf_pages"] in ("ready", "disabled")  # the agent tells of it within its next report
    (machine.files / "report.pdf").write_bytes(PDF + b"3 0 obj << /Type /Page >> endobj\n")
    machine.until(lambda: facts_of(machine)[0].data == {"pages": 4}, "The annotation of the new version")


def test_a_search_service_at_a_socket_hears_of_files_and_answers(machine: Machine) -> None:
    (machine.files / "notes.txt").write_text("the quarterly earnings of the lighthouse")
    (machine.files / "other.txt").write_text("a letter about earnings")
    machine.up()
    machine.event("indexed")
    node = node_of(machine)
    endpoint = QueryEndpoint(name="search", capability="search", description="Words")
    events = ("file.added", "file.modified", "file.deleted")
    enable(machine, node, "word-search", "socket", subscribed_events=events, query_endpoints=(endpoint,))
    path = machine.runtime / "plugin-sockets" / "word-search.sock"
    command = [sys.executable, "-m", "mosaicfs_sdk.examples.word_search", str(path)]
    hits = partial(_hits, machine)
    service = subprocess.Popen(command)
    try:
        machine.until(lambda: len(hits("earnings")) == 2, "Both files in the index")
        assert len(hits("lighthouse earnings")) == 1
        (machine.files / "new.txt").write_text("lighthouse keepers earn")
        machine.until(lambda: len(hits("lighthouse")) == 2, "The new file in the index")
        assert machine.stop() == 0
    finally:
        service.send_signal(signal.SIGTERM)
        assert service.wait(20) == 0
    assert not path.exists()


def _hits(machine: Machine, words: str) -> list[Any]:
    told = machine.run("query", "search", words, "--json")
    if told.returncode:
        return []
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    return [result for line in lines for result in line.get("results", [])]


COUNTS_TOGETHER = """\
#!/usr/bin/env python3
import json, sys
asked = json.load(sys.stdin)
events = asked["events"] if asked["event"] == "batch" else [asked]
with open("runs", "a") as log:
    print(len(events), file=log)
told = [{"sequence": each["sequence"], "data": {"together": len(events)}} for each in events]
print(json.dumps({"results": told} if asked["event"] == "batch" else told[0]["data"]))
"""


def test_a_program_that_takes_batches_is_given_what_waits_together(machine: Machine, plugins: Path) -> None:
    for number in range(40):
        (machine.files / f"{number}.txt").write_text("x")
    (plugins / "together").write_text(COUNTS_TOGETHER)
    (plugins / "together").chmod(0o755)
    machine.up()
    machine.event("indexed")
    more: dict[str, Any] = {"subscribed_events": ("file.added",), "batch_size": 10, "workers": 1}
    enable(machine, node_of(machine), "together", "executable", **more)
    machine.until(lambda: len(facts_of(machine)) == 40, "The annotations of all files")
    runs = machine.folder / "state" / "mosaicfs" / "plugin-state" / "together" / "runs"
    sizes = [int(line) for line in runs.read_text().split()]
    assert sum(sizes) == 40
    assert (max(sizes), len(sizes) <= 20) == (10, True)
