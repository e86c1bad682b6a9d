"""Bytes of a file go from the machine that has it to the one that asks, over real TLS between real processes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from tests.journeys.machine import Machine
from tests.journeys.test_joined_node import Duty, TwoMachines

pytestmark = pytest.mark.journey

REPLICA = "replica.sock"
CONTENT = Random(5).randbytes(20 * 1024 * 1024 + 77)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoMachines]:
    made = TwoMachines(tmp_path)
    yield made
    made.close()


def test_a_file_of_another_machine_is_read_through_the_control_plane(two: TwoMachines) -> None:
    (two.laptop.files / "film.bin").write_bytes(CONTENT)
    two.start_agent()
    nas = two.nas
    nas.until(lambda: two.knows("film.bin"), "the first push")
    nas.until(lambda: nas.ask("api", "GET", "/api/nodes/node-laptop").get("transfer"), "where it hands out files")
    (file,) = nas.found("film.bin")
    assert sha256(_read(nas, f"/api/files/{file['file_id']}/content")).digest() == sha256(CONTENT).digest()


def test_a_joined_machine_reads_from_the_node_of_the_control_plane_with_the_control_plane_away(
    two: TwoMachines,
) -> None:
    nas, laptop = two.nas, two.laptop
    (nas.files / "film.bin").write_bytes(CONTENT)
    two.start_agent()
    nas.environment["MOSAICFS_AGENT_WATCH_PATHS"] = str(nas.files)
    two.duties["own agent"] = Duty(nas, "agent")
    nas.until(lambda: nas.ask("api", "GET", "/api/nodes/node-nas").get("transfer"), "where it hands out files")
    nas.until(lambda: str(nas.files / "film.bin") in nas.paths("film.bin"), "the crawl")
    (file,) = nas.found("film.bin")
    path = f"/api/files/{file['file_id']}/content"
    laptop.until(lambda: _answers(laptop, f"/api/files/{file['file_id']}"), "the replica")
    laptop.until(lambda: "transfer" in _json(laptop, "/api/nodes/node-nas"), "the replica of the node")
    two.duties["server"].stop()
    assert sha256(_read(laptop, path, REPLICA)).digest() == sha256(CONTENT).digest()


def _json(machine: Machine, path: str) -> dict[str, Any]:
    return dict(json.loads(_read(machine, path, REPLICA)))


def _answers(machine: Machine, path: str) -> bool:
    try:
        return bool(_read(machine, path, REPLICA))
    except httpx.HTTPError:
        return False


def _read(machine: Machine, path: str, socket: str = "api.sock") -> bytes:
    """As its owner."""
    transport = httpx.HTTPTransport(uds=str(machine.runtime / socket))
    with httpx.Client(transport=transport, timeout=60) as client:
        return client.get(f"http://owner{path}").raise_for_status().content
