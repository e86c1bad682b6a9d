"""PouchDB 9 against our server: in Node both ways, in Chromium with the scope of a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.journeys.conftest import Database, Leaves, Ours, Pouch

Start = Callable[..., "Ours"]
Reach = Callable[[str], "Database"]
Doc = dict[str, Any]

LIVE_S = 20.0
"""A third of what a wait lasts that nothing wakes."""

SAMPLES = Path(__file__).parent.parent / "borders"
FOR_BROWSERS = tuple(
    f"{prefix}::"
    for prefix in (
        *("dir", "node", "filesystem", "status", "label_rule", "plugin", "storage_backend", "repl_rule"),
        *("notification", "peering_agreement", "federated_import"),
    )
)
"""The types that documents.md marks for the browser."""


def note(number: int, text: str) -> Doc:
    return {"_id": f"note::{number:05}", "type": "note", "text": text}


def directory(number: int) -> Doc:
    path = f"/journey-{number:05}"
    return {
        "_id": f"dir::{sha256(path.encode()).hexdigest()}",
        "type": "virtual_directory",
        "inode": 5_000 + number,
        "virtual_path": path,
        "name": path[1:],
        "parent_path": "/",
        "created_at": "2026-02-16T09:00:00Z",
        "mounts": [],
    }


def pouch_on_disk(pouch: Pouch, folder: Path, server: Ours) -> None:
    pouch.ask("open", name="here", at=str(folder / "pouch"))
    pouch.ask("open", name="there", at=server.address)


def written(pouch: Pouch, docs: list[Doc]) -> dict[str, str]:
    rows = pouch.ask("write", name="here", docs=docs)["rows"]
    assert not any(row["error"] for row in rows)
    return {row["id"]: row["rev"] for row in rows}


def both_ways(pouch: Pouch) -> None:
    for source, target in (("here", "there"), ("there", "here"), ("here", "there")):
        told = pouch.ask("replicate", source=source, target=target)
        assert (told["failed"], told["errors"]) == (0, [])


def edits(revs: dict[str, str], step: int, text: str) -> list[Doc]:
    return [{"_id": i, "_rev": rev, "type": "note", "text": text} for i, rev in list(revs.items())[::step]]


def deletions(revs: dict[str, str], step: int) -> list[Doc]:
    return [{"_id": i, "_rev": rev, "type": "note", "_deleted": True} for i, rev in list(revs.items())[1::step]]


def conflicts(leaves: Leaves) -> int:
    return sum(len(revs) > 1 for revs, _ in leaves.values())


def test_pouchdb_in_node_replicates_both_ways_and_ends_with_the_same_winners(
    pouch: Pouch, ours: Start, database: Reach, tmp_path: Path, full: bool
) -> None:
    server = ours()
    mine = database(server.address)
    pouch_on_disk(pouch, tmp_path, server)
    count = 10_000 if full else 1_000
    theirs = written(pouch, [note(n, "theirs") for n in range(count)])
    for start in range(50_000, 50_000 + count, 1_000):
        mine.write([note(n, "mine") for n in range(start, start + 1_000)])
    both_ways(pouch)
    assert mine.leaves() == pouch.leaves("here")

    # Now both have all: the same documents are edited here, edited there and deleted on either side.
    written(pouch, edits(theirs, 7, "edited there"))
    mine.write(edits(theirs, 14, "edited here"))
    mine.write(deletions(theirs, 20))
    written(pouch, deletions(dict(list(theirs.items())[2:]), 49))
    both_ways(pouch)
    leaves = mine.leaves()
    assert leaves == pouch.leaves("here")
    assert len([doc_id for doc_id in leaves if doc_id.startswith("note::")]) == 2 * count
    assert conflicts(leaves) >= len(range(0, count, 14))
    assert mine.info()["doc_count"] == pouch.ask("info", name="here")["doc_count"]
    again = pouch.ask("replicate", source="there", target="here")
    assert (again["read"], again["written"]) == (0, 0)


def test_pouchdb_in_node_follows_live_in_both_directions(
    pouch: Pouch, ours: Start, database: Reach, tmp_path: Path, within: Callable[..., float]
) -> None:
    server = ours()
    mine = database(server.address)
    pouch_on_disk(pouch, tmp_path, server)
    pouch.ask("follow", source="here", target="there")
    pouch.ask("follow", source="there", target="here")
    revs: dict[str, str] = {}
    for number in range(5):
        revs |= written(pouch, [note(number, "theirs")])
        took = within(lambda doc=f"note::{number:05}": mine.has(doc), "A change by PouchDB", LIVE_S)
        print(f"PouchDB to us, live: {took * 1000:.0f} ms")
        mine.write([note(100 + number, "mine")])
        took = within(lambda doc=f"note::{100 + number:05}": doc in pouch.leaves("here"), "A change by us", LIVE_S)
        print(f"us to PouchDB, live: {took * 1000:.0f} ms")
    mine.write(deletions(revs, 2))
    within(lambda: mine.leaves() == pouch.leaves("here"), "Equality", LIVE_S)
    for source, target in (("here", "there"), ("there", "here")):
        told = pouch.ask("unfollow", source=source, target=target)
        assert (told["failed"], told["denied"]) == (0, [])


def test_chromium_pulls_the_scope_of_a_browser_and_may_write_nothing(
    chromium: Callable[[str], Pouch], ours: Start, database: Reach, within: Callable[..., float], full: bool
) -> None:
    server = ours()
    mine = database(server.address)
    begun_with = mine.leaves().keys()
    read = [doc for path in sorted(SAMPLES.glob("*.json")) for doc in json.loads(path.read_text())]
    samples = {doc["_id"]: doc for doc in read if doc["_id"] not in begun_with}
    revs = mine.write([*samples.values()]) | mine.write([note(n, "not for browsers") for n in range(200)])
    assert len(revs) == len(samples) + 200
    seen = {doc_id for doc_id in (*begun_with, *revs) if doc_id.startswith(FOR_BROWSERS)}
    directories = [directory(n) for n in range(10_000 if full else 1_000)]
    for start in range(0, len(directories), 1_000):
        seen |= mine.write(directories[start : start + 1_000]).keys()

    page = chromium(f"http://127.0.0.1:{server.port}")
    page.ask("open", name="here", at="replica")
    page.ask("open", name="there", at=server.network, authorization=server.session())
    pulled = page.ask("replicate", source="there", target="here", options={"checkpoint": "target"})
    assert (pulled["failed"], pulled["errors"]) == (0, [])
    assert page.leaves("here").keys() == seen
    assert page.leaves("here").items() <= mine.leaves().items()

    page.ask("follow", source="there", target="here", options={"checkpoint": "target"})
    changed = directories[0]["_id"]
    told = mine.write([directories[0] | {"_rev": mine.rev(changed), "updated_at": "2026-02-16T10:00:00Z"}])
    mine.write([note(900, "not for browsers either")])
    took = within(lambda: page.leaves("here")[changed][0] == (told[changed],), "A change", LIVE_S)
    print(f"us to Chromium, live: {took * 1000:.0f} ms")
    assert page.leaves("here").keys() == seen

    before = mine.leaves()
    assert page.ask("refusal", of="write", name="there", docs=[directory(99_000)])["status"] == 403
    page.ask("write", name="here", docs=[directory(99_001)])
    assert page.ask("refusal", of="replicate", source="here", target="there")["status"] != 0
    assert mine.leaves() == before
