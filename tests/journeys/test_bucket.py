"""A bucket of a real S3 server, from `mosaicfs backends add` to its bytes and its loss; and a made-up one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.journeys.machine import Machine

pytestmark = pytest.mark.journey

KEYS = {"access_key_id": "AKIATESTTESTTESTTEST", "secret_access_key": "a-secret-that-nobody-may-see"}
LARGE = Random(9).randbytes(3 * 1024 * 1024 + 77)
ODD = {"deep//er.txt": "deep/_/er.txt", "../up.txt": "%2E%2E/up.txt", "ünï.txt": "ünï.txt"}


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.close()


@pytest.fixture
def server() -> Iterator[ThreadedMotoServer]:
    made = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    made.start()
    yield made
    made.stop()
    assert made._server is not None
    made._server.server_close()


@pytest.fixture
def endpoint(server: ThreadedMotoServer) -> str:
    return "http://{}:{}".format(*server.get_host_and_port())


@pytest.fixture
def bucket(endpoint: str) -> Iterator[Any]:
    """As its owner sees it, with files in it."""
    made = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    made.create_bucket(Bucket="pictures")
    for key in ODD:
        made.put_object(Bucket="pictures", Key=key, Body=key.encode())
    made.put_object(Bucket="pictures", Key="large.bin", Body=LARGE)
    yield made
    made.close()


def state(machine: Machine) -> str | None:
    live = machine.ask("backends", "show", "pane")["live"] or {}
    return live.get("state")


def start(machine: Machine, *options: str, fares: str = "ok") -> None:
    machine.up()
    machine.until(lambda: machine.ask("nodes", "list")["items"], "the first heartbeat")
    machine.environment["MOSAICFS_BACKEND_SECRETS"] = json.dumps(KEYS)
    machine.ask("backends", "add", "pane", "--type", "s3", *options)
    machine.until(lambda: state(machine) == fares, "the first listing")


def test_files_of_a_bucket_are_found_read_and_kept_while_it_is_away(
    machine: Machine, endpoint: str, bucket: Any
) -> None:
    secrets = [word for name in KEYS for word in ("--secret", name)]
    start(machine, "bucket=pictures", f"endpoint={endpoint}", *secrets)
    assert machine.paths("txt") == {f"/pane/{path}" for path in ODD.values()}
    for key, path in ODD.items():
        told = machine.run("files", "cat", f"/nodes/pane/{path}")
        assert (told.stdout, told.stderr) == (key, "")
    fetched = machine.folder / "fetched.bin"
    machine.ask("files", "fetch", "/nodes/pane/large.bin", "-o", str(fetched))
    assert fetched.read_bytes() == LARGE

    for key in [*ODD, "large.bin"]:
        bucket.delete_object(Bucket="pictures", Key=key)
    bucket.delete_bucket(Bucket="pictures")
    failed = machine.run("backends", "poll", "pane")
    assert failed.returncode != 0
    assert "no such bucket" in failed.stderr
    assert machine.paths("txt") == {f"/pane/{path}" for path in ODD.values()}

    del machine.environment["MOSAICFS_BACKEND_SECRETS"]
    asked = [("backends", "show", "pane"), ("backends", "test", "pane"), ("plugins", "list"), ("notifications", "list")]
    asked += [("api", "GET", f"/api/{path}") for path in ("storage-backends", "plugins", "notifications/history")]
    answers = [failed, *(machine.run(*words, *more) for words in asked for more in ((), ("--json",)))]
    assert told_in(told for each in answers for told in (each.stdout.encode(), each.stderr.encode())) == []
    assert told_in(shown_by_system(machine)) == []

    assert machine.stop() == 0
    assert machine.left_behind() == []
    assert told_in(each.read_bytes() for each in machine.folder.rglob("*") if each.is_file()) == []


def told_in(places: Iterable[bytes]) -> list[bytes]:
    """Those that hold a secret."""
    return [place[:500] for place in places if KEYS["secret_access_key"].encode() in place]


def shown_by_system(machine: Machine) -> Iterator[bytes]:
    """What its processes were called with and what they were given around them, which other programs can see."""
    for pid in machine.processes():
        yield Path(f"/proc/{pid}/cmdline").read_bytes()
        yield Path(f"/proc/{pid}/environ").read_bytes()


def test_a_made_up_bucket_needs_neither_network_nor_key(machine: Machine) -> None:
    start(machine, "bucket=made-up", "mock=true", "mock_files=20", "mock_churn=0", fares="mock")
    shown = [item["source"]["export_path"] for item in machine.listed()[:-1]]
    assert sum(path.startswith("/pane/") for path in shown) == 20
    assert all(step["ok"] for step in machine.ask("backends", "test", "pane")["steps"])
    assert machine.stop() == 0
