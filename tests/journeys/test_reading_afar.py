"""Files of a machine that has joined, read through the control plane, from the replica, and while somebody is away."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from tests.journeys.test_joined_node import TwoMachines

pytestmark = pytest.mark.journey

CONTENT = Random(12).randbytes((2 << 20) + 5)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[TwoMachines]:
    both = TwoMachines(tmp_path)
    (both.laptop.files / "film.bin").write_bytes(CONTENT)
    (both.laptop.files / "other.bin").write_bytes(CONTENT[::-1])
    both.start_agent()
    both.nas.until(lambda: len(both.nas.found("bin")) == 2, "the files of the laptop")
    yield both
    for duty in both.duties.values():
        duty.stop()


def test_bytes_come_from_where_they_can_be_had(machines: TwoMachines, tmp_path: Path) -> None:
    nas, laptop = machines.nas, machines.laptop
    to, digest = tmp_path / "to", f"sha256:{sha256(CONTENT).hexdigest()}"
    to.mkdir()
    [film], [other] = nas.found("film.bin"), nas.found("other.bin")
    assert film["availability"] == "peer"
    fetched = nas.ask("files", "fetch", film["file_id"], "-o", str(to / "a"))
    assert (fetched["digest"], fetched["verified"]) == (digest, True)
    assert nas.found("film.bin")[0]["availability"] == "cache", "what came from afar stays here"

    machines.duties["agent"].stop()
    assert nas.ask("files", "fetch", film["file_id"], "-o", str(to / "b"))["digest"] == digest
    nas.until(lambda: nas.found("other.bin")[0]["availability"] == "unavailable", "the laptop to be known as away")
    told = nas.run("files", "fetch", other["file_id"], "-o", str(to / "c"), timeout=20)
    assert told.returncode == 8, told.stderr
    assert "laptop" in told.stderr
    assert {path.name for path in to.iterdir()} <= {"a", "b", "c.part"}
    assert "impossible: source offline" in nas.run("explain", other["file_id"]).stdout

    machines.duties["server"].stop()
    machines.start_agent()
    laptop.until(lambda: laptop.run("files", "stat", other["file_id"]).returncode == 0, "the replica of the laptop")
    fetched = laptop.ask("files", "fetch", other["file_id"], "-o", str(to / "d"))
    assert (fetched["bytes"], fetched["verified"]) == (len(CONTENT), True)
