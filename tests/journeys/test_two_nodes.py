"""A control plane and a node, each with processes and a database of its own: cold, live, and killed again and again.

The node joins as a person would do it. A window into its database stands beside its agent, so that both databases can
be asked alike.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import node_keys
from mosaicfs.identity.signatures import KeySigner, audience
from mosaicfs.instance_id import instance_id

if TYPE_CHECKING:
    from tests.journeys.conftest import Database, Leaves, Ours, Window

Start = Callable[..., "Ours"]
Reach = Callable[[str], "Database"]
Within = Callable[..., float]

NODE = "node-attic"
LIVE_S = 20.0
"""A third of what a wait lasts that nothing wakes."""


class AsNode(httpx.Auth):
    """Signs as the node whose keys lie there."""

    def __init__(self, state: Path) -> None:
        self._signer = KeySigner(NODE, node_keys(KeyFiles(state / "keys")).signing)
        self._audience = audience(instance_id(state))

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        target = request.url.raw_path.decode()
        request.headers["authorization"] = self._signer.authorization(request.method, target, self._audience)
        yield request


@dataclass
class Two:
    """`here` is the node's database, `there` the control plane's."""

    server: Ours
    beside: Window
    agent: Ours
    here: Database
    there: Database

    def sessions(self) -> list[dict[str, Any]]:
        """What the pull has recorded at the control plane, newest first."""
        auth = AsNode(self.agent.state)
        with httpx.Client(base_url=self.server.address + "/", auth=auth, trust_env=False) as client:
            rows = client.get("_local_docs").raise_for_status().json()["rows"]
            found = [client.get(row["id"]).raise_for_status().json() for row in rows]
        (pull,) = [checkpoint for checkpoint in found if checkpoint["direction"] == "pull"] or [{"history": []}]
        history: list[dict[str, Any]] = pull["history"]
        return history


@pytest.fixture
def two(ours: Start, database: Reach, window: Callable[[Ours], Window]) -> Two:
    """The node has joined; its agent is not started yet."""
    server = ours("server", name="control", tls=True)
    agent = ours("agent", name="node", start=False)
    join(agent, server)
    beside = window(agent)
    return Two(server, beside, agent, database(beside.address), database(server.address))


def join(machine: Ours, server: Ours) -> None:
    with httpx.Client(base_url=server.api, trust_env=False) as owner:
        code = owner.post("/nodes/join-codes", json={}).raise_for_status().json()["code"]
        fingerprint = owner.get("/identity").raise_for_status().json()["ca_fingerprint"]
    line = f"https://127.0.0.1:{server.tls_port}#{fingerprint}"
    joined = machine.type("join", line, "--name", "attic", "--no-directory", MOSAICFS_JOIN_CODE=code)
    assert joined["node_id"] == NODE


def note(number: int, text: str) -> dict[str, Any]:
    return {"_id": f"note::{number:06}", "type": "note", "text": text}


def fill(database: Database, count: int) -> None:
    for start in range(0, count, 1_000):
        database.write([note(n, "x" * 300) for n in range(start, min(start + 1_000, count))])


def count_of(database: Database) -> int:
    """Notes. The agent writes a few documents of its own beside them, such as how it fares."""
    info = database.info()
    others = len(database.ids(endkey="note::")) + len(database.ids(startkey="note:;"))
    return int(info["doc_count"]) + int(info["doc_del_count"]) - others


def recorded(two: Two) -> int:
    return int(two.sessions()[0]["recorded_seq"].partition("-")[0])


def notes(database: Database) -> Leaves:
    return {doc_id: leaves for doc_id, leaves in database.leaves().items() if doc_id.startswith("note::")}


def test_a_node_fetches_all_and_a_killed_one_does_not_start_over(two: Two, within: Within, full: bool) -> None:
    count = 100_000 if full else 25_000
    fill(two.there, count)
    began = time.monotonic()
    two.agent.start()
    within(lambda: count_of(two.here) >= 14_000, "The first rows", 60)
    two.agent.kill()
    two.agent.start()
    within(lambda: count_of(two.here) == count, "The cold pull", 300)
    print(f"{count} documents cold, with one kill: {time.monotonic() - began:.1f} s")
    assert notes(two.here) == notes(two.there)
    within(lambda: len(two.sessions()) == 2 and recorded(two) >= count, "Rest", 30)
    resumed, killed = two.sessions()
    print(f"documents read: {killed['docs_read']} recorded before the kill, {resumed['docs_read']} after it")
    assert 0 < resumed["docs_read"] <= count - 10_000

    two.agent.kill()
    two.agent.start()
    two.there.write([note(count, "one more")])
    within(lambda: two.here.has(f"note::{count:06}"), "A change after a restart")
    within(lambda: len(two.sessions()) == 3, "Its checkpoint", 30)
    # The control plane writes into the document of the node at which port it hands out files since its start.
    assert 1 <= two.sessions()[0]["docs_read"] <= 5


def test_a_change_arrives_live_in_both_directions(two: Two, within: Within) -> None:
    fill(two.there, 1_000)
    two.agent.start()
    within(lambda: count_of(two.here) == 1_000, "The cold pull")
    for number in range(5):
        two.there.write([note(5_000 + number, "from control")])
        took = within(lambda doc=f"note::{5_000 + number:06}": two.here.has(doc), "A change", LIVE_S)
        print(f"control plane to node, live: {took * 1000:.0f} ms")
        two.here.write([note(6_000 + number, "from the node") | {"node_id": NODE}])
        took = within(lambda doc=f"note::{6_000 + number:06}": two.there.has(doc), "A change", LIVE_S)
        print(f"node to control plane, live: {took * 1000:.0f} ms")
        time.sleep(0.3)


def test_a_node_pushes_what_it_owns_and_nothing_else(two: Two, within: Within, database: Reach) -> None:
    """A foreign document in the node's database, as a bug or a thief may leave it there, stays there."""
    foreign = database(two.beside.address)
    foreign.write([note(1, "of another node") | {"node_id": "node-other"}, note(2, "of nobody")])
    two.agent.start()
    two.here.write([note(3, "own") | {"node_id": NODE}])
    within(lambda: two.there.has("note::000003"), "The own document")
    assert notes(two.there).keys() == {"note::000003"}


