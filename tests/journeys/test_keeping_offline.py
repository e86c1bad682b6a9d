"""What is pinned on a laptop is read there with every other machine gone, between real processes over real TLS."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random

import httpx
import pytest

from mosaicfs.model.json import JsonObject
from tests.journeys.machine import Machine
from tests.journeys.test_joined_node import Duty, TwoMachines

pytestmark = pytest.mark.journey

CONTENT = Random(5).randbytes(3 * 1024 * 1024 + 77)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoMachines]:
    made = TwoMachines(tmp_path)
    yield made
    made.close()


def test_a_pinned_file_is_read_with_everything_else_gone(two: TwoMachines) -> None:
    nas, laptop = two.nas, two.laptop
    (nas.files / "ticket.bin").write_bytes(CONTENT)
    (nas.files / "large.bin").write_bytes(CONTENT * 2)
    nas.environment["MOSAICFS_AGENT_WATCH_PATHS"] = str(nas.files)
    two.duties["own agent"] = Duty(nas, "agent")
    two.start_agent()
    nas.until(lambda: len(nas.found("bin")) == 2, "the crawl")
    nas.until(lambda: nas.ask("api", "GET", "/api/nodes/node-nas").get("transfer"), "where it hands out files")
    (ticket,), (large,) = nas.found("ticket"), nas.found("large")
    nas.ask("labels", "add", "trip", ticket["file_id"], large["file_id"])

    line = ("pin", "add", "--label", "trip", "--node", "laptop", "--budget", "4M", "--name", "Trip")
    rehearsed = nas.ask(*line, "--dry-run")["preview"]
    assert (rehearsed["files"], rehearsed["to_fetch_bytes"]) == (2, len(CONTENT))
    assert nas.ask("pin", "list")["items"] == []
    nas.ask(*line)
    nas.until(lambda: _pin(nas)["state"] == "blocked", "all that has room")
    pin = _pin(nas)
    assert (pin["kept_bytes"], pin["blocked"]) == (len(CONTENT), [str(nas.files / "large.bin")])
    key = f"node-laptop::pin_over_budget:{pin['pin_id']}"
    nas.until(
        lambda: key in [each["notification_id"] for each in nas.ask("notifications", "list")["items"]], "the warning"
    )

    for duty in ("server", "own agent"):
        two.duties[duty].stop()
    assert sha256(_read(laptop, ticket["file_id"]).content).digest() == sha256(CONTENT).digest()
    assert _read(laptop, large["file_id"]).status_code == 503


def _pin(machine: Machine) -> JsonObject:
    (pin,) = machine.ask("pin", "list")["items"]
    return dict(pin)


def _read(machine: Machine, file_id: str) -> httpx.Response:
    """On its own socket, as its owner."""
    transport = httpx.HTTPTransport(uds=str(machine.runtime / "replica.sock"))
    with httpx.Client(transport=transport, timeout=60) as client:
        return client.get(f"http://owner/api/files/{file_id}/content")
