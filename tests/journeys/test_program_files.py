"""A program that is the file system below a path: its files stand in the tree with facts, and are read through it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.machine import Machine
from tests.journeys.test_process_plugins import facts_of, node_of

PROGRAM = """\
#!/usr/bin/env python3
import json, os, sys

LETTERS = {
    "/gmail/2026/offer.eml": ("m1", "v1", b"Subject: An offer\\n\\n" + b"much " * 100_000, ["INBOX"]),
    "/gmail/2026/thanks.eml": ("m2", "v1", b"Subject: Thanks\\n", ["SENT"]),
    "/home/stolen.txt": ("m3", "v1", b"not its own", []),
    "/gmail/../etc/passwd": ("m4", "v1", b"not its own", []),
}
BY_ID = {native: content for native, _, content, _ in LETTERS.values()}

asked = json.load(sys.stdin)
payload = asked["payload"]
if asked["event"] == "crawl_requested":
    with open("crawls", "a") as log:
        print(json.dumps([payload["cursor"], payload["page"], payload["backend"]]), file=log)
    told = sorted(LETTERS.items())
    page = payload["page"] or 0
    part = told[page : page + 2]
    files = [
        {"action": "create", "export_path": path, "size": len(content), "mtime": "2026-02-16T09:15:00Z",
         "mime_type": "message/rfc822", "native_id": native, "version": version, "facts": {"labels": labels}}
        for path, (native, version, content, labels) in part
    ]
    more = page + 2 < len(told)
    print(json.dumps({"files": files, "complete": True, "cursor": "h:1", "more": more, "page": page + 2}))
elif asked["event"] == "materialize":
    content = BY_ID[payload["native_id"]]
    end = None if payload["length"] is None else payload["offset"] + payload["length"]
    with open(payload["staging_path"], "wb") as file:
        file.write(content[payload["offset"] : end])
    size = os.path.getsize(payload["staging_path"])
    print(json.dumps({"size": size, "version": payload["version"]}))
else:
    sys.exit(65)
"""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine")
    found.plant("mail", PROGRAM, 0o755)
    yield found
    found.close()


def paths(machine: Machine) -> set[str]:
    return {item["source"]["export_path"] for item in machine.listed() if "source" in item}


def test_files_of_a_program_are_found_known_and_read(machine: Machine) -> None:
    (machine.files / "own.txt").write_text("of the disk")
    machine.up()
    machine.event("indexed")
    node = node_of(machine)
    made = machine.run("plugins", "add", node, "mail", "--kind", "executable", "--prefix", "/gmail")
    assert made.returncode == 0, made.stderr
    wanted = {"/gmail/2026/offer.eml", "/gmail/2026/thanks.eml", str(machine.files / "own.txt")}
    machine.until(lambda: paths(machine) == wanted, "The letters in the index")
    whole = "Subject: An offer\n\n" + "much " * 100_000
    for _ in range(2):  # the second time from the cache
        told = machine.run("files", "cat", f"{node}:/gmail/2026/offer.eml")
        assert told.returncode == 0, told.stderr
        assert told.stdout == whole
    found = {each.file_id: each for each in facts_of(machine)}
    assert sorted(each.data["labels"] for each in found.values()) == [["INBOX"], ["SENT"]]
    assert {each.plugin_name for each in found.values()} == {"mail"}
    crawls = machine.folder / "state" / "mosaicfs" / "plugin-state" / "mail" / "crawls"
    assert crawls.read_text().splitlines()[:2] == ['[null, null, "mail"]', '[null, 2, "mail"]']
    machine.until(lambda: sources(machine, node) == [("plugin:mail", "ok", 2)], "What the agent tells of it")
    assert machine.run("plugins", "rm", node, "mail", "--yes").returncode == 0
    machine.until(lambda: paths(machine) == {str(machine.files / "own.txt")}, "The letters leave the index")


def sources(machine: Machine, node: str) -> list[tuple[Any, ...]]:
    parts = machine.ask("nodes", "status", node)["subsystems"]
    items = parts.get("storage_backends", {}).get("items", [])
    return [(each["name"], each["state"], each["files"]) for each in items]