def test_another_database_under_the_same_address_is_refused(
    two: Two, within: Within, restarted: Callable[[Ours | Window], None]
) -> None:
    """An empty new server must not empty a node, nor be filled by it."""
    two.agent.start()
    two.here.write([note(1, "own") | {"node_id": NODE}])
    within(lambda: two.there.has("note::000001"), "The first push")
    known = two.there.get(f"node::{NODE}")
    two.server.kill()
    for file in two.server.state.glob("mosaicfs.db*"):
        file.unlink()
    restarted(two.server)
    two.there.write([known], force=True)  # or it would be a stranger there, who is not told which database it is
    within(lambda: "wrong_database" in two.agent.log.read_text(), "The refusal", 90)
    two.here.write([note(2, "own") | {"node_id": NODE}])
    time.sleep(1)
    assert notes(two.there) == {}
    assert notes(two.here).keys() == {"note::000001", "note::000002"}


@dataclass
class Writer:
    """Writes without pause and keeps what was acknowledged; a database that is away is tried again."""

    database: Database
    first: int
    members: dict[str, Any]
    seed: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        chance = random.Random(self.seed)
        numbers = iter(range(self.first, self.first + 400_000))
        while not self.stop.is_set():
            with suppress(httpx.HTTPError):
                self.acknowledged |= self.database.write(list(self._some(chance, numbers)))
            time.sleep(0.01)

    def _some(self, chance: random.Random, numbers: Iterator[int]) -> Iterator[dict[str, Any]]:
        known = list(self.acknowledged.items())[-50:]
        for doc_id, rev in chance.sample(known, min(len(known), 3)):
            text = f"edit {chance.random()}"
            yield {"_id": doc_id, "_rev": rev, "type": "note", "text": text, **self.members}
        for _ in range(7):
            yield note(next(numbers), "new") | self.members


def test_no_acknowledged_write_is_lost_however_often_a_side_is_killed(
    two: Two, within: Within, restarted: Callable[[Ours | Window], None], database: Reach, full: bool
) -> None:
    seed = random.SystemRandom().randrange(10_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    writers = [
        Writer(database(two.server.address), 0, {}, seed),
        Writer(database(two.beside.address), 500_000, {"node_id": NODE}, seed + 1),
    ]
    threads = [threading.Thread(target=writer.run) for writer in writers]
    sides: list[Ours | Window] = [two.server, two.agent, two.beside]
    two.agent.start()
    for thread in threads:
        thread.start()
    try:
        for _ in range(20 if full else 3):
            time.sleep(chance.uniform(0.2, 1.5))
            side = chance.choice(sides)
            if side is two.agent:
                side.kill()
                time.sleep(chance.uniform(0.0, 0.5))
                side.start()
            else:
                restarted(side)
        within(lambda: all(len(writer.acknowledged) > 50 for writer in writers), "Enough to compare")
    finally:
        for writer in writers:
            writer.stop.set()
        for thread in threads:
            thread.join()
    try:
        took = within(lambda: notes(two.here) == notes(two.there), "Equality", 120)
    except AssertionError as unequal:
        raise AssertionError(apart(two)) from unequal
    for writer in writers:
        for store in (two.here, two.there):
            assert lost(store, writer.acknowledged) == []
    print(f"{sum(len(w.acknowledged) for w in writers)} documents acknowledged, equal {took:.1f} s after the last")


def apart(two: Two) -> str:
    """In which way they are not equal, and what the processes have to say of it."""
    here, there = notes(two.here), notes(two.there)
    either = sorted(doc_id for doc_id in here.keys() | there.keys() if here.get(doc_id) != there.get(doc_id))
    shown = [f"{doc_id}: {here.get(doc_id)} here, {there.get(doc_id)} there" for doc_id in either[:5]]
    logs = [f"{one.log}:\n{one.log.read_text()[-3_000:]}" for one in (two.agent, two.server)]
    return "\n".join([f"{len(here)} here, {len(there)} there, {len(either)} not the same", *shown, *logs])


def lost(database: Database, acknowledged: dict[str, str]) -> list[str]:
    """Documents whose acknowledged revision is no part of what is kept."""
    docs = [{"id": doc_id} for doc_id in acknowledged]
    answer = database.post("/_bulk_get?revs=true", {"docs": docs}).raise_for_status().json()
    kept: dict[str, set[str]] = {}
    for result in answer["results"]:
        paths = [one["ok"]["_revisions"] for one in result["docs"] if "ok" in one]
        kept[result["id"]] = {f"{path['start'] - at}-{name}" for path in paths for at, name in enumerate(path["ids"])}
    return [doc_id for doc_id, rev in acknowledged.items() if rev not in kept[doc_id]]
