"""A disk that fills up, as its owner hears of it: a signed message, a look, and the end when there is room."""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from plugins.builtin.notify.tests.receiver import Receiver, receiver
from tests.journeys.conftest import in_full
from tests.journeys.machine import Machine
from tests.journeys.test_disks import Disk, formatted
from tests.journeys.test_process_plugins import enable, node_of

pytestmark = pytest.mark.alone

SECRET = "whsec_journey"
WITHIN_S = 5.0 if in_full() else 30.0
"""The promised time, where this machine does nothing else."""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine")
    yield found
    found.close()


@pytest.fixture
def disk(tmp_path: Path, machine: Machine) -> Iterator[Disk]:
    found = formatted(tmp_path / "disk.img", machine.files)
    try:
        found.plug_in()
        yield found
    finally:
        found.close()


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as state:
        yield state


def told(hook: Receiver) -> list[dict[str, Any]]:
    """Every message that arrived, each proved to be ours."""
    for headers, body in hook.heard:
        text = headers["mosaicfs-timestamp"].encode() + b"." + body
        expected = "v1=" + hmac.new(SECRET.encode(), text, sha256).hexdigest()
        assert hmac.compare_digest(headers["mosaicfs-signature"], expected)
    return [json.loads(body) for _, body in hook.heard]


def of_disk(machine: Machine) -> list[dict[str, Any]]:
    found = machine.ask("notifications", "list")["items"]
    return [each for each in found if each["condition_key"].startswith("storage_near_capacity:")]


def fill(disk: Disk, part: float) -> Path:
    of = os.statvfs(disk.place)
    wanted = int((of.f_blocks - of.f_bfree + of.f_bavail) * part) - (of.f_blocks - of.f_bfree)
    path = disk.place / "large"
    path.write_bytes(os.urandom(wanted * of.f_frsize))
    return path


def test_a_full_disk_is_told_seen_and_over(machine: Machine, disk: Disk, hook: Receiver) -> None:
    machine.up()
    node = node_of(machine)
    settings = {"url": hook.url, "secret": SECRET, "allow_http": True, "grace_s": 0, "min_severity": "warning"}
    enable(machine, node, "webhook", "python", settings=settings)
    machine.until(lambda: is_delivered(machine, node), "a test message is delivered")

    large = fill(disk, 0.93)
    machine.until(lambda: of_disk(machine), "the owner is told", WITHIN_S)
    (shown,) = of_disk(machine)
    assert shown["severity"] == "warning"
    machine.until(lambda: len(told(hook)) == 2, "a message arrives")
    machine.ask("notifications", "ack", shown["notification_id"])
    assert of_disk(machine) == []

    large.unlink()
    machine.until(lambda: len(told(hook)) == 3, "the end is told")
    assert [each["transition"] for each in told(hook)] == ["test", "raised", "resolved"]
    assert len({each["delivery_id"] for each in told(hook)}) == 3
    _, raised, over = told(hook)
    assert raised["notification"]["_id"] == over["notification"]["_id"]
    assert over["notification"]["status"] == "resolved"
    logs = [path for path in machine.folder.rglob("*.log*") if path.is_file()]
    assert logs
    assert not [path for path in logs if SECRET in path.read_text(errors="replace")]


def is_delivered(machine: Machine, node: str) -> bool:
    done = machine.run("plugins", "test", node, "webhook", "--json")
    return done.returncode == 0 and json.loads(done.stdout)["delivered"] is True
